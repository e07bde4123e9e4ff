"""Further ways to make sigmas, each with parameters of its own. Unless said otherwise they end with 0."""

import math
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor

from nodes.sampling.flow_spaces import mu_of_flux2
from nodes.sampling.schedules import check_steps, with_zero
from nodes.sampling.spaces import DiscreteSpace

if TYPE_CHECKING:
    from nodes.sampling.spaces import SigmaSpace


def polyexponential(steps: int, sigma_min: float, sigma_max: float, rho: float = 1.0) -> Tensor:
    """ln sigma falls with the power `rho` of the remaining share of steps; 1 is the exponential schedule."""
    check_range(steps, sigma_min, sigma_max)
    share = torch.linspace(1, 0, steps) ** rho
    return with_zero((share * math.log(sigma_max / sigma_min) + math.log(sigma_min)).exp())


def variance_preserving(
    steps: int, beta_d: float = 19.9, beta_min: float = 0.1, smallest_time: float = 0.001
) -> Tensor:
    """Evenly spaced times of the continuous VP process (Song et al. 2021b, eq. 32) from 1 to `smallest_time`."""
    check_steps(steps)
    t = torch.linspace(1, smallest_time, steps)
    sigmas = (beta_d * t**2 / 2 + beta_min * t).expm1().sqrt()
    if not sigmas.isfinite().all():
        raise ValueError(
            f"With beta_d {beta_d:g} and beta_min {beta_min:g} sigma grows beyond every number: lower them."
        )
    return with_zero(sigmas)


def laplace(steps: int, sigma_min: float, sigma_max: float, mu: float = 0.0, beta: float = 0.5) -> Tensor:
    """Quantiles of a Laplace distribution of ln sigma around `mu` (Hang et al. 2024), held within the bounds.

    It does not end with 0.
    """
    check_range(steps, sigma_min, sigma_max)
    offset = 0.5 - torch.linspace(0, 1, steps)
    log_sigma = mu - beta * offset.sign() * torch.log(1 - 2 * offset.abs() + 1e-5)
    return log_sigma.exp().clamp(sigma_min, sigma_max)


def sd_turbo(space: "SigmaSpace", steps: int, denoise: float = 1.0) -> Tensor:
    """The timesteps 999, 899 ... 99 that SD-Turbo and SDXL-Turbo were distilled at (Sauer et al. 2023)."""
    if not 1 <= steps <= 10 or not 0.0 <= denoise <= 1.0:
        raise ValueError(f"Turbo takes 1 to 10 steps and a denoise from 0 to 1, not {steps} and {denoise}.")
    start = 10 - int(10 * denoise)
    timesteps = torch.arange(999, 0, -100)[start : start + steps]
    return with_zero(space.sigma(timesteps.float())) if len(timesteps) else torch.empty(0)


AlignedFamily = Literal["sd1", "sdxl", "svd"]

# Numbers of steps of the discrete process; for the continuous video model, sigmas.
_SD1_STEPS = (999, 850, 736, 645, 545, 455, 343, 233, 124, 24, 0)
_SDXL_STEPS = (999, 845, 730, 587, 443, 310, 193, 116, 53, 13, 0)
_SVD_SIGMAS = (700.0, 54.5, 15.886, 7.977, 4.248, 1.789, 0.981, 0.403, 0.173, 0.034, 0.002)


def aligned_sigmas(family: AlignedFamily) -> Tensor:
    """The 11 sigmas above 0 of 10 steps, optimised for a family (Sabour et al. 2024, Align Your Steps)."""
    if family == "svd":
        return torch.tensor(_SVD_SIGMAS)
    if family not in ("sd1", "sdxl"):
        raise ValueError(f"Align Your Steps knows sd1, sdxl and svd, not '{family}'.")
    return DiscreteSpace("eps").table[list(_SD1_STEPS if family == "sd1" else _SDXL_STEPS)]


def align_your_steps(family: AlignedFamily, steps: int, denoise: float = 1.0) -> Tensor:
    """The optimised sigmas of a family, log-linearly interpolated to other step counts; the last becomes 0.

    `denoise` below 1 keeps the last part of the steps.
    """
    check_steps(steps)
    if not 0.0 <= denoise <= 1.0:
        raise ValueError(f"Denoise must be from 0 to 1, not {denoise}.")
    kept = round(steps * denoise)
    if kept == 0:
        return torch.empty(0)
    sigmas = log_interpolated(aligned_sigmas(family), steps + 1)[-(kept + 1) :]
    sigmas[-1] = 0.0
    return sigmas


def log_interpolated(sigmas: Tensor, count: int) -> Tensor:
    """`count` sigmas on the curve of ln `sigmas` (all above 0), straight between neighbours, the ends kept."""
    position = torch.linspace(0, len(sigmas) - 1, count, dtype=torch.float64)
    left = position.floor().long().clamp(max=len(sigmas) - 2)
    logs = sigmas.double().log()
    return torch.lerp(logs[left], logs[left + 1], position - left).exp().float()


def flux2(steps: int, width: int, height: int) -> Tensor:
    """Flux.2's schedule for a picture size in pixels: even steps, shifted by a mu of size and step count."""
    check_steps(steps)
    times = torch.linspace(1, 0, steps + 1, dtype=torch.float64)
    # By the inverse of the shift, which for very large pictures is beyond every number.
    return (times / (times + (1 - times) * math.exp(-mu_of_flux2(width, height, steps)))).float()


def check_range(steps: int, sigma_min: float, sigma_max: float) -> None:
    """Raises ValueError unless the steps are countable and 0 < sigma_min <= sigma_max < infinity."""
    check_steps(steps)
    if not 0 < sigma_min <= sigma_max < math.inf:
        raise ValueError(f"Sigmas must run from above 0 up, not from {sigma_min} to {sigma_max}.")
