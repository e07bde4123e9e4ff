"""Solvers against diffusers' schedulers of the same algorithm, on the same sigmas, noise and denoiser.

No comparison is made where diffusers has no such scheduler (heunpp2, dpm_fast, dpm_adaptive, exp_heun_2_x0,
res_multistep, gradient_estimation, er_sde, seeds, CFG++), or one that differs by design: its IPNDM knows only its own
cosine table, its DEIS integrates in another clock, its SA-Solver has other orders and noise, its single-step DPM-Solver
shares calls between steps. Its third-order SDE step has the sign of one term wrong; the test says which.
"""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import diffusers
import pytest
import torch
from torch import Tensor

from nodes.sampling import SIGMA_SPACES, sample
from nodes.sampling.step_noise import brownian_noise, fresh_noise
from tests.nodes.sampling.toy import two_points

BETAS = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}
SPACE = SIGMA_SPACES["sd15"]
SHAPE, STEPS, SEED = (2, 4, 6, 6), 12, 17
DENOISE = two_points(SPACE)


def latents(sigma: float) -> Tensor:
    noise = torch.randn(SHAPE, generator=torch.Generator().manual_seed(3))
    return noise * math.sqrt(1 + sigma**2)


def current_sigma(scheduler: Any, i: int) -> float:
    """The noise level at which a scheduler wants the model asked next."""
    at = scheduler.step_index if scheduler.step_index is not None else i
    if getattr(scheduler, "state_in_first_order", True):
        return float(scheduler.sigmas[at])
    if hasattr(scheduler, "mid_point_sigma"):
        return float(scheduler.mid_point_sigma)
    if isinstance(scheduler, diffusers.HeunDiscreteScheduler):
        return float(scheduler.sigmas[at])
    ancestral = isinstance(scheduler, diffusers.KDPM2AncestralDiscreteScheduler)
    return float(scheduler.sigmas_interpol[at - 1 if ancestral else at])


def theirs(
    scheduler: Any, x: Tensor, *, variance_preserving: bool = False, steps: int | None = None
) -> Tensor:
    """diffusers' loop around the exact denoiser; its variance-preserving latents are x / sqrt(1 + sigma^2)."""
    generator = torch.Generator().manual_seed(SEED + 1)
    scheduler.set_begin_index(0)
    first = float(scheduler.sigmas[0])
    x = x / math.sqrt(1 + first**2) if variance_preserving else x
    for i, timestep in enumerate(scheduler.timesteps[:steps]):
        scheduler.scale_model_input(x, timestep)
        sigma = current_sigma(scheduler, i)
        plain = x * math.sqrt(1 + sigma**2) if variance_preserving else x
        eps = (plain - DENOISE(plain, torch.full((SHAPE[0],), sigma)).x0) / sigma
        arguments = {"generator": generator} if takes_generator(scheduler) else {}
        x = scheduler.step(eps, timestep, x, **arguments).prev_sample
    last = float(scheduler.sigmas[-1])
    return x * math.sqrt(1 + last**2) if variance_preserving else x


def takes_generator(scheduler: Any) -> bool:
    return "generator" in scheduler.step.__code__.co_varnames


def own_sigmas(scheduler: Any) -> list[float]:
    """The scheduler's sigmas, each once."""
    return list(dict.fromkeys(scheduler.sigmas.tolist()))


def ours(name: str, scheduler: Any, x: Tensor) -> Tensor:
    return sample(name, DENOISE, x, own_sigmas(scheduler), space=SPACE, seed=SEED)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("euler", diffusers.EulerDiscreteScheduler),
        ("ddim", diffusers.EulerDiscreteScheduler),
        ("heun", diffusers.HeunDiscreteScheduler),
        ("dpm_2", diffusers.KDPM2DiscreteScheduler),
        ("dpm_2_ancestral", diffusers.KDPM2AncestralDiscreteScheduler),
    ],
)
@pytest.mark.filterwarnings("ignore:__array_wrap__:DeprecationWarning")
def test_karras_family(name: str, make: Callable[..., Any]) -> None:
    scheduler = make(use_karras_sigmas=True, **BETAS)
    scheduler.set_timesteps(STEPS)
    x = latents(float(scheduler.sigmas[0]))
    torch.testing.assert_close(ours(name, scheduler, x), theirs(scheduler, x), rtol=0, atol=2e-5)


