"""Linear multistep solvers: they reuse the slopes of earlier steps, at one evaluation a step."""

import math
from typing import TYPE_CHECKING

import numpy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from nodes.sampling.run import Run


def weighted(weights: "Sequence[float]", tensors: "Sequence[Tensor]") -> "Tensor":
    """The weighted sum of as many tensors as weights."""
    total = weights[0] * tensors[0]
    for weight, tensor in zip(weights[1:], tensors[1:], strict=True):
        total = total + weight * tensor
    return total


def multistep(
    run: "Run", x: "Tensor", most: int, weights: "Callable[[Sequence[float], float], Sequence[float]]"
) -> "Tensor":
    """Steps by a weighted sum of slopes dx/dsigma: this step's and those before it, `most` in all.

    `weights` is told the sigmas of the slopes, newest first, and the next sigma. The step to 0 is the
    prediction.
    """
    slopes: list[Tensor] = []
    for i, sigma, sigma_next in run.steps():
        x0 = run.step_x0(i, x)
        if sigma_next == 0:
            return x0
        slopes = [(x - x0) / sigma, *slopes[: most - 1]]
        nodes = run.sigmas[i + 1 - len(slopes) : i + 1][::-1]
        x = x + weighted(weights(nodes, sigma_next), slopes)
    return x


def lms(run: "Run", x: "Tensor") -> "Tensor":
    """Linear multistep of order 4: Adams-Bashforth with the true step lengths (Hairer et al. 1993, III.5)."""
    return multistep(run, x, 4, _lagrange_integrals)


def _lagrange_integrals(nodes: "Sequence[float]", end: float) -> list[float]:
    integrals = []
    for j, node in enumerate(nodes):
        others = [other for k, other in enumerate(nodes) if k != j]
        basis = numpy.poly1d(others, r=True) / math.prod(node - other for other in others)
        integrals.append(float(basis.integ()(end) - basis.integ()(nodes[0])))
    return integrals


_ADAMS = ((1,), (3 / 2, -1 / 2), (23 / 12, -16 / 12, 5 / 12), (55 / 24, -59 / 24, 37 / 24, -9 / 24))


def ipndm(run: "Run", x: "Tensor") -> "Tensor":
    """Improved pseudo-numerical method of order 4 (Zhang and Chen 2023, eq. 32): Adams-Bashforth's fixed
    weights.
    """
    return multistep(run, x, 4, lambda nodes, end: [w * (end - nodes[0]) for w in _ADAMS[len(nodes) - 1]])


def ipndm_v(run: "Run", x: "Tensor") -> "Tensor":
    """iPNDM of order 4 with weights for unequal steps, in the form that circulates (Zhou et al. 2024, AMED).

    Its factors of the second and third divided difference are not Adams-Bashforth's, which are h (2h + 3a) /
    6 and h (h (3h + 8a + 4b) / 12 + a (a + b) / 2), nor is the oldest weight: `lms` has those. Pictures made
    elsewhere depend on these.
    """
    return multistep(run, x, 4, _uneven_weights)


def _uneven_weights(nodes: "Sequence[float]", end: float) -> list[float]:
    """Newton's form: h times the sum over k of factor k times the k-th divided difference of the slopes."""
    order = len(nodes)
    h = end - nodes[0]
    a, b, c = (nodes[k] - nodes[k + 1] if k + 1 < order else 1.0 for k in range(3))
    factors = (
        1.0,
        h / 2,
        (a * (a + b) - h * h / 3) / 2,
        h * (h * (5 * h + 12 * a + 4 * b) / 12 + a * (a + b) / 2),
    )
    weights = [0.0] * order
    for k in range(order):
        for j in range(k + 1):
            weights[j] += h * factors[k] / math.prod(nodes[j] - nodes[m] for m in range(k + 1) if m != j)
    if order == 4:
        weights[3] *= a * c / b**2
    return weights


def deis(run: "Run", x: "Tensor") -> "Tensor":
    """tAB-DEIS of order 3 (Zhang and Chen 2023, eq. 15): slopes as polynomials in a variance-preserving
    clock.

    The clock is that of a linear-beta process whose sigma is 0.002 at t = 0.001 and 80 at t = 1.
    """
    return multistep(run, x, 3, _deis_weights)


_CLOCK_START = 0.001
_LOG_LOW, _LOG_HIGH = math.log(1 + 0.002**2), math.log(1 + 80.0**2)
_BETA_SLOPE = 2 * (_LOG_HIGH - _LOG_LOW / _CLOCK_START) / (1 - _CLOCK_START)
_BETA_START = _LOG_HIGH - _BETA_SLOPE / 2
_QUADRATURE_POINTS = 10000


def _deis_weights(nodes: "Sequence[float]", end: float) -> list[float]:
    if len(nodes) == 1:
        return [end - nodes[0]]
    *known, stop = (_vp_time(sigma) for sigma in (*nodes, end))
    times = numpy.linspace(known[0], stop, _QUADRATURE_POINTS)
    growth = numpy.exp(_BETA_SLOPE * times**2 / 2 + _BETA_START * times)
    speed = (_BETA_SLOPE * times + _BETA_START) * growth / (2 * numpy.sqrt(growth - 1))
    weights = []
    for j, node in enumerate(known):
        others = [other for k, other in enumerate(known) if k != j]
        basis = math.prod((times - other) / (node - other) for other in others)
        weights.append(float((speed * basis).mean()) * (stop - known[0]))
    return weights


def _vp_time(sigma: float) -> float:
    """The time at which the clock's process has this sigma: sigma^2 + 1 = exp(slope t^2 / 2 + start t)."""
    discriminant = _BETA_START**2 + 2 * _BETA_SLOPE * math.log1p(sigma**2)
    return (math.sqrt(discriminant) - _BETA_START) / _BETA_SLOPE
