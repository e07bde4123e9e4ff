"""Schedules, further makers of sigmas, and the tools that cut and join them."""

import math

import pytest
import torch
from diffusers.schedulers import AysSchedules
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes.sampling import SCHEDULES, SIGMA_SPACES, ksampler_sigmas, schedule
from nodes.sampling import makers as make
from nodes.sampling import sigma_tools as tools
from nodes.sampling.schedules import beta, cut_to_steps

NAMES = st.sampled_from(SCHEDULES)
SPACES = st.sampled_from(tuple(SIGMA_SPACES))


@settings(deadline=None)
@given(NAMES, SPACES, st.integers(1, 300))
def test_schedules_fall_to_zero(name: str, space: str, steps: int) -> None:
    sigmas = schedule(name, SIGMA_SPACES[space], steps)
    assert sigmas.dtype == torch.float32 and sigmas.isfinite().all()
    assert (sigmas.diff() <= 0).all() and sigmas[-1] == 0 and (sigmas[:-1] > 0).all()
    assert sigmas[0] <= SIGMA_SPACES[space].sigma_max * 1.0001
    if name == "beta":
        assert len(sigmas) <= steps + 1
    elif name == "ddim_uniform":
        assert len(sigmas) >= steps + 1
    else:
        assert len(sigmas) == steps + 1


@settings(deadline=None)
@given(NAMES, SPACES, st.integers(1, 60), st.floats(0.05, 1.0))
def test_denoise_keeps_the_end(name: str, space: str, steps: int, denoise: float) -> None:
    sigmas = schedule(name, SIGMA_SPACES[space], steps, denoise)
    whole = schedule(name, SIGMA_SPACES[space], int(steps / denoise) if denoise <= 0.9999 else steps)
    assert torch.equal(sigmas, whole[-len(sigmas) :])
    if denoise <= 0.9999:
        assert len(sigmas) <= steps + 1


@given(NAMES)
def test_no_denoise_means_no_sigmas(name: str) -> None:
    assert len(schedule(name, SIGMA_SPACES["sd15"], 20, 0.0)) == 0
    assert len(ksampler_sigmas(SIGMA_SPACES["sd15"], "dpm_2", name, 20, 0.0)) == 0


@pytest.mark.parametrize(
    ("name", "steps", "denoise", "says"),
    [
        ("no_such", 20, 1.0, "Unknown schedule 'no_such': use one of normal, karras"),
        ("normal", 0, 1.0, "from 1 to 100000 steps, not 0"),
        ("normal", -3, 1.0, "not -3"),
        ("normal", 10**9, 1.0, "steps"),
        ("normal", 20, 1.5, "not 1.5"),
        ("normal", 20, -0.1, "not -0.1"),
        ("normal", 20, math.nan, "not nan"),
        ("normal", 20, 1e-9, "denoise 1e-09 need a schedule"),
    ],
)
def test_bad_input_is_refused(name: str, steps: int, denoise: float, says: str) -> None:
    for sampler in ("euler", "dpm_2"):
        with pytest.raises(ValueError, match=says):
            ksampler_sigmas(SIGMA_SPACES["sd15"], sampler, name, steps, denoise)


def test_known_values() -> None:
    """Ten steps of SD 1.5, as documented elsewhere to three digits."""
    space = SIGMA_SPACES["sd15"]
    expected = [14.6, 11.5, 7.4, 4.4, 2.6, 1.6, 1.0, 0.65, 0.40, 0.20, 0.0]
    assert schedule("beta", space, 10).tolist() == pytest.approx(expected, rel=0.04)
    assert len(schedule("ddim_uniform", space, 30)) == 32
    assert schedule("kl_optimal", space, 1).tolist() == pytest.approx([14.6146, 0.0], rel=1e-4)
    with pytest.raises(ValueError, match="above 0"):
        beta(space, 10, alpha=0.0)


def test_cut_to_steps() -> None:
    sigmas = torch.tensor([5.0, 4.0, 3.0, 2.0, 0.0])
    assert cut_to_steps(sigmas).tolist() == sigmas.tolist()
    assert cut_to_steps(sigmas, 1, 3).tolist() == [4.0, 3.0, 2.0]
    assert cut_to_steps(sigmas, 0, 2, leave_noise=False).tolist() == [5.0, 4.0, 0.0]
    assert cut_to_steps(sigmas, 2, 10_000, leave_noise=False).tolist() == [3.0, 2.0, 0.0]
    for start, end in ((4, None), (3, 3), (9, 2), (0, 0)):
        assert len(cut_to_steps(sigmas, start, end)) == 0


@given(st.integers(1, 50))
def test_makers_fall(steps: int) -> None:
    made = [
        make.polyexponential(steps, 0.03, 14.6, 0.7),
        make.variance_preserving(steps),
        make.flux2(steps, 1024, 768),
        make.align_your_steps("sdxl", steps),
        torch.cat([make.laplace(steps, 0.03, 14.6), torch.zeros(1)]),
    ]
    for sigmas in made:
        assert len(sigmas) == steps + 1 and sigmas[-1] == 0 and (sigmas.diff() <= 0).all()


