"""RES: the refined exponential solver as a multistep method, with ancestral noise and CFG++."""

import math
from typing import TYPE_CHECKING

from nodes.sampling.solvers.ancestral import add_noise, ancestral_split

if TYPE_CHECKING:
    from torch import Tensor

    from nodes.sampling.run import Run


def res_multistep(run: "Run", x: "Tensor") -> "Tensor":
    """RES of second order (Zhang et al. 2023, "Improved order analysis", section 3) in t = -ln sigma."""
    return res_multistep_ancestral(run, x, eta=0.0)


def res_multistep_ancestral(run: "Run", x: "Tensor", *, eta: float = 1.0, s_noise: float = 1.0) -> "Tensor":
    """`res_multistep` to below the next sigma, then fresh noise up to it.

    Flow latents are not scaled down for the noise, and so gain more than their sigma says.
    """
    last = None
    last_down = 0.0
    for i, sigma, sigma_next in run.steps():
        x0 = run.step_x0(i, x)
        if sigma_next == 0:
            return x0
        sigma_down, sigma_up = ancestral_split(sigma, sigma_next, eta)
        if last is None or sigma_down == 0 or last_down == 0:
            x = x0 + (sigma_down / sigma) * (x - x0)
        else:
            b1, b2 = _coefficients(run.sigmas[i - 1], last_down, sigma, sigma_down)
            x = (sigma_down / sigma) * x + b1 * x0 + b2 * last
        x = add_noise(run, x, sigma, sigma_next, 1.0, s_noise * sigma_up)
        last, last_down = x0, sigma_down
    return x


def res_multistep_cfg_pp(run: "Run", x: "Tensor") -> "Tensor":
    """`res_multistep` whose noise direction is the unguided one (CFG++, Chung et al. 2024)."""
    return res_multistep_ancestral_cfg_pp(run, x, eta=0.0)


def res_multistep_ancestral_cfg_pp(
    run: "Run", x: "Tensor", *, eta: float = 1.0, s_noise: float = 1.0
) -> "Tensor":
    """`res_multistep_cfg_pp` to below the next sigma, then fresh noise up to it."""
    last = None
    last_down = 0.0
    for i, sigma, sigma_next in run.steps():
        x0, x0_uncond = run.step_guided(i, x)
        if sigma_next == 0:
            return x0
        sigma_down, sigma_up = ancestral_split(sigma, sigma_next, eta)
        if last is None or sigma_down == 0 or last_down == 0:
            x = x0 + (sigma_down / sigma) * (x - x0_uncond)
        else:
            b1, b2 = _coefficients(run.sigmas[i - 1], last_down, sigma, sigma_down)
            x = (sigma_down / sigma) * (x + x0 - x0_uncond) + b1 * x0_uncond + b2 * last
        x = add_noise(run, x, sigma, sigma_next, 1.0, s_noise * sigma_up)
        last, last_down = x0_uncond, sigma_down
    return x


def _coefficients(
    sigma_last: float, last_down: float, sigma: float, sigma_down: float
) -> tuple[float, float]:
    """h b1 and h b2, where the last step went from `sigma_last` to `last_down` before noise was added."""
    h = math.log(sigma / sigma_down)
    c2 = math.log(last_down / sigma_last) / h
    phi_1 = -math.expm1(-h) / h
    phi_2 = (1 - phi_1) / h
    return h * (phi_1 - phi_2 / c2), h * phi_2 / c2
