"""Solvers of second order that look ahead: Heun, Heun++ and DPM-Solver-2 in sigma."""

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from nodes.sampling.solvers.ancestral import add_noise, down_and_up

if TYPE_CHECKING:
    from torch import Tensor

    from nodes.sampling.run import Run


def heun(run: "Run", x: "Tensor") -> "Tensor":
    """Karras et al. 2022, algorithm 1: the mean of the slopes at both ends of a step; Euler where the end is
    0.
    """
    for i, sigma, sigma_next in run.steps():
        d = (x - run.step_x0(i, x)) / sigma
        ahead = x + d * (sigma_next - sigma)
        if sigma_next == 0:
            return ahead
        d_ahead = (ahead - run.x0(ahead, sigma_next)) / sigma_next
        x = x + (d + d_ahead) * ((sigma_next - sigma) / 2)
    return x


def heunpp2(run: "Run", x: "Tensor") -> "Tensor":
    """Heun++ (Carzit 2023, a program without a paper): slopes up to two steps ahead, weighed by their sigmas.

    The last step is Euler's and the one before it looks only one step ahead.
    """
    sigmas = run.sigmas
    for i, sigma, _ in run.steps():
        look = sigmas[i : i + 3] if i + 2 < len(sigmas) - 1 else sigmas[i : len(sigmas) - 1]
        d = (x - run.step_x0(i, x)) / sigma
        slopes, ahead = [d], x
        for here, there in pairwise(look):
            ahead = ahead + slopes[-1] * (there - here)
            slopes.append((ahead - run.x0(ahead, there)) / there)
        weights = [s / (len(look) * sigmas[0]) for s in look[1:]]
        slope = (1 - sum(weights)) * d
        for weight, other in zip(weights, slopes[1:], strict=True):
            slope = slope + weight * other
        x = x + slope * (sigmas[i + 1] - sigma)
    return x


def dpm_2(run: "Run", x: "Tensor") -> "Tensor":
    """DPM-Solver-2 in sigma (Karras et al. 2022; Lu et al. 2022, algorithm 1): the slope at the geometric
    middle.
    """
    for i, sigma, sigma_next in run.steps():
        d = (x - run.step_x0(i, x)) / sigma
        if sigma_next == 0:
            return x - d * sigma
        middle = math.sqrt(sigma * sigma_next)
        half = x + d * (middle - sigma)
        x = x + (half - run.x0(half, middle)) * ((sigma_next - sigma) / middle)
    return x


def dpm_2_ancestral(run: "Run", x: "Tensor", *, eta: float = 1.0, s_noise: float = 1.0) -> "Tensor":
    """`dpm_2` to below the next sigma, then fresh noise up to it."""
    for i, sigma, sigma_next in run.steps():
        d = (x - run.step_x0(i, x)) / sigma
        if sigma_next == 0:
            return x - d * sigma
        sigma_down, scale, sigma_up = down_and_up(run, sigma, sigma_next, eta)
        if sigma_down == 0:
            x = x - d * sigma
        else:
            middle = math.sqrt(sigma * sigma_down)
            half = x + d * (middle - sigma)
            x = x + (half - run.x0(half, middle)) * ((sigma_down - sigma) / middle)
        x = add_noise(run, x, sigma, sigma_next, scale, s_noise * sigma_up)
    return x
