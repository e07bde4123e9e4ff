"""Solvers in the EDM, v and flow spaces, and back to noise, against diffusers' schedulers on the same sigmas.

Not compared: dpmpp_2m and uni_pc in flow spaces, which elsewhere and here step in -ln sigma, in diffusers in
ln((1 - sigma) / sigma); the ancestral solvers of flow spaces, which diffusers does not have; and its consistency
models' scheduler, whose last level is not 0.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import diffusers
import pytest
import torch
from torch import Tensor

from nodes.sampling import SIGMA_SPACES, SigmaSpace, sample, unsample
from nodes.sampling.predictions import from_x0
from nodes.sampling.step_noise import fresh_noise
from tests.nodes.sampling.toy import two_points

SHAPE, STEPS, SEED = (2, 4, 5, 7), 11, 2**33 + 5


def noise_of(scale: float) -> Tensor:
    return scale * torch.randn(SHAPE, generator=torch.Generator().manual_seed(5))


def network(space: SigmaSpace, x: Tensor, sigma: float) -> Tensor:
    """What a perfect network of this space would put out."""
    levels = torch.full((SHAPE[0],), sigma)
    return from_x0(space.prediction, x, two_points(space)(x, levels).x0, levels, space.sigma_data)


def theirs(scheduler: Any, space: SigmaSpace, x: Tensor) -> Tensor:
    """diffusers' loop, whose latents are in our scale in these spaces."""
    generator = torch.Generator().manual_seed((SEED + 1) % 2**64)
    scheduler.set_begin_index(0)
    for timestep in scheduler.timesteps:
        at = scheduler.step_index or 0
        output = network(space, x, float(scheduler.sigmas[at]))
        if hasattr(scheduler, "precondition_inputs"):
            inner = scheduler.scale_model_input(x, timestep)
            ours = space.network_input(x, scheduler.sigmas[at].repeat(SHAPE[0]))
            torch.testing.assert_close(ours, inner)
        takes_generator = "generator" in scheduler.step.__code__.co_varnames
        arguments = {"generator": generator} if takes_generator else {}
        x = scheduler.step(output, timestep, x, **arguments).prev_sample
    return x


def levels(scheduler: Any) -> list[float]:
    return list(dict.fromkeys(scheduler.sigmas.tolist()))


def compare(name: str, scheduler: Any, space: SigmaSpace, atol: float = 2e-5) -> None:
    x = noise_of(float(scheduler.sigmas[0]))
    noise = fresh_noise(x, SEED)
    found = sample(name, two_points(space), x, levels(scheduler), space=space, noise=noise)
    torch.testing.assert_close(found, theirs(scheduler, space, x), rtol=0, atol=atol)


@pytest.mark.parametrize("kind", ["karras", "exponential"])
def test_edm_euler(kind: str) -> None:
    scheduler = diffusers.EDMEulerScheduler(sigma_schedule=kind)
    scheduler.set_timesteps(STEPS)
    timesteps = SIGMA_SPACES["edm"].timestep(scheduler.sigmas[:-1])
    torch.testing.assert_close(timesteps, scheduler.timesteps)
    compare("euler", scheduler, SIGMA_SPACES["edm"])


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("dpmpp_2m", {"algorithm_type": "dpmsolver++"}),
        ("dpmpp_2m_sde", {"algorithm_type": "sde-dpmsolver++"}),
        ("dpmpp_2m_sde_heun", {"algorithm_type": "sde-dpmsolver++", "solver_type": "heun"}),
    ],
)
def test_edm_multistep(name: str, options: dict[str, Any]) -> None:
    scheduler = diffusers.EDMDPMSolverMultistepScheduler(**options)
    scheduler.set_timesteps(STEPS)
    compare(name, scheduler, SIGMA_SPACES["edm"])


