"""SEEDS (Gonzalez et al. 2023) and the exponential Heun method: several calls a step in lambda, as SDE or
ODE.

Within a step all noise is one path: what was added at an earlier stage decays and is topped up at the next.
"""

import math
from typing import TYPE_CHECKING

from nodes.sampling.solvers.dpmpp_sde import sde_base

if TYPE_CHECKING:
    from torch import Tensor

    from nodes.sampling.run import Run


def phi_1(h: float) -> float:
    """The integral of exp over (h, 0), as a share of alpha: expm1(h)."""
    return math.expm1(h)


def phi_2(h: float) -> float:
    """(expm1(h) - h) / h: the weight of the trend."""
    return (math.expm1(h) - h) / h


def _carried_noise(
    run: "Run", noise: "Tensor | None", start: float, end: float, length: float, eta: float
) -> "Tensor | None":
    """The step's noise from stage sigma `start` to `end`, `length` apart in lambda, in units of sigma."""
    if eta == 0:
        return None
    fresh = math.sqrt(-math.expm1(-2 * length * eta)) * run.noise(start, end)
    return fresh if noise is None else math.exp(-length * eta) * noise + fresh


def _with_noise(x: "Tensor", noise: "Tensor | None", strength: float) -> "Tensor":
    return x if noise is None else x + strength * noise


def seeds_2(run: "Run", x: "Tensor", *, eta: float = 1.0, s_noise: float = 1.0, r: float = 0.5) -> "Tensor":
    """SEEDS-2: two stages, the second prediction at the part `r` of the step (algorithm 2)."""
    return _two_stages(run, x, eta, s_noise, r, exact=False)


def exp_heun_2_x0(run: "Run", x: "Tensor") -> "Tensor":
    """Exponential Heun of second order (Hochbruck and Ostermann 2010, eq. 2.39) on predictions of the clean
    latent.
    """
    return _two_stages(run, x, 0.0, 0.0, 1.0, exact=True)


def exp_heun_2_x0_sde(run: "Run", x: "Tensor", *, eta: float = 1.0, s_noise: float = 1.0) -> "Tensor":
    """`exp_heun_2_x0` for the reverse SDE, with the noise of SEEDS."""
    return _two_stages(run, x, eta, s_noise, 1.0, exact=True)


def _two_stages(run: "Run", x: "Tensor", eta: float, s_noise: float, r: float, *, exact: bool) -> "Tensor":
    """`exact` integrates the trend of the predictions; else the later one is weighted 1 / (2 r)."""
    for i, sigma, sigma_next in run.steps():
        x0 = run.step_x0(i, x)
        if sigma_next == 0:
            return x0
        start = run.log_snr(sigma)
        h = run.log_snr(sigma_next) - start
        middle = sigma_next if r == 1 else run.sigma_at(start + r * h)
        noise = _carried_noise(run, None, sigma, middle, r * h, eta)
        early = _with_noise(sde_base(run, x, x0, sigma, middle, eta), noise, middle * s_noise)
        trend = run.x0(early, middle) - x0
        h_eta = h * (1 + eta)
        weight = phi_2(-h_eta) / r if exact else phi_1(-h_eta) / (2 * r)
        x = sde_base(run, x, x0, sigma, sigma_next, eta) - run.alpha(sigma_next) * weight * trend
        noise = _carried_noise(run, noise, middle, sigma_next, (1 - r) * h, eta)
        x = _with_noise(x, noise, sigma_next * s_noise)
    return x


def seeds_3(
    run: "Run",
    x: "Tensor",
    *,
    eta: float = 1.0,
    s_noise: float = 1.0,
    r_1: float = 1 / 3,
    r_2: float = 2 / 3,
) -> "Tensor":
    """SEEDS-3: three stages, at the parts `r_1` and `r_2` of the step and over the whole (algorithm 3)."""
    for i, sigma, sigma_next in run.steps():
        x0 = run.step_x0(i, x)
        if sigma_next == 0:
            return x0
        start = run.log_snr(sigma)
        h = run.log_snr(sigma_next) - start
        early, late = run.sigma_at(start + r_1 * h), run.sigma_at(start + r_2 * h)
        noise = _carried_noise(run, None, sigma, early, r_1 * h, eta)
        x_2 = _with_noise(sde_base(run, x, x0, sigma, early, eta), noise, early * s_noise)
        trend = run.x0(x_2, early) - x0
        noise = _carried_noise(run, noise, early, late, (r_2 - r_1) * h, eta)
        weight = phi_2(-r_2 * h * (1 + eta)) * r_2 / r_1
        x_3 = sde_base(run, x, x0, sigma, late, eta) - run.alpha(late) * weight * trend
        trend = run.x0(_with_noise(x_3, noise, late * s_noise), late) - x0
        noise = _carried_noise(run, noise, late, sigma_next, (1 - r_2) * h, eta)
        weight = phi_2(-h * (1 + eta)) / r_2
        x = sde_base(run, x, x0, sigma, sigma_next, eta) - run.alpha(sigma_next) * weight * trend
        x = _with_noise(x, noise, sigma_next * s_noise)
    return x
