"""UniPC (Zhao et al. 2023): one evaluation serves both to correct a step and to predict the next, order 3.

It works in t = -ln sigma on predictions of the clean latent, and stops just above 0.
"""

import math
from typing import TYPE_CHECKING

import numpy

from nodes.sampling.solvers.multistep import weighted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from nodes.sampling.run import Run

MOST_ORDER = 3


def uni_pc(run: "Run", x: "Tensor") -> "Tensor":
    """UniPC with B(h) = h (Zhao et al. 2023, algorithms 5 and 6)."""
    return _predict_and_correct(run, x, lambda h: h)


def uni_pc_bh2(run: "Run", x: "Tensor") -> "Tensor":
    """UniPC with B(h) = e^h - 1."""
    return _predict_and_correct(run, x, math.expm1)


def _predict_and_correct(run: "Run", x: "Tensor", b: "Callable[[float], float]") -> "Tensor":
    count = len(run.sigmas) - 1
    past = [run.step_x0(0, x)]
    for i in range(1, count + 1):
        order = min(i, max(min(MOST_ORDER, count - 1), 1), count + 1 - i)
        nodes = run.sigmas[i - order : i][::-1]
        base, ratios, h = _first_order(x, past[0], nodes, run.sigmas[i])
        trends = [(past[k] - past[0]) / ratios[k - 1] for k in range(1, order)]
        x = _plus(base, -b(-h), _predictor_weights(ratios, h, b), trends)
        if i < count:
            x0 = run.step_x0(i, x)
            x = _plus(base, -b(-h), _corrector_weights(ratios, h, b), [*trends, x0 - past[0]])
            past = [x0, *past[: MOST_ORDER - 1]]
    return x


def _first_order(
    x: "Tensor", x0: "Tensor", nodes: "Sequence[float]", sigma_next: float
) -> "tuple[Tensor, list[float], float]":
    """The step of first order, where the older predictions lie in units of the step, and its length in t."""
    h = math.log(nodes[0] / sigma_next)
    ratios = [math.log(nodes[0] / sigma) / h for sigma in nodes[1:]]
    return (sigma_next / nodes[0]) * x - math.expm1(-h) * x0, ratios, h


def _plus(base: "Tensor", scale: float, weights: "Sequence[float]", trends: "Sequence[Tensor]") -> "Tensor":
    return base + scale * weighted(weights, trends) if trends else base


def _conditions(
    ratios: "Sequence[float]", h: float, b: "Callable[[float], float]"
) -> "tuple[numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.float64]]":
    """The order conditions (eq. 5): powers of the ratios against phi_(n+1)(-h) n! h / B(-h)."""
    points = [*ratios, 1.0]
    phi, right = math.expm1(-h) / -h - 1, []
    for n in range(1, len(points) + 1):
        right.append(phi * math.factorial(n) / b(-h))
        phi = phi / -h - 1 / math.factorial(n + 1)
    return numpy.vander(points, increasing=True).T, numpy.array(right)


def _predictor_weights(ratios: "Sequence[float]", h: float, b: "Callable[[float], float]") -> list[float]:
    if len(ratios) < 2:
        return [0.5] * len(ratios)
    left, right = _conditions(ratios, h, b)
    return [float(weight) for weight in numpy.linalg.solve(left[:-1, :-1], right[:-1])]


def _corrector_weights(ratios: "Sequence[float]", h: float, b: "Callable[[float], float]") -> list[float]:
    if not ratios:
        return [0.5]
    return [float(weight) for weight in numpy.linalg.solve(*_conditions(ratios, h, b))]