def test_lms() -> None:
    """All but the step to 0, where the plain prediction stands here."""
    scheduler = diffusers.LMSDiscreteScheduler(use_karras_sigmas=True, **BETAS)
    scheduler.set_timesteps(STEPS)
    x = latents(float(scheduler.sigmas[0]))
    found = sample("lms", DENOISE, x, own_sigmas(scheduler)[:-1], space=SPACE)
    torch.testing.assert_close(found, theirs(scheduler, x, steps=-1), rtol=0, atol=2e-5)


def test_euler_ancestral() -> None:
    scheduler = diffusers.EulerAncestralDiscreteScheduler(**BETAS)
    scheduler.set_timesteps(STEPS)
    x = latents(float(scheduler.sigmas[0]))
    found = ours("euler_ancestral", scheduler, x)
    torch.testing.assert_close(found, theirs(scheduler, x), rtol=0, atol=2e-5)


@pytest.mark.filterwarnings("ignore:Should have t:UserWarning")
def test_dpmpp_sde() -> None:
    """A Brownian path feels the last digit of a sigma, which the two round differently: hence the tolerance."""
    scheduler = diffusers.DPMSolverSDEScheduler(use_karras_sigmas=True, noise_sampler_seed=SEED, **BETAS)
    scheduler.set_timesteps(STEPS)
    x = latents(float(scheduler.sigmas[0]))
    difference = (ours("dpmpp_sde", scheduler, x) - theirs(scheduler, x)).abs()
    assert difference.max() < 5e-3 and difference.median() < 5e-5


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("dpmpp_2m", {"algorithm_type": "dpmsolver++", "solver_order": 2}),
        ("dpmpp_2m_sde", {"algorithm_type": "sde-dpmsolver++", "solver_order": 2}),
        (
            "dpmpp_2m_sde_heun",
            {"algorithm_type": "sde-dpmsolver++", "solver_order": 2, "solver_type": "heun"},
        ),
    ],
)
def test_dpm_multistep(name: str, options: dict[str, Any]) -> None:
    scheduler = diffusers.DPMSolverMultistepScheduler(
        use_karras_sigmas=True, final_sigmas_type="zero", **options, **BETAS
    )
    scheduler.set_timesteps(STEPS)
    x = latents(float(scheduler.sigmas[0]))
    noise = fresh_noise(x, SEED)
    found = sample(name, DENOISE, x, own_sigmas(scheduler), space=SPACE, noise=noise)
    torch.testing.assert_close(found, theirs(scheduler, x, variance_preserving=True), rtol=0, atol=2e-5)


def test_third_order_sde_differs_by_one_sign() -> None:
    """diffusers adds (phi - 0.5) D2; what vanishes with the step, as a third-order term must, is phi + 0.5."""
    scheduler = diffusers.DPMSolverMultistepScheduler(
        algorithm_type="sde-dpmsolver++", solver_order=3, solver_type="heun", use_karras_sigmas=True,
        final_sigmas_type="zero", lower_order_final=False, **BETAS,
    )  # fmt: skip
    scheduler.set_timesteps(STEPS)
    repair_third_order(scheduler)
    x = latents(float(scheduler.sigmas[0]))
    found = sample("dpmpp_3m_sde", DENOISE, x, own_sigmas(scheduler), space=SPACE, noise=fresh_noise(x, SEED))
    torch.testing.assert_close(found, theirs(scheduler, x, variance_preserving=True), rtol=0, atol=2e-5)


def repair_third_order(scheduler: Any) -> None:
    """Takes the term of the wrong sign out of each third-order step, and puts the right one in."""
    original = scheduler.multistep_dpm_solver_third_order_update

    def repaired(outputs: list[Tensor], *, sample: Tensor, noise: Tensor) -> Tensor:
        at = scheduler.step_index
        levels = [float(scheduler.sigmas[i]) for i in (at + 1, at, at - 1, at - 2)]
        lambdas = [-math.log(level) if level > 0 else math.inf for level in levels]
        result: Tensor = original(outputs, sample=sample, noise=noise)
        h, h_0, h_1 = (a - b for a, b in pairwise(lambdas))
        if math.isinf(h):
            return result
        r0, r1 = h_0 / h, h_1 / h
        d1_0, d1_1 = (outputs[-1] - outputs[-2]) / r0, (outputs[-2] - outputs[-3]) / r1
        d2 = (d1_0 - d1_1) / (r0 + r1)
        phi = (1 - math.exp(-2 * h) - 2 * h) / (2 * h) ** 2
        alpha = 1 / math.sqrt(1 + levels[0] ** 2)
        return result - alpha * (phi - 0.5) * d2 + alpha * (phi + 0.5) * d2

    scheduler.multistep_dpm_solver_third_order_update = repaired


