"""How far an ancestral step goes down and how much noise it adds back."""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from nodes.sampling.run import Run


def ancestral_split(sigma: float, sigma_next: float, eta: float) -> tuple[float, float]:
    """(sigma_down, sigma_up): go down to the first, add noise of the second, arrive at `sigma_next` (Song et
    al. 2021).

    `eta` 0 adds none; 1 adds as much as the reverse process does. `sigma` may be infinite.
    """
    if eta == 0:
        return sigma_next, 0.0
    ratio = (sigma_next / sigma) ** 2
    sigma_up = min(sigma_next, eta * sigma_next * math.sqrt(max(1 - ratio, 0.0)))
    return math.sqrt(max(sigma_next**2 - sigma_up**2, 0.0)), sigma_up


def flow_split(sigma: float, sigma_next: float, eta: float) -> tuple[float, float, float]:
    """(sigma_down, scale, sigma_up) of a flow model: after going down, x = scale x + sigma_up noise is at
    `sigma_next`.

    sigma_down = sigma' (1 + (sigma'/sigma - 1) eta), and not below 0 where eta is large; the rest follows from
    keeping signal and noise shares right.
    """
    sigma_down = max(sigma_next * (1 + (sigma_next / sigma - 1) * eta), 0.0)
    scale = (1 - sigma_next) / (1 - sigma_down)
    return sigma_down, scale, math.sqrt(max(sigma_next**2 - (sigma_down * scale) ** 2, 0.0))


def down_and_up(run: "Run", sigma: float, sigma_next: float, eta: float) -> tuple[float, float, float]:
    """(sigma_down, scale, sigma_up) in the run's space: the scale is 1 unless the space is a flow."""
    if run.space.flow:
        return flow_split(sigma, sigma_next, eta)
    sigma_down, sigma_up = ancestral_split(sigma, sigma_next, eta)
    return sigma_down, 1.0, sigma_up


def add_noise(
    run: "Run", x: "Tensor", sigma: float, sigma_next: float, scale: float, sigma_up: float
) -> "Tensor":
    """The noise of an ancestral step, drawn only where it has a strength."""
    return x if sigma_up == 0 else scale * x + sigma_up * run.noise(sigma, sigma_next)
