"""Sigma spaces: their tables, clocks, starts and ends, and what a network's output means."""

import json
import math
import subprocess
import sys
from typing import Any

import pytest
import torch
from diffusers import (
    DDIMScheduler,
    EDMEulerScheduler,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    SchedulerMixin,
)
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from nodes.sampling import SIGMA_SPACES, SigmaSpace, adjusted, space_from_scheduler
from nodes.sampling.flow_spaces import FlowSpace, FluxSpace, mu_for_size, mu_of_flux2
from nodes.sampling.names import SPACES
from nodes.sampling.predictions import PREDICTION_KINDS, PredictionKind, from_x0, to_x0
from nodes.sampling.spaces import BEYOND_START, ContinuousSpace, CosineSpace, DiscreteSpace, betas

SPACE = pytest.mark.parametrize("name", SPACES)


def test_names_agree() -> None:
    assert tuple(SIGMA_SPACES) == SPACES


@SPACE
def test_tables_rise_and_percentages_fall(name: str) -> None:
    space = SIGMA_SPACES[name]
    assert space.table.dtype == torch.float32
    assert (space.table.diff() >= 0).all() and space.sigma_min > 0
    sigmas = [space.percent_to_sigma(percent / 10) for percent in range(11)]
    assert sigmas == sorted(sigmas, reverse=True) and sigmas[-1] == 0
    assert sigmas[0] == (1.0 if space.flow else BEYOND_START)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("sd15", 0.0291671585, 14.6146411896),
        ("zsnr", 0.0291671585, 4518.76),
        ("sd3", 0.0029940120, 1.0),
        ("flux", 0.00031575, 1.0),
        ("svd", 0.002, 700.0),
    ],
)
def test_ends_of_tables(name: str, low: float, high: float) -> None:
    assert SIGMA_SPACES[name].sigma_min == pytest.approx(low, rel=1e-5)
    assert SIGMA_SPACES[name].sigma_max == pytest.approx(high, rel=1e-6)


def test_discrete_timesteps_are_the_nearest_in_log_sigma() -> None:
    space = SIGMA_SPACES["sd15"]
    assert torch.equal(space.timestep(space.table), torch.arange(1000).float())
    between = (space.table[10] * space.table[11]).sqrt()
    assert space.timestep(torch.stack([between * 0.9999, between * 1.0001])).tolist() == [10.0, 11.0]
    assert space.timestep(torch.tensor([1e-9, 1e9])).tolist() == [0.0, 999.0]
    half = space.sigma(torch.tensor(10.5))
    torch.testing.assert_close(half, between)


@pytest.mark.parametrize("name", ["edm", "svd", "stable_audio", "cascade_b"])
def test_continuous_clocks_invert(name: str) -> None:
    space = SIGMA_SPACES[name]
    sigmas = space.table[50:-50:97]
    torch.testing.assert_close(space.sigma(space.timestep(sigmas)), sigmas, rtol=1e-3, atol=0)


def test_flow_timesteps() -> None:
    sigma = torch.tensor([0.25])
    assert SIGMA_SPACES["sd3"].timestep(sigma).item() == 250.0
    assert SIGMA_SPACES["flux"].timestep(sigma).item() == 0.25
    assert SIGMA_SPACES["sd3"].sigma(torch.tensor([500.0])).item() == pytest.approx(0.75)


@given(st.sampled_from(SPACES), st.floats(0.01, 0.99))
def test_start_noise_finish(name: str, share: float) -> None:
    """Noising mixes as the space says; without noise the finish takes back what the start scaled."""
    space = SIGMA_SPACES[name]
    sigma = float(space.table[int(share * (len(space.table) - 2))])
    latent, noise = torch.full((1, 4, 1, 1), 2.0), torch.full((1, 4, 1, 1), 3.0)
    expected = (1 - sigma) * 2 + sigma * 3 if space.flow else 2 + sigma * 3
    assert space.noised(latent, noise, sigma).flatten()[0].item() == pytest.approx(expected, rel=1e-5)
    clean = space.finish(space.start(latent, torch.zeros_like(noise), sigma), sigma)
    torch.testing.assert_close(clean, latent, rtol=1e-2, atol=0)


def test_start_at_the_top_carries_the_data_variance() -> None:
    space = SIGMA_SPACES["sd15"]
    noise, latent = torch.ones(1, 4, 1, 1), torch.zeros(1, 4, 1, 1)
    top = space.sigma_max
    assert space.start(latent, noise, top)[0, 0].item() == pytest.approx(math.sqrt(1 + top**2))
    assert space.start(latent, noise, top * 0.99)[0, 0].item() == pytest.approx(top * 0.99)
    assert SIGMA_SPACES["flux"].start(latent, noise, 1.0)[0, 0].item() == 1.0


@given(
    st.sampled_from(PREDICTION_KINDS),
    st.floats(0.01, 20),
    st.floats(-3, 3),
    st.floats(-3, 3),
    st.sampled_from([0.5, 1.0]),
)
def test_prediction_kinds_invert(
    kind: PredictionKind, sigma: float, x: float, output: float, sigma_data: float
) -> None:
    latents, s = torch.full((2, 4, 1, 1), x).double(), torch.full((2,), sigma).double()
    outputs = torch.full_like(latents, output)
    x0 = to_x0(kind, latents, outputs, s, sigma_data)
    back = from_x0(kind, latents, x0, s, sigma_data)
    torch.testing.assert_close(back, outputs, rtol=1e-6, atol=1e-6)


