"""Schedules: which sigmas a sampler visits. All end with 0 and are float32 on the CPU."""

import math
from typing import TYPE_CHECKING

import numpy
import torch
from torch import Tensor

from nodes.sampling.names import SCHEDULES, drops_penultimate_sigma

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nodes.sampling.spaces import SigmaSpace

NEAR_ZERO = 1e-5
MOST_STEPS = 100_000
WHOLE = 0.9999
"""A denoise above this counts as 1, where a schedule is not cut even if it has more steps than asked."""


def schedule(name: str, space: "SigmaSpace", steps: int, denoise: float = 1.0) -> Tensor:
    """The sigmas `[n + 1]` of the named schedule in a space, falling to 0.

    `denoise` below 1 builds the schedule for steps / denoise steps and keeps its end; 0 gives no sigmas at
    all. Some schedules give more (ddim_uniform) or fewer (beta) steps than asked. Raises ValueError for an
    unknown name, for steps outside 1 to 100,000 and for a denoise outside 0 to 1.
    """
    if name not in _MAKERS:
        raise ValueError(f"Unknown schedule '{name}': use one of {', '.join(SCHEDULES)}.")
    check_steps(steps)
    total = steps_before_cut(steps, denoise)
    if total == 0:
        return torch.empty(0)
    return _last_steps(_MAKERS[name](space, total), steps, denoise)


def ksampler_sigmas(space: "SigmaSpace", sampler: str, name: str, steps: int, denoise: float = 1.0) -> Tensor:
    """The sigmas that KSampler uses: as `schedule`, except that some solvers skip the last sigma before 0."""
    if not drops_penultimate_sigma(sampler):
        return schedule(name, space, steps, denoise)
    check_steps(steps)
    total = steps_before_cut(steps, denoise)
    if total == 0:
        return torch.empty(0)
    sigmas = schedule(name, space, total + 1)
    return _last_steps(torch.cat([sigmas[:-2], sigmas[-1:]]), steps, denoise)


def cut_to_steps(
    sigmas: Tensor, start: int = 0, end: int | None = None, *, leave_noise: bool = True
) -> Tensor:
    """The part of `sigmas` from step `start` to step `end`; the last becomes 0 unless noise is to be left
    over.

    The result is empty where nothing is left to do.
    """
    part = sigmas.clone() if end is None else sigmas[: max(end, 0) + 1].clone()
    if not leave_noise and 0 < len(part) < len(sigmas):
        part[-1] = 0.0
    return part[max(start, 0) :] if start < len(part) - 1 else part[:0]


def check_steps(steps: int) -> None:
    """Raises ValueError unless `steps` is from 1 to 100,000."""
    if not 1 <= steps <= MOST_STEPS:
        raise ValueError(f"A schedule needs from 1 to {MOST_STEPS} steps, not {steps}.")


def steps_before_cut(steps: int, denoise: float) -> int:
    """How many steps the whole schedule has of which the last `steps` are kept; 0 where denoise is 0."""
    if not 0.0 <= denoise <= 1.0:
        raise ValueError(f"Denoise must be from 0 (keep the latent) to 1 (start from noise), not {denoise}.")
    if denoise == 0.0:
        return 0
    total = steps if denoise > WHOLE else int(steps / denoise)
    if total > MOST_STEPS:
        raise ValueError(
            f"{steps} steps at denoise {denoise} need a schedule of {total}: the most is {MOST_STEPS}."
        )
    return total


def _last_steps(sigmas: Tensor, steps: int, denoise: float) -> Tensor:
    return sigmas if denoise > WHOLE else sigmas[-(steps + 1) :]


def with_zero(sigmas: Tensor) -> Tensor:
    """`sigmas` with a final 0."""
    return torch.cat([sigmas.float(), torch.zeros(1)])


def normal(space: "SigmaSpace", steps: int) -> Tensor:
    """Evenly spaced timesteps, first to last. A space that reaches 0 by itself gets no second 0."""
    first, last = space.timestep(space.table[[-1, 0]]).tolist()
    if abs(float(space.sigma(torch.tensor(last)))) < NEAR_ZERO:
        return space.sigma(torch.linspace(first, last, steps + 1))
    return with_zero(space.sigma(torch.linspace(first, last, steps)))


