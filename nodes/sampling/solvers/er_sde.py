"""ER-SDE-Solver (Cui et al. 2023) of order 3."""

import math
from typing import TYPE_CHECKING

import numpy

if TYPE_CHECKING:
    from torch import Tensor

    from nodes.sampling.run import Run

_POINTS = 200


def er_sde(run: "Run", x: "Tensor", *, s_noise: float = 1.0) -> "Tensor":
    """Extended reverse-time SDE solver of order 3 (Cui et al. 2023, algorithm 3, eq. 13) in lambda = sigma /
    alpha.

    The noise scale is the paper's ER-SDE 5, phi(l) = l (exp(l^0.3) + 10).
    """
    levels = [sigma / run.alpha(sigma) for sigma in run.sigmas]
    last = last_trend = None
    for i, sigma, sigma_next in run.steps():
        x0 = run.step_x0(i, x)
        if sigma_next == 0:
            return x0
        alpha, alpha_next = run.alpha(sigma), run.alpha(sigma_next)
        here, there = levels[i], levels[i + 1]
        ratio = float(_phi(there) / _phi(here))
        x = (alpha_next / alpha * ratio) * x + alpha_next * (1 - ratio) * x0
        if last is not None:
            first, second = _integrals(here, there)
            trend = (x0 - last) / (here - levels[i - 1])
            x = x + alpha_next * first * trend
            if last_trend is not None:
                bend = (trend - last_trend) / ((here - levels[i - 2]) / 2)
                x = x + alpha_next * second * bend
            last_trend = trend
        strength = alpha_next * s_noise * math.sqrt(max(there**2 - (here * ratio) ** 2, 0.0))
        if s_noise > 0:
            x = x + strength * run.noise(sigma, sigma_next)
        last = x0
    return x


def _phi(level: "float | numpy.typing.NDArray[numpy.floating]") -> "numpy.typing.NDArray[numpy.floating]":
    return numpy.asarray(level * (numpy.exp(level**0.3) + 10))


def _integrals(here: float, there: float) -> tuple[float, float]:
    """The weights of trend and bend: exact parts and, times phi, integrals by a sum of 200 left edges."""
    width = (here - there) / _POINTS
    levels = there + numpy.arange(_POINTS) * width
    weights = width / _phi(levels)
    step = there - here
    first = step + float(_phi(there) * weights.sum())
    second = step**2 / 2 + float(_phi(there) * ((levels - here) * weights).sum())
    return first, second
