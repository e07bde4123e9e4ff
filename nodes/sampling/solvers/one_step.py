"""Solvers that jump to a clean latent and noise it again: LCM, TCD and DDPM."""

import math
from typing import TYPE_CHECKING

import torch

from nodes.sampling.spaces import DiscreteSpace

if TYPE_CHECKING:
    from torch import Tensor

    from nodes.sampling.run import Run
    from nodes.sampling.spaces import SigmaSpace


def lcm(run: "Run", x: "Tensor") -> "Tensor":
    """Multistep consistency sampling (Song et al. 2023, algorithm 1; Luo et al. 2023)."""
    for i, sigma, sigma_next in run.steps():
        x = run.step_x0(i, x)
        if sigma_next > 0:
            x = run.space.noised(x, run.noise(sigma, sigma_next), sigma_next)
    return x


def tcd(run: "Run", x: "Tensor", *, eta: float = 0.3) -> "Tensor":
    """Strategic stochastic sampling (Zheng et al. 2024, algorithm 4): down to timestep (1 - eta) t', noise up
    to t'.

    In spaces without numbered timesteps it goes down to (1 - eta) sigma'.
    """
    for i, sigma, sigma_next in run.steps():
        x0 = run.step_x0(i, x)
        if sigma_next == 0:
            return x0
        sigma_down = _earlier(run.space, sigma_next, eta)
        scale = run.alpha(sigma_next) / run.alpha(sigma_down)
        noise = (x - run.alpha(sigma) * x0) / sigma
        x = run.space.noised(x0, noise, sigma_down) * scale
        sigma_up = math.sqrt(max(sigma_next**2 - (scale * sigma_down) ** 2, 0.0))
        if sigma_up > 0:
            x = x + sigma_up * run.noise(sigma, sigma_next)
    return x


def _earlier(space: "SigmaSpace", sigma: float, eta: float) -> float:
    if not isinstance(space, DiscreteSpace):
        return (1 - eta) * sigma
    timestep = space.timestep(torch.tensor([sigma]))
    return min(float(space.sigma(((1 - eta) * timestep).floor())), sigma)


def ddpm(run: "Run", x: "Tensor") -> "Tensor":
    """Ancestral sampling of a variance-preserving process (Ho et al. 2020, algorithm 2), between any sigmas.

    Flow latents are treated alike, and so gain more noise than their sigma says.
    """
    for i, sigma, sigma_next in run.steps():
        noise = (x - run.step_x0(i, x)) / sigma
        share, share_next = 1 / (sigma**2 + 1), 1 / (sigma_next**2 + 1)
        alpha = share / share_next
        mean = (x * math.sqrt(share) - noise * ((1 - alpha) / math.sqrt(1 - share))) / math.sqrt(alpha)
        if sigma_next > 0:
            deviation = math.sqrt((1 - alpha) * (1 - share_next) / (1 - share))
            mean = (mean + deviation * run.noise(sigma, sigma_next)) / math.sqrt(share_next)
        x = mean
    return x