def test_makers() -> None:
    space = SIGMA_SPACES["sd15"]
    exponential = schedule("exponential", space, 9)
    torch.testing.assert_close(make.polyexponential(9, space.sigma_min, space.sigma_max), exponential)
    # beta_d 19.9 and beta_min 0.1 are the continuous limit of betas from 0.0001 to 0.02 in 1000 steps.
    assert make.variance_preserving(5)[0].item() == pytest.approx(math.sqrt(math.expm1(10.05)), rel=1e-5)
    turbo = make.sd_turbo(space, 1)
    torch.testing.assert_close(turbo, torch.tensor([space.sigma_max, 0.0]))
    assert len(make.sd_turbo(space, 10)) == 11 and len(make.sd_turbo(space, 4, 0.5)) == 5
    assert make.sd_turbo(space, 2, 0.5)[0] == space.sigma(torch.tensor(499.0))
    assert len(make.sd_turbo(space, 2, 0.0)) == 0
    laplace = make.laplace(5, 0.03, 14.6, mu=0.0, beta=0.5)
    assert laplace[0].item() == pytest.approx(14.6) and laplace[2].item() == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize(
    ("family", "name"),
    [
        ("sd1", "StableDiffusionSigmas"),
        ("sdxl", "StableDiffusionXLSigmas"),
        ("svd", "StableDiffusionVideoSigmas"),
    ],
)
def test_align_your_steps(family: make.AlignedFamily, name: str) -> None:
    sigmas = make.align_your_steps(family, 10)
    assert sigmas.tolist() == pytest.approx(AysSchedules[name], abs=2.5e-3, rel=1e-3)
    longer = make.align_your_steps(family, 20)
    torch.testing.assert_close(longer[:-1:2], sigmas[:-1], rtol=1e-4, atol=0)
    middle = (sigmas[0] * sigmas[1]).sqrt()
    torch.testing.assert_close(longer[1], middle, rtol=1e-4, atol=0)
    assert torch.equal(make.align_your_steps(family, 20, 0.25), longer[-6:])


def test_flux2_is_a_shifted_line() -> None:
    sigmas = make.flux2(4, 1024, 1024)
    assert sigmas[0] == 1 and sigmas[-1] == 0
    shift = sigmas[2] / (1 - sigmas[2])
    torch.testing.assert_close(sigmas[1], 3 * shift / (1 + 3 * shift))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: make.sd_turbo(SIGMA_SPACES["sd15"], 11), "1 to 10 steps"),
        (lambda: make.align_your_steps("sd9", 10), "sd1, sdxl and svd"),  # type: ignore[arg-type]  # on purpose
        (lambda: make.align_your_steps("sd1", 10, 2.0), "Denoise"),
        (lambda: make.polyexponential(10, 0.0, 1.0), "above 0"),
        (lambda: make.laplace(10, 3.0, 1.0), "above 0"),
        (lambda: make.flux2(0, 1024, 1024), "steps"),
    ],
)
def test_makers_refuse(call: object, says: str) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=says):
        call()


SIGMAS = torch.tensor([14.0, 7.0, 3.0, 1.0, 0.0])


@given(st.integers(-2, 8))
def test_split_and_concatenate(step: int) -> None:
    high, low = tools.split(SIGMAS, step)
    assert high[-1] == low[0] and torch.equal(tools.concatenate(high, low), SIGMAS)


def test_split_by_denoise() -> None:
    high, low = tools.split_by_denoise(SIGMAS, 0.5)
    assert high.tolist() == [14.0, 7.0, 3.0] and low.tolist() == [3.0, 1.0, 0.0]
    high, low = tools.split_by_denoise(SIGMAS, 0.0)
    assert torch.equal(high, SIGMAS) and low.tolist() == [0.0]
    with pytest.raises(ValueError, match="Denoise"):
        tools.split_by_denoise(SIGMAS, 1.1)


def test_flip_and_first() -> None:
    assert tools.flip(SIGMAS).tolist() == pytest.approx([0.0001, 1.0, 3.0, 7.0, 14.0])
    assert tools.with_first(SIGMAS, 20.0).tolist() == [20.0, 7.0, 3.0, 1.0, 0.0]
    assert SIGMAS[0] == 14.0 and SIGMAS[-1] == 0.0
    assert len(tools.flip(torch.empty(0))) == 0
    with pytest.raises(ValueError, match="finite"):
        tools.with_first(SIGMAS, math.nan)


@given(st.sampled_from(tuple(tools.SPACINGS)), st.integers(1, 10))
def test_extend(spacing: str, parts: int) -> None:
    longer = tools.extend(SIGMAS, parts, spacing=spacing)
    assert len(longer) == 4 * parts + 1 and (longer.diff() < 0).all()
    torch.testing.assert_close(longer[::parts], SIGMAS)
    only = tools.extend(SIGMAS, parts, start=7.0, end=3.0, spacing=spacing)
    assert len(only) == 2 + 2 * parts + 1


def test_extend_refuses() -> None:
    with pytest.raises(ValueError, match="spacing 'wavy'"):
        tools.extend(SIGMAS, 2, spacing="wavy")
    with pytest.raises(ValueError, match="1 to 100"):
        tools.extend(SIGMAS, 0)


def test_from_text() -> None:
    assert tools.from_text("14.6, 7;\n 3 [1e-1]\t0").tolist() == pytest.approx([14.6, 7.0, 3.0, 0.1, 0.0])
    assert len(tools.from_text("")) == 0
    with pytest.raises(ValueError, match="'seven' in the list of sigmas"):
        tools.from_text("14, seven")
