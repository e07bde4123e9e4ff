"""Noise that stochastic solvers add on their way, as a function of the two sigmas of a step."""

from collections.abc import Callable
from typing import Any

import torch
import torchsde
from torch import Tensor

from nodes.sampling.noise import SEEDS, generator

NoiseSampler = Callable[[float, float], Tensor]
"""noise(sigma, sigma_next) -> unit normal noise of the latent's shape, device and dtype."""


def fresh_noise(x: Tensor, seed: int) -> NoiseSampler:
    """New noise at each call, whatever the sigmas, drawn on the device of `x` (from seed + 1 on a CPU)."""
    random = generator(seed + 1 if x.device.type == "cpu" else seed, x.device)
    return lambda sigma, sigma_next: torch.randn(x.shape, dtype=x.dtype, device=x.device, generator=random)


def brownian_noise(
    x: Tensor, seed: int, sigma_min: float, sigma_max: float, device: torch.device | str = "cpu"
) -> NoiseSampler:
    """Increments of one Brownian path over sigma, so that other step counts follow the same path (Li et al.
    2020).

    The path lives on `device`: on the CPU it is the same on every machine. It knows sigma to 6 digits after
    the point.
    """
    low, high = (torch.tensor(sigma, device=device) for sigma in (sigma_min, sigma_max))
    start = torch.zeros(x.shape, dtype=x.dtype, device=device)
    tree: Any = torchsde.BrownianTree(low, start, high, entropy=seed % SEEDS)
    first, last = round(float(low), 6), round(float(high), 6)

    def increment(sigma: float, sigma_next: float) -> Tensor:
        # The tree rounds its own ends, so that an end asked for exactly may lie outside it.
        near, far = (min(max(s, first), last) for s in sorted((sigma, sigma_next)))
        change: Tensor = tree(near, far) / abs(sigma_next - sigma) ** 0.5
        return (change if sigma < sigma_next else -change).to(x)

    return increment