def sgm_uniform(space: "SigmaSpace", steps: int) -> Tensor:
    """Evenly spaced timesteps that leave out the last one."""
    first, last = space.timestep(space.table[[-1, 0]]).tolist()
    return with_zero(space.sigma(torch.linspace(first, last, steps + 1)[:-1]))


def simple(space: "SigmaSpace", steps: int) -> Tensor:
    """Evenly spaced entries of the table, from its largest."""
    stride = len(space.table) / steps
    return with_zero(space.table[[-1 - int(i * stride) for i in range(steps)]])


def ddim_uniform(space: "SigmaSpace", steps: int) -> Tensor:
    """Every k-th entry of the table from its second (Song et al. 2021): often a step more, and below
    sigma_max.
    """
    reaches_zero = float(space.table[1]) < NEAR_ZERO
    stride = max(len(space.table) // (steps + reaches_zero), 1)
    picked = space.table[1::stride].flip(0)
    return picked.clone() if reaches_zero else with_zero(picked)


def karras(space: "SigmaSpace", steps: int) -> Tensor:
    """Evenly spaced in sigma^(1/7) (Karras et al. 2022, eq. 5)."""
    return karras_between(space.sigma_min, space.sigma_max, steps)


def karras_between(sigma_min: float, sigma_max: float, steps: int, rho: float = 7.0) -> Tensor:
    """Karras et al. 2022, eq. 5, between two sigmas."""
    low, high = sigma_min ** (1 / rho), sigma_max ** (1 / rho)
    return with_zero((high + torch.linspace(0, 1, steps) * (low - high)) ** rho)


def exponential(space: "SigmaSpace", steps: int) -> Tensor:
    """Evenly spaced in log sigma."""
    return exponential_between(space.sigma_min, space.sigma_max, steps)


def exponential_between(sigma_min: float, sigma_max: float, steps: int) -> Tensor:
    """Evenly spaced in log sigma between two sigmas."""
    return with_zero(torch.linspace(math.log(sigma_max), math.log(sigma_min), steps).exp())


def beta(space: "SigmaSpace", steps: int, alpha: float = 0.6, beta: float = 0.6) -> Tensor:
    """Entries of the table at quantiles of a beta distribution (Lee et al. 2024); repeated entries are
    dropped.
    """
    if not (alpha > 0 and beta > 0):
        raise ValueError(f"The beta schedule's alpha and beta must be above 0, not {alpha} and {beta}.")
    from scipy.special import betaincinv

    quantiles = betaincinv(alpha, beta, 1 - numpy.linspace(0, 1, steps, endpoint=False))
    indices = numpy.rint(quantiles * (len(space.table) - 1)).astype(int).tolist()
    return with_zero(space.table[list(dict.fromkeys(indices))])


def linear_quadratic(space: "SigmaSpace", steps: int, threshold: float = 0.025) -> Tensor:
    """Small linear steps over the first half, then a parabola down to 0 (Movie Gen, Polyak et al. 2024)."""
    if steps == 1:
        return torch.tensor([1.0, 0.0]) * space.sigma_max
    linear = steps // 2
    rest = steps - linear
    excess = linear - threshold * steps
    q = excess / (linear * rest**2)
    b = threshold / linear - 2 * excess / rest**2
    rising = [i * threshold / linear for i in range(linear)]
    rising += [q * i**2 + b * i + q * linear**2 for i in range(linear, steps)]
    return torch.tensor([1.0 - value for value in [*rising, 1.0]]) * space.sigma_max


def kl_optimal(space: "SigmaSpace", steps: int) -> Tensor:
    """Evenly spaced in atan sigma (Sabour et al. 2024, Align Your Steps, theorem 3.1)."""
    share = torch.arange(steps) / max(steps - 1, 1)
    low, high = math.atan(space.sigma_min), math.atan(space.sigma_max)
    return with_zero((share * low + (1 - share) * high).tan())


_MAKERS: "Mapping[str, Callable[[SigmaSpace, int], Tensor]]" = {
    "normal": normal,
    "karras": karras,
    "exponential": exponential,
    "sgm_uniform": sgm_uniform,
    "simple": simple,
    "ddim_uniform": ddim_uniform,
    "beta": beta,
    "linear_quadratic": linear_quadratic,
    "kl_optimal": kl_optimal,
}
