"""DPM-Solver++ for the reverse SDE (Lu et al. 2022b, section 5) in lambda = ln(alpha / sigma).

`eta` scales the SDE's noise: 1 is the reverse process, 0 its ODE.
"""

import math
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from nodes.sampling.run import Run


def sde_base(run: "Run", x: "Tensor", x0: "Tensor", sigma: float, sigma_next: float, eta: float) -> "Tensor":
    """The first-order part of a step, without its noise."""
    h = run.log_snr(sigma_next) - run.log_snr(sigma)
    keep = (sigma_next / sigma) * math.exp(-h * eta)
    return keep * x - run.alpha(sigma_next) * math.expm1(-h * (1 + eta)) * x0


def sde_noise(
    run: "Run", x: "Tensor", sigma: float, sigma_next: float, eta: float, s_noise: float
) -> "Tensor":
    """`x` with the noise of a step, drawn only where it has a strength."""
    if eta == 0 or s_noise == 0:
        return x
    h = run.log_snr(sigma_next) - run.log_snr(sigma)
    strength = sigma_next * math.sqrt(-math.expm1(-2 * h * eta)) * s_noise
    return x + strength * run.noise(sigma, sigma_next)


def dpmpp_sde(run: "Run", x: "Tensor", *, eta: float = 1.0, s_noise: float = 1.0, r: float = 0.5) -> "Tensor":
    """SDE-DPM-Solver++ with two calls a step: to the part `r` of the step and, from its prediction, over the
    whole.
    """
    for i, sigma, sigma_next in run.steps():
        x0 = run.step_x0(i, x)
        if sigma_next == 0:
            return x0
        middle = _between(run, sigma, sigma_next, r)
        half = _ancestral_step(run, x, x0, sigma, middle, eta, s_noise)
        x0_middle = run.x0(half, middle)
        mixed = (1 - 1 / (2 * r)) * x0 + 1 / (2 * r) * x0_middle
        x = _ancestral_step(run, x, mixed, sigma, sigma_next, eta, s_noise)
    return x


def _log_noise_ratio(run: "Run", *sigmas: float) -> "Tensor":
    """ln(sigma / alpha) in float32."""
    levels = torch.tensor(sigmas, dtype=torch.float32)
    return levels.logit() if run.space.flow else levels.log()


def _between(run: "Run", sigma: float, sigma_next: float, r: float) -> float:
    """The sigma at the part `r` of the way in lambda, in float32: a Brownian path feels the last digit."""
    start, end = _log_noise_ratio(run, sigma, sigma_next)
    middle = start + r * (end - start)
    return float(middle.sigmoid() if run.space.flow else middle.exp())


def _ancestral_step(
    run: "Run", x: "Tensor", x0: "Tensor", sigma: float, sigma_next: float, eta: float, s_noise: float
) -> "Tensor":
    """Down in noise-to-signal ratio, then noise up to `sigma_next`."""
    alpha, alpha_next = run.alpha(sigma), run.alpha(sigma_next)
    start, end = _log_noise_ratio(run, sigma, sigma_next).exp()
    # In float32 like the sigmas: from almost pure noise this difference of squares keeps one digit of what
    # remains of the old x, and which digit is seen in the picture.
    up = (eta * (end**2 * (start**2 - end**2) / start**2) ** 0.5).minimum(end)
    down = (end**2 - up**2) ** 0.5
    ratio = float(down / start)
    x = (alpha_next / alpha * ratio) * x + alpha_next * (1 - ratio) * x0
    if eta == 0 or s_noise == 0:
        return x
    return x + alpha_next * float(up) * s_noise * run.noise(sigma, sigma_next)


def dpmpp_2m_sde(run: "Run", x: "Tensor", *, eta: float = 1.0, s_noise: float = 1.0) -> "Tensor":
    """SDE-DPM-Solver++(2M), midpoint: the trend of the predictions counts half of its first-order weight."""
    return _second_order(run, x, eta, s_noise, lambda h: -math.expm1(-h) / 2)


def dpmpp_2m_sde_heun(run: "Run", x: "Tensor", *, eta: float = 1.0, s_noise: float = 1.0) -> "Tensor":
    """SDE-DPM-Solver++(2M), Heun: the trend of the predictions is integrated exactly."""
    return _second_order(run, x, eta, s_noise, lambda h: 1 + math.expm1(-h) / h)


def _second_order(
    run: "Run", x: "Tensor", eta: float, s_noise: float, trend: "Callable[[float], float]"
) -> "Tensor":
    last, h_last = None, 0.0
    for i, sigma, sigma_next in run.steps():
        x0 = run.step_x0(i, x)
        if sigma_next == 0:
            return x0
        h = run.log_snr(sigma_next) - run.log_snr(sigma)
        x = sde_base(run, x, x0, sigma, sigma_next, eta)
        if last is not None:
            x = x + run.alpha(sigma_next) * trend(h * (1 + eta)) * (h / h_last) * (x0 - last)
        x = sde_noise(run, x, sigma, sigma_next, eta, s_noise)
        last, h_last = x0, h
    return x


def dpmpp_3m_sde(run: "Run", x: "Tensor", *, eta: float = 1.0, s_noise: float = 1.0) -> "Tensor":
    """SDE-DPM-Solver++(3M): trend and curvature of the last three predictions, integrated exactly."""
    past: list[tuple[Tensor, float]] = []
    for i, sigma, sigma_next in run.steps():
        x0 = run.step_x0(i, x)
        if sigma_next == 0:
            return x0
        h = run.log_snr(sigma_next) - run.log_snr(sigma)
        phi_2 = 1 + math.expm1(-h * (1 + eta)) / (h * (1 + eta))
        trend, curvature = _derivatives(x0, past, h)
        x = sde_base(run, x, x0, sigma, sigma_next, eta)
        if trend is not None:
            x = x + run.alpha(sigma_next) * phi_2 * trend
        if curvature is not None:
            x = x - run.alpha(sigma_next) * (phi_2 / (h * (1 + eta)) - 0.5) * curvature
        x = sde_noise(run, x, sigma, sigma_next, eta, s_noise)
        past = [(x0, h), *past[:1]]
    return x


def _derivatives(
    x0: "Tensor", past: "list[tuple[Tensor, float]]", h: float
) -> "tuple[Tensor | None, Tensor | None]":
    """First derivative of the prediction at this step and half its second, over steps of length `h`."""
    if not past:
        return None, None
    (x0_1, h_1), *older = past
    slope = (x0 - x0_1) * (h / h_1)
    if not older:
        return slope, None
    ((x0_2, h_2),) = older
    slope_before = (x0_1 - x0_2) * (h / h_2)
    curvature = (slope - slope_before) * (h / (h_1 + h_2))
    return slope + curvature * (h_1 / h), curvature
