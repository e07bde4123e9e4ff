"""What every solver must do, whatever its formula."""

import math

import pytest
import torch
from torch import Tensor

from nodes.sampling import SAMPLERS, SIGMA_SPACES, Prediction, Step, sample, schedule, unsample
from nodes.sampling.names import INVERTIBLE, needs_unconditional
from nodes.sampling.solvers.registry import SOLVERS
from nodes.sampling.step_noise import fresh_noise
from nodes.types import BatchPlaces
from tests.nodes.sampling.toy import guided, normal_data, two_points

SOLVE_ODE = (
    "euler", "euler_cfg_pp", "heun", "heunpp2", "exp_heun_2_x0", "dpm_2", "lms", "dpm_fast", "dpm_adaptive",
    "dpmpp_2m", "dpmpp_2m_cfg_pp", "ipndm", "ipndm_v", "deis", "res_multistep", "res_multistep_cfg_pp",
    "gradient_estimation", "gradient_estimation_cfg_pp", "ddim", "uni_pc", "uni_pc_bh2",
)  # fmt: skip
SINGLE_STEP = ("euler", "euler_cfg_pp", "heun", "exp_heun_2_x0", "dpm_2", "ddim")
FIRST_ORDER = (
    "euler", "euler_cfg_pp", "ddim", "gradient_estimation", "gradient_estimation_cfg_pp", "heunpp2",
    "euler_ancestral", "euler_ancestral_cfg_pp", "ddpm",
)  # fmt: skip
KEEP_DISTRIBUTION = (
    "euler_ancestral", "euler_ancestral_cfg_pp", "exp_heun_2_x0_sde", "dpm_2_ancestral", "dpmpp_2s_ancestral",
    "dpmpp_sde", "dpmpp_2m_sde", "dpmpp_2m_sde_heun", "dpmpp_3m_sde", "ddpm", "res_multistep_ancestral",
    "res_multistep_ancestral_cfg_pp", "er_sde", "seeds_2", "seeds_3", "sa_solver", "sa_solver_pece",
)  # fmt: skip
"""Not lcm and tcd, which sharpen, nor dpmpp_2s_ancestral_cfg_pp, which mixes predictions of two sigmas."""
ADD_NOISE_WITHOUT_SCALING = ("ddpm", "res_multistep_ancestral", "res_multistep_ancestral_cfg_pp")
"""Their noise suits spaces where a latent is not scaled down; in flows they end elsewhere, as workflows expect."""
SPACE_NAMES = ("sd15", "sd3", "flux", "cascade", "svd")


def start(space_name: str, sigmas: Tensor, shape: tuple[int, ...] = (2, 4, 6, 5), seed: int = 1) -> Tensor:
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    return SIGMA_SPACES[space_name].start(torch.zeros(shape), noise, float(sigmas[0]))


def test_every_name_has_a_solver() -> None:
    assert set(SOLVERS) == set(SAMPLERS)


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize("space_name", ["sd15", "flux"])
def test_a_seed_decides_everything(name: str, space_name: str) -> None:
    space = SIGMA_SPACES[space_name]
    sigmas = schedule("beta", space, 6)
    x = start(space_name, sigmas)
    before, state = x.clone(), torch.random.get_rng_state()
    steps: list[Step] = []
    ends = [
        sample(name, guided(space), x, sigmas, space=space, seed=seed, callback=record)
        for seed, record in ((7, steps.append), (7, None), (8, None))
    ]
    assert torch.equal(ends[0], ends[1])
    assert ends[0].isfinite().all() and ends[0].shape == x.shape and ends[0].dtype == x.dtype
    assert torch.equal(ends[0], ends[2]) == (name in SOLVE_ODE)
    assert torch.equal(x, before) and torch.equal(torch.random.get_rng_state(), state)
    assert [step.index for step in steps] == list(range(len(steps)))
    if name not in ("dpm_fast", "dpm_adaptive"):
        assert len(steps) == 6
        assert [step.sigma for step in steps] == pytest.approx(sigmas[:-1].tolist(), rel=1e-4)