@pytest.mark.parametrize(("name", "kind"), [("dpmpp_2m_sde", "midpoint"), ("dpmpp_2m_sde_heun", "heun")])
def test_cosine_v(name: str, kind: str) -> None:
    """The video and audio models' space of continuous v prediction."""
    scheduler = diffusers.CosineDPMSolverMultistepScheduler(solver_type=kind)
    scheduler.set_timesteps(STEPS)
    space = SIGMA_SPACES["stable_audio"]
    torch.testing.assert_close(space.timestep(scheduler.sigmas[:-1]), scheduler.timesteps)
    noise = fresh_noise(torch.zeros(SHAPE), SEED)
    scheduler.noise_sampler = lambda sigma, sigma_next: noise(float(sigma), float(sigma_next))
    compare(name, scheduler, space, atol=5e-5)


@pytest.mark.parametrize("shift", [1.0, 3.0])
def test_flow_heun(shift: float) -> None:
    scheduler = diffusers.FlowMatchHeunDiscreteScheduler(shift=shift)
    scheduler.set_timesteps(STEPS)
    compare("heun", scheduler, SIGMA_SPACES["sd3"])


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_flow_lcm(steps: int) -> None:
    scheduler = diffusers.FlowMatchLCMScheduler(shift=3.0)
    scheduler.set_timesteps(steps)
    compare("lcm", scheduler, SIGMA_SPACES["sd3"])


@pytest.mark.parametrize(("name", "kind"), [("dpmpp_2m_sde", "midpoint"), ("dpmpp_2m_sde_heun", "heun")])
def test_flow_multistep(name: str, kind: str) -> None:
    scheduler = diffusers.DPMSolverMultistepScheduler(
        algorithm_type="sde-dpmsolver++", solver_type=kind, prediction_type="flow_prediction",
        use_flow_sigmas=True, flow_shift=3.0, final_sigmas_type="zero",
    )  # fmt: skip
    scheduler.set_timesteps(STEPS)
    compare(name, scheduler, SIGMA_SPACES["sd3"])


BETAS = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction"])
@pytest.mark.parametrize("steps", [1, 2, 10])
def test_ddim(prediction: str, steps: int) -> None:
    """Of diffusers' variance preserving latents x / sqrt(1 + sigma^2), down to the table's smallest sigma."""
    space = SIGMA_SPACES["sd15" if prediction == "epsilon" else "sd2_v"]
    scheduler = diffusers.DDIMScheduler(
        clip_sample=False, set_alpha_to_one=False, prediction_type=prediction, **BETAS
    )
    scheduler.set_timesteps(steps)
    sigmas = [*space.table[scheduler.timesteps].tolist(), space.sigma_min]
    sigmas = list(dict.fromkeys(sigmas))
    x = noise_of(sigmas[0])
    found = sample("ddim", two_points(space), x, sigmas, space=space)
    expected = x
    for timestep in scheduler.timesteps:
        sigma = float(space.table[timestep])
        output = network(space, expected, sigma)
        scaled = expected / (1 + sigma**2) ** 0.5
        scaled = scheduler.step(output, timestep, scaled).prev_sample
        after = float(timestep) - 1000 // steps
        following = float(space.table[int(after)]) if after >= 0 else space.sigma_min
        expected = scaled * (1 + following**2) ** 0.5
    torch.testing.assert_close(found, expected, rtol=0, atol=5e-5)


def test_ddim_back_to_noise() -> None:
    """From step to step upward; diffusers' own loop asks at one step and goes on as if at the one before."""
    space = SIGMA_SPACES["sd15"]
    numbers = [1, 101, 201, 301, 401, 501, 601, 701, 801, 901]
    sigmas = space.table[numbers].tolist()
    x = noise_of(0.5)
    found = unsample("ddim", two_points(space), x, sigmas, space=space)
    expected = x
    scheduler = diffusers.DDIMScheduler(clip_sample=False, **BETAS)
    for here, there in pairwise(numbers):
        sigma, after = float(space.table[here]), float(space.table[there])
        eps = network(space, expected, sigma)
        share = scheduler.alphas_cumprod[here]
        clean = (expected / (1 + sigma**2) ** 0.5 - (1 - share).sqrt() * eps) / share.sqrt()
        share = scheduler.alphas_cumprod[there]
        expected = (share.sqrt() * clean + (1 - share).sqrt() * eps) * (1 + after**2) ** 0.5
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)