def test_prediction_kinds_agree() -> None:
    """The same clean latent and noise, as each kind of network would say it."""
    x0, noise, sigma = torch.tensor(0.7).double(), torch.tensor(-1.2).double(), torch.tensor([2.0]).double()
    x = (x0 + 2.0 * noise).reshape(1, 1, 1, 1)
    alpha = 1 / math.sqrt(5.0)
    velocity = alpha * noise - 2.0 * alpha * x0
    outputs: dict[PredictionKind, Tensor] = {
        "eps": noise, "v": velocity, "edm": -velocity, "flow": noise, "x0": x0,
    }  # fmt: skip
    for kind, output in outputs.items():
        found = to_x0(kind, x, output.reshape(1, 1, 1, 1), sigma)
        assert found.item() == pytest.approx(0.7)


def test_network_input() -> None:
    x, sigma = torch.ones(2, 4, 1, 1), torch.tensor([0.0, 2.0])
    found = SIGMA_SPACES["sd15"].network_input(x, sigma)[:, 0, 0, 0]
    assert found.tolist() == pytest.approx([1.0, 1 / math.sqrt(5)])
    assert torch.equal(SIGMA_SPACES["sd3"].network_input(x, sigma), x)


def test_mu() -> None:
    assert mu_for_size(1024, 1024) == pytest.approx(1.15)
    assert mu_for_size(256, 256) == pytest.approx(0.5)
    assert mu_of_flux2(1024, 1024, 200) == pytest.approx(0.00016927 * 4096 + 0.45666666)
    assert mu_of_flux2(1024, 1024, 10) == pytest.approx(8.73809524e-5 * 4096 + 1.89833333)
    assert mu_of_flux2(2048, 2048, 10) == pytest.approx(0.00016927 * 16384 + 0.45666666)


def saved(scheduler: SchedulerMixin) -> dict[str, Any]:
    """The configuration as scheduler_config.json holds it."""
    config: dict[str, Any] = json.loads(scheduler.to_json_string())
    return config


def test_spaces_of_diffusers_schedulers() -> None:
    for scheduler in (
        EulerDiscreteScheduler(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012),
        EulerDiscreteScheduler(beta_schedule="squaredcos_cap_v2", prediction_type="sample"),
        EulerDiscreteScheduler(beta_schedule="linear", prediction_type="v_prediction"),
        EulerDiscreteScheduler(trained_betas=[0.001, 0.002, 0.01, 0.02]),
    ):
        space = space_from_scheduler(saved(scheduler))
        expected = ((1 - scheduler.alphas_cumprod) / scheduler.alphas_cumprod) ** 0.5
        torch.testing.assert_close(space.table, expected.float(), rtol=5e-4, atol=0)
    zero = DDIMScheduler(rescale_betas_zero_snr=True, prediction_type="v_prediction")
    space = space_from_scheduler(saved(zero))
    expected = ((1 - zero.alphas_cumprod) / zero.alphas_cumprod) ** 0.5
    torch.testing.assert_close(space.table[:-1], expected[:-1].float(), rtol=5e-4, atol=0)
    assert space.prediction == "v" and space.sigma_max == pytest.approx(4518.76)


def test_flow_spaces_of_diffusers_schedulers() -> None:
    scheduler = FlowMatchEulerDiscreteScheduler(shift=3.0)
    space = space_from_scheduler(saved(scheduler))
    torch.testing.assert_close(space.table, scheduler.sigmas.flip(0), rtol=1e-5, atol=0)
    assert space.timestep(torch.tensor(0.5)) == 500
    assert space_from_scheduler(saved(scheduler), SIGMA_SPACES["flux"]).timestep(torch.tensor(0.5)) == 0.5
    dynamic = FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True)
    assert space_from_scheduler(saved(dynamic), SIGMA_SPACES["flux2"]) is SIGMA_SPACES["flux2"]
    assert isinstance(space_from_scheduler(saved(dynamic)), FluxSpace)


def test_edm_space_of_a_diffusers_scheduler() -> None:
    space = space_from_scheduler(saved(EDMEulerScheduler(sigma_min=0.01, sigma_max=50.0)))
    assert isinstance(space, ContinuousSpace) and space.prediction == "edm" and space.sigma_data == 0.5
    assert (space.sigma_min, space.sigma_max) == pytest.approx((0.01, 50.0))


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"prediction_type": "guess"}, "prediction type 'guess'"),
        ({"beta_schedule": "wavy"}, "beta schedule 'wavy'"),
    ],
)
def test_unknown_scheduler_configurations_are_refused(config: dict[str, str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        space_from_scheduler(config)


def test_adjusted() -> None:
    assert adjusted(SIGMA_SPACES["sd15"], {"prediction": "v", "zsnr": True}).sigma_max > 4000
    assert adjusted(SIGMA_SPACES["sd3"], {"shift": 1.0}).percent_to_sigma(0.5) == 0.5
    assert adjusted(SIGMA_SPACES["flux"], {"mu": 0.0}).percent_to_sigma(0.5) == 0.5
    for options in ({"shift": 1.0}, {"prediction": "flow"}, {"prediction": "guess"}, {"colour": 1}):
        with pytest.raises(ValueError, match=r"DiscreteSpace (has no|cannot)"):
            adjusted(SIGMA_SPACES["sd15"], options)


def test_bases_of_spaces_are_what_they_say() -> None:
    kinds: dict[str, type[SigmaSpace]] = {
        "sd15": DiscreteSpace, "edm": ContinuousSpace, "cascade": CosineSpace, "sd3": FlowSpace, "flux": FluxSpace,
    }  # fmt: skip
    for name, kind in kinds.items():
        assert isinstance(SIGMA_SPACES[name], kind)
    assert betas("scaled_linear").dtype == torch.float64


def test_names_need_no_torch() -> None:
    code = "import sys, nodes.sampling.names as n; assert n.SAMPLERS; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