@pytest.mark.parametrize(("name", "kind"), [("uni_pc", "bh1"), ("uni_pc_bh2", "bh2")])
def test_uni_pc(name: str, kind: str) -> None:
    scheduler = diffusers.UniPCMultistepScheduler(
        solver_order=3, solver_type=kind, use_karras_sigmas=True, final_sigmas_type="sigma_min", **BETAS
    )
    scheduler.set_timesteps(STEPS)
    scheduler.sigmas[-1] = 0.001
    x = latents(float(scheduler.sigmas[0]))
    expected = theirs(scheduler, x, variance_preserving=True)
    torch.testing.assert_close(ours(name, scheduler, x), expected, rtol=0, atol=1e-4)


def test_flow_euler() -> None:
    space = SIGMA_SPACES["sd3"]
    denoise = two_points(space)
    sigmas = torch.linspace(1, 0.1, 10)
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler(shift=1.0)
    scheduler.set_timesteps(sigmas=sigmas.tolist())
    x = start = latents(0.0)
    for sigma, timestep in zip(sigmas, scheduler.timesteps, strict=True):
        velocity = (x - denoise(x, sigma.repeat(SHAPE[0])).x0) / sigma
        x = scheduler.step(velocity, timestep, x).prev_sample
    found = sample("euler", denoise, start, [*sigmas.tolist(), 0.0], space=space)
    torch.testing.assert_close(found, x, rtol=0, atol=2e-5)


TIMESTEPS = [999, 759, 499, 259]


def stepping(scheduler: Any, start: Tensor, levels: list[float]) -> Tensor:
    """diffusers' loop for schedulers that know timesteps and no sigmas; gives variance-preserving latents."""
    generator = torch.Generator().manual_seed(SEED + 1)
    x = start / math.sqrt(1 + levels[0] ** 2)
    for sigma, timestep in zip(levels, scheduler.timesteps, strict=True):
        plain = x * math.sqrt(1 + sigma**2)
        eps = (plain - DENOISE(plain, torch.full((SHAPE[0],), sigma)).x0) / sigma
        x = scheduler.step(eps, timestep, x, generator=generator).prev_sample
    return x


def levels_of(scheduler: Any) -> list[float]:
    shares = scheduler.alphas_cumprod[scheduler.timesteps.long()]
    return ((1 - shares) / shares).sqrt().tolist()  # type: ignore[no-any-return]  # diffusers is untyped


def test_lcm() -> None:
    """diffusers mixes a little of the noisy latent into the prediction, and less the later: hence the tolerance."""
    scheduler = diffusers.LCMScheduler(clip_sample=False, timestep_scaling=1e6, **BETAS)
    scheduler.set_timesteps(timesteps=TIMESTEPS)
    levels = levels_of(scheduler)
    x = latents(levels[0])
    found = sample("lcm", DENOISE, x, [*levels, 0.0], space=SPACE, seed=SEED)
    torch.testing.assert_close(found, stepping(scheduler, x, levels), rtol=0, atol=2e-4)


def test_tcd() -> None:
    """diffusers ends at the first timestep, not at 0."""
    scheduler = diffusers.TCDScheduler(clip_sample=False, **BETAS)
    scheduler.set_timesteps(timesteps=TIMESTEPS)
    levels = levels_of(scheduler)
    x = latents(levels[0])
    last = float(SPACE.table[0])
    found = sample("tcd", DENOISE, x, [*levels, last], space=SPACE, seed=SEED)
    expected = stepping(scheduler, x, levels) * math.sqrt(1 + last**2)
    torch.testing.assert_close(found, expected, rtol=0, atol=5e-4)


def test_ddpm() -> None:
    scheduler = diffusers.DDPMScheduler(clip_sample=False, **BETAS)
    scheduler.set_timesteps(STEPS)
    levels = levels_of(scheduler)
    x = latents(levels[0])
    found = sample("ddpm", DENOISE, x, [*levels, 0.0], space=SPACE, seed=SEED)
    torch.testing.assert_close(found, stepping(scheduler, x, levels), rtol=0, atol=1e-4)


def test_brownian_noise_is_that_of_diffusers() -> None:
    from diffusers.schedulers.scheduling_dpmsolver_sde import BrownianTreeNoiseSampler

    x = torch.zeros(SHAPE)
    expected = BrownianTreeNoiseSampler(x, 0.03, 14.6, SEED)(torch.tensor(9.0), torch.tensor(2.0))
    torch.testing.assert_close(brownian_noise(x, SEED, 0.03, 14.6)(9.0, 2.0), expected)
