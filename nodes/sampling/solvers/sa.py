"""SA-Solver: stochastic Adams with predictor and corrector (Xue et al. 2023)."""

import math
from typing import TYPE_CHECKING

import numpy

from nodes.sampling.intervals import is_within
from nodes.sampling.solvers.multistep import weighted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from nodes.sampling.run import Run

PREDICTOR_ORDER, CORRECTOR_ORDER = 3, 4
_QUADRATURE = numpy.polynomial.legendre.leggauss(24)


def sa_solver(run: "Run", x: "Tensor", *, eta: float = 1.0, s_noise: float = 1.0) -> "Tensor":
    """SA-Solver with a predictor of order 3 and a corrector of order 4 (Xue et al. 2023, algorithm 1), PEC.

    Noise of strength `eta` is added between 20 % and 80 % of the sampling.
    """
    return _adams(run, x, eta, s_noise, evaluate_corrected=False)


def sa_solver_pece(run: "Run", x: "Tensor", *, eta: float = 1.0, s_noise: float = 1.0) -> "Tensor":
    """`sa_solver` that asks the model again about each corrected latent (PECE): two calls a step."""
    return _adams(run, x, eta, s_noise, evaluate_corrected=True)


def _adams(run: "Run", x: "Tensor", eta: float, s_noise: float, *, evaluate_corrected: bool) -> "Tensor":
    begin, stop = run.space.percent_to_sigma(0.2), run.space.percent_to_sigma(0.8)
    predicted, tau = x, 0.0
    noise: Tensor | None = None
    past: list[Tensor] = []
    for i, sigma, sigma_next in run.steps():
        x0 = run.step_x0(i, predicted)
        past = [*past[1 - CORRECTOR_ORDER :], x0]
        correct = 0 if i == 0 or (sigma_next == 0 and not evaluate_corrected) else CORRECTOR_ORDER
        order = _allowed_order(run, i, correct, len(past), 1)
        if order == 0:
            x = predicted
        else:
            x = _step(run, x, i - 1, past[-order:], run.sigmas[i - order + 1 : i + 1], tau)
            x = x if noise is None else x + noise
            if evaluate_corrected:
                x0 = past[-1] = run.x0(x, sigma)
        if sigma_next == 0:
            return x0
        tau = eta if is_within(sigma_next, begin, stop) else 0.0
        order = _allowed_order(run, i, PREDICTOR_ORDER, len(past), 2)
        predicted = _step(run, x, i, past[-order:], run.sigmas[i - order + 1 : i + 1], tau)
        noise = _noise(run, sigma, sigma_next, tau, s_noise)
        predicted = predicted if noise is None else predicted + noise
    return predicted


def _allowed_order(run: "Run", i: int, wanted: int, known: int, ahead: int) -> int:
    """Orders fall toward a final 0, where the predictions change fastest in lambda."""
    if run.sigmas[-1] == 0:
        wanted = min(wanted, len(run.sigmas) - ahead - i)
    return min(wanted, known)


def _noise(run: "Run", sigma: float, sigma_next: float, tau: float, s_noise: float) -> "Tensor | None":
    if tau == 0 or s_noise == 0:
        return None
    h = run.log_snr(sigma_next) - run.log_snr(sigma)
    strength = sigma_next * math.sqrt(-math.expm1(-2 * tau**2 * h)) * s_noise
    return strength * run.noise(sigma, sigma_next)


def _step(
    run: "Run", x: "Tensor", i: int, past: "Sequence[Tensor]", sigmas: "Sequence[float]", tau: float
) -> "Tensor":
    """From step `i` to the next by the polynomial through the `past` predictions, made at `sigmas` (eq. 14
    and 17).
    """
    start, end = run.log_snr(run.sigmas[i]), run.log_snr(run.sigmas[i + 1])
    keep = run.sigmas[i + 1] / run.sigmas[i] * math.exp(-(tau**2) * (end - start))
    weights = _adams_weights([run.log_snr(sigma) for sigma in sigmas], start, end, tau)
    alpha = run.alpha(run.sigmas[i + 1])
    return keep * x + weighted([alpha * weight for weight in weights], past)


def _adams_weights(nodes: "Sequence[float]", start: float, end: float, tau: float) -> list[float]:
    """Each prediction's weight: the integral from start to end of (1 + tau^2) e^((1 + tau^2)(l - end))
    L_j(l).
    """
    points, shares = _QUADRATURE
    levels = start + (end - start) * (points + 1) / 2
    rate = 1 + tau**2
    density = rate * numpy.exp(rate * (levels - end)) * shares * (end - start) / 2
    weights = []
    for j, node in enumerate(nodes):
        others = [other for k, other in enumerate(nodes) if k != j]
        basis = math.prod((levels - other) / (node - other) for other in others)
        weights.append(float((density * basis).sum()))
    return weights
