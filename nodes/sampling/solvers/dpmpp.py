"""DPM-Solver++ of second order (Lu et al. 2022b) as an ODE solver, with ancestral noise, and with CFG++."""

import math
from typing import TYPE_CHECKING

from nodes.sampling.solvers.ancestral import add_noise, ancestral_split, down_and_up

if TYPE_CHECKING:
    from torch import Tensor

    from nodes.sampling.run import Run


def dpmpp_2m(run: "Run", x: "Tensor") -> "Tensor":
    """DPM-Solver++(2M) (Lu et al. 2022b, algorithm 2) in t = -ln sigma; the first and last steps are of first
    order.
    """
    last, h_last = None, 0.0
    for i, sigma, sigma_next in run.steps():
        x0 = run.step_x0(i, x)
        if sigma_next == 0:
            return x0
        h = math.log(sigma / sigma_next)
        target = x0
        if last is not None:
            correction = h / (2 * h_last)
            target = (1 + correction) * x0 - correction * last
        x = (sigma_next / sigma) * x - math.expm1(-h) * target
        last, h_last = x0, h
    return x


def dpmpp_2m_cfg_pp(run: "Run", x: "Tensor") -> "Tensor":
    """DPM-Solver++(2M) whose noise direction is the unguided one (CFG++, Chung et al. 2024)."""
    last, h_last = None, 0.0
    for i, sigma, sigma_next in run.steps():
        x0, x0_uncond = run.step_guided(i, x)
        if sigma_next == 0:
            return x0
        h = math.log(sigma / sigma_next)
        step = x0 + (sigma_next / sigma) * (x - x0_uncond)
        if last is not None:
            step = step - math.expm1(-h) * (h / (2 * h_last)) * (x0 - last)
        x = step
        last, h_last = x0_uncond, h
    return x


def dpmpp_2s_ancestral(run: "Run", x: "Tensor", *, eta: float = 1.0, s_noise: float = 1.0) -> "Tensor":
    """DPM-Solver++(2S) (Lu et al. 2022b, algorithm 1) with r = 1/2 to below the next sigma, then fresh noise.

    In flow models the middle is taken in the logarithm of signal to noise, and at 0.9999 for a step from pure
    noise.
    """
    for i, sigma, sigma_next in run.steps():
        x0 = run.step_x0(i, x)
        if sigma_next == 0:
            return x0
        sigma_down, scale, sigma_up = down_and_up(run, sigma, sigma_next, eta)
        if sigma_down == 0:
            x = x0
        else:
            middle = _middle(run, sigma, sigma_down)
            half = x0 + (middle / sigma) * (x - x0)
            x0_middle = run.x0(half, middle)
            x = x0_middle + (sigma_down / sigma) * (x - x0_middle)
        x = add_noise(run, x, sigma, sigma_next, scale, s_noise * sigma_up)
    return x


def _middle(run: "Run", sigma: float, sigma_down: float) -> float:
    if run.space.flow and sigma >= 1:
        return 0.9999
    return run.sigma_at((run.log_snr(sigma) + run.log_snr(sigma_down)) / 2)


def dpmpp_2s_ancestral_cfg_pp(run: "Run", x: "Tensor", *, eta: float = 1.0, s_noise: float = 1.0) -> "Tensor":
    """`dpmpp_2s_ancestral` whose noise direction is the unguided one (CFG++, Chung et al. 2024).

    The direction of the whole step is that of the unguided prediction in its middle, while the image term is that
    at its start: as workflows know it, although it draws pictures together more than the data are.
    """
    for i, sigma, sigma_next in run.steps():
        x0, x0_uncond = run.step_guided(i, x)
        if sigma_next == 0:
            return x0
        sigma_down, sigma_up = ancestral_split(sigma, sigma_next, eta)
        if sigma_down == 0:
            x = x0
        else:
            middle = math.sqrt(sigma * sigma_down)
            half = x0 + (middle / sigma) * (x - x0_uncond)
            middle_x0, middle_uncond = run.guided(half, middle)
            ratio = sigma_down / sigma
            x = ratio * (x + x0 - middle_uncond) + (1 - ratio) * middle_x0
        x = add_noise(run, x, sigma, sigma_next, 1.0, s_noise * sigma_up)
    return x