def error(name: str, space_name: str, steps: int, options: dict[str, float] | None = None) -> float:
    """How far a solver ends from the exact solution for normal data, of which only the width changes with sigma."""
    space = SIGMA_SPACES[space_name]
    sigmas = schedule("exponential", space, steps)[:-1].double()
    x = start(space_name, sigmas).double()
    (a, first), (b, last) = ((1 - s if space.flow else 1.0, s) for s in (float(sigmas[0]), float(sigmas[-1])))
    grows = math.hypot(b * 0.8, last) / math.hypot(a * 0.8, first)
    exact = b * 0.5 + grows * (x - a * 0.5)
    end = b * sample(name, normal_data(space), x, sigmas, space=space, options=options)
    return float((end - exact).abs().max())


@pytest.mark.parametrize("name", [name for name in SOLVE_ODE if name != "dpm_adaptive"])
def test_order_of_convergence(name: str) -> None:
    """Twice the steps halve the error of solvers of first order and quarter it, or better, for the others."""
    coarse, fine = error(name, "sd15", 40), error(name, "sd15", 160)
    if name in FIRST_ORDER:
        assert 0.2 < fine / coarse < 0.32
    else:
        assert fine < max(coarse / 12, 5e-5)
        assert fine < 6e-4


@pytest.mark.parametrize("space_name", SPACE_NAMES)
def test_tolerances_steer_adaptive_steps(space_name: str) -> None:
    tight = {"rtol": 1e-4, "atol": 1e-5}
    assert error("dpm_adaptive", space_name, 10, tight) < error("dpm_adaptive", space_name, 10) / 30


@pytest.mark.parametrize("name", [name for name in SOLVE_ODE if name != "dpm_adaptive"])
@pytest.mark.parametrize("space_name", SPACE_NAMES[1:])
def test_other_spaces_converge_too(name: str, space_name: str) -> None:
    assert error(name, space_name, 160) < (0.12 if name in FIRST_ORDER else 0.006)


@pytest.mark.parametrize(
    ("space_name", "name"),
    [("sd15", name) for name in KEEP_DISTRIBUTION]
    + [("flux", name) for name in KEEP_DISTRIBUTION if name not in ADD_NOISE_WITHOUT_SCALING],
)
def test_stochastic_solvers_end_in_the_distribution_of_the_data(name: str, space_name: str) -> None:
    space = SIGMA_SPACES[space_name]
    sigmas = schedule("beta" if space.flow else "karras", space, 60)
    end = sample(
        name, normal_data(space), start(space_name, sigmas, (4, 4, 24, 24)), sigmas, space=space, seed=3
    )
    assert float(end.mean()) == pytest.approx(0.5, abs=0.03)
    assert float(end.std()) == pytest.approx(0.8, abs=0.07 if name in FIRST_ORDER else 0.02)


@pytest.mark.parametrize("name", [name for name in SAMPLERS if name.endswith("_gpu")])
def test_noise_on_the_device_is_the_same_on_a_cpu(name: str) -> None:
    space = SIGMA_SPACES["flux"]
    sigmas = schedule("simple", space, 5)
    x = start("flux", sigmas)
    on_cpu = sample(name.removesuffix("_gpu"), two_points(space), x, sigmas, space=space, seed=4)
    assert torch.equal(sample(name, two_points(space), x, sigmas, space=space, seed=4), on_cpu)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("name", SAMPLERS)
def test_a_gpu_solves_alike(name: str) -> None:
    """The same noise given, the device makes no difference; what comes back stays on it."""
    space = SIGMA_SPACES["flux"]
    sigmas = schedule("simple", space, 6)
    x = start("flux", sigmas)
    draw = fresh_noise(x, 4)
    expected = sample(name, two_points(space), x, sigmas, space=space, noise=draw)
    draw = fresh_noise(x, 4)
    found = sample(
        name, two_points(space), x.cuda(), sigmas.cuda(), space=space, noise=lambda a, b: draw(a, b).cuda()
    )
    assert found.is_cuda
    torch.testing.assert_close(found.cpu(), expected, rtol=0, atol=1e-4)
    assert sample(name, two_points(space), x.cuda(), sigmas, space=space, seed=4).isfinite().all()


@pytest.mark.parametrize("name", SINGLE_STEP)
def test_two_halves_equal_the_whole(name: str) -> None:
    space = SIGMA_SPACES["sd15"]
    sigmas = schedule("normal", space, 20)
    x = start("sd15", sigmas)
    whole = sample(name, two_points(space), x, sigmas, space=space)
    half = sample(name, two_points(space), x, sigmas[:11], space=space)
    assert torch.equal(sample(name, two_points(space), half, sigmas[10:], space=space), whole)


@pytest.mark.parametrize("name", [name for name in SOLVE_ODE if name != "dpm_adaptive"])
def test_images_of_a_batch_do_not_meet(name: str) -> None:
    space = SIGMA_SPACES["flux"]
    sigmas = schedule("simple", space, 5)
    x = start("flux", sigmas, (3, 4, 4, 4))
    together = sample(name, guided(space), x, sigmas, space=space)
    alone = torch.cat([sample(name, guided(space), image[None], sigmas, space=space) for image in x])
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", [name for name in SAMPLERS if name != "dpm_adaptive"])
@pytest.mark.parametrize("space_name", ["sd15", "flux"])
def test_a_picture_of_a_batch_is_made_again_alone(name: str, space_name: str) -> None:
    space = SIGMA_SPACES[space_name]
    sigmas = schedule("simple", space, 4)
    # 35 numbers a channel: random numbers are made in blocks of 16, which end within a picture.
    x = start(space_name, sigmas, (4, 1, 5, 7))
    together = sample(name, guided(space), x, sigmas, space=space, seed=3)
    for index in ((2,), (3, 0), (0, 1, 2, 3)):
        again = sample(
            name, guided(space), x[list(index)], sigmas, space=space, seed=3, places=BatchPlaces(index, 4)
        )
        torch.testing.assert_close(again, together[list(index)], rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", [name for name in SAMPLERS if needs_unconditional(name)])
def test_cfg_plus_plus(name: str) -> None:
    """Equal predictions give the plain solver; different ones pull the end off it; none is refused."""
    space = SIGMA_SPACES["sd15"]
    sigmas = schedule("karras", space, 8)
    x = start("sd15", sigmas)
    plain = sample(name.replace("_cfg_pp", ""), two_points(space), x, sigmas, space=space)
    same = sample(name, two_points(space), x, sigmas, space=space)
    if name != "dpmpp_2s_ancestral_cfg_pp":
        torch.testing.assert_close(same, plain, rtol=0, atol=1e-4)
    other = sample(name, guided(space), x, sigmas, space=space)
    assert (other - same).abs().max() > 0.05
    with pytest.raises(ValueError, match="unconditional"):
        sample(name, lambda x, sigma: Prediction(x), x, sigmas, space=space)


def test_cfg_plus_plus_uses_the_unguided_prediction_for_the_direction() -> None:
    space = SIGMA_SPACES["sd15"]
    x = torch.full((1, 4, 2, 2), 3.0)

    def denoise(x: Tensor, sigma: Tensor) -> Prediction:
        return Prediction(torch.full_like(x, 1.0), torch.full_like(x, -1.0))

    end = sample("euler_cfg_pp", denoise, x, [2.0, 1.0], space=space)
    torch.testing.assert_close(end, torch.full_like(x, 1.0 + 1.0 * (3.0 - -1.0) / 2.0))


@pytest.mark.parametrize("name", INVERTIBLE)
def test_unsample_leads_back(name: str) -> None:
    space = SIGMA_SPACES["sd15"]
    down = schedule("karras", space, 80)[:-1]
    picture = 0.5 + 0.8 * torch.randn((1, 4, 4, 4), generator=torch.Generator().manual_seed(5)).double()
    noise = unsample(name, normal_data(space), picture, down.flip(0), space=space)
    assert float(noise.std()) == pytest.approx(14.6, rel=0.3)
    again = sample(name, normal_data(space), noise, down, space=space)
    torch.testing.assert_close(again, picture, rtol=0, atol=0.15 if name in FIRST_ORDER else 0.01)


def test_unsample_refuses_what_it_cannot_do() -> None:
    space = SIGMA_SPACES["sd15"]
    x = torch.zeros(1, 4, 2, 2)
    for name, sigmas, says in (
        ("lcm", [0.1, 1.0], "cannot run back"),
        ("euler", [1.0, 0.1], "rise"),
        ("euler", [0.0, 1.0], "above 0"),
    ):
        with pytest.raises(ValueError, match=says):
            unsample(name, two_points(space), x, sigmas, space=space)


def test_raising_in_a_callback_ends_the_run() -> None:
    class Stopped(BaseException):
        pass

    def stop(step: Step) -> None:
        if step.index == 2:
            raise Stopped

    space = SIGMA_SPACES["sd15"]
    sigmas = schedule("normal", space, 5)
    with pytest.raises(Stopped):
        sample("euler", two_points(space), start("sd15", sigmas), sigmas, space=space, callback=stop)


@pytest.mark.parametrize(
    ("name", "sigmas", "says"),
    [
        ("no_such", [1.0, 0.0], "Unknown sampler 'no_such'"),
        ("euler", [1.0, 2.0, 0.0], "rises"),
        ("euler", [1.0, math.nan, 0.0], "finite"),
        ("euler", [math.inf, 0.0], "finite"),
        ("euler", [1.0, -1.0], "negative"),
    ],
)
def test_bad_input_is_refused(name: str, sigmas: list[float], says: str) -> None:
    space = SIGMA_SPACES["sd15"]
    with pytest.raises(ValueError, match=says):
        sample(name, two_points(space), torch.ones(1, 4, 2, 2), torch.tensor(sigmas), space=space)


def test_options() -> None:
    space = SIGMA_SPACES["sd15"]
    sigmas = schedule("karras", space, 6)
    x = start("sd15", sigmas)
    still = sample("euler_ancestral", two_points(space), x, sigmas, space=space, options={"eta": 0.0})
    torch.testing.assert_close(still, sample("euler", two_points(space), x, sigmas, space=space))
    with pytest.raises(ValueError, match="no option 'etta'; it has: eta, s_noise"):
        sample("euler_ancestral", two_points(space), x, sigmas, space=space, options={"etta": 0.0})
    with pytest.raises(ValueError, match="finite"):
        sample("euler_ancestral", two_points(space), x, sigmas, space=space, options={"eta": math.nan})


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize("space_name", SPACE_NAMES)
def test_short_lists(name: str, space_name: str) -> None:
    """One step, an end above 0, a repeated sigma and no step at all."""
    space = SIGMA_SPACES[space_name]
    top = space.sigma_max
    x = start(space_name, torch.tensor([top]), (1, 4, 3, 3))
    for sigmas in (
        [top, 0.0],
        [top, top / 3],
        [top, top / 2, top / 3, top / 4],
        [top, top / 2, top / 2, 0.0],
    ):
        assert sample(name, guided(space), x, sigmas, space=space).isfinite().all(), sigmas
    assert sample(name, guided(space), x, [top], space=space) is x
    assert sample(name, guided(space), x, torch.empty(0), space=space) is x


def test_video_latents() -> None:
    space = SIGMA_SPACES["flux"]
    sigmas = schedule("simple", space, 4)
    x = start("flux", sigmas, (1, 4, 3, 4, 4))
    for name in SAMPLERS:
        assert sample(name, guided(space), x, sigmas, space=space).shape == x.shape
