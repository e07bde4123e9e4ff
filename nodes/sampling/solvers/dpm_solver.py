"""DPM-Solver (Lu et al. 2022) of orders 1 to 3 in t = -ln sigma: a fixed budget of calls, and adaptive steps.

Both stop at the last sigma above 0.
"""

import math
from typing import TYPE_CHECKING

from nodes.sampling.solvers.ancestral import ancestral_split

if TYPE_CHECKING:
    from torch import Tensor

    from nodes.sampling.run import Run

MOST_TRIES = 10_000
"""Adaptive steps are given up after this many: the tolerances cannot be met."""


def noise_at(run: "Run", x: "Tensor", t: float) -> "Tensor":
    """The noise predicted in `x` at t."""
    sigma = math.exp(-t)
    return (x - run.x0(x, sigma)) / sigma


def step_1(x: "Tensor", t: float, t_next: float, eps: "Tensor") -> "Tensor":
    """DPM-Solver-1 (eq. 3.7), from the noise `eps` predicted at t."""
    return x - math.exp(-t_next) * math.expm1(t_next - t) * eps


def step_2(
    run: "Run", x: "Tensor", t: float, t_next: float, eps: "Tensor", r1: float = 1 / 2
) -> "tuple[Tensor, Tensor]":
    """DPM-Solver-2 (algorithm 4): the step, and the noise predicted in its middle at r1."""
    h = t_next - t
    middle = t + r1 * h
    eps_1 = noise_at(run, step_1(x, t, middle, eps), middle)
    scale = math.exp(-t_next) * math.expm1(h)
    return x - scale * eps - scale / (2 * r1) * (eps_1 - eps), eps_1


def step_3(
    run: "Run",
    x: "Tensor",
    t: float,
    t_next: float,
    eps: "Tensor",
    eps_1: "Tensor | None" = None,
    r1: float = 1 / 3,
    r2: float = 2 / 3,
) -> "Tensor":
    """DPM-Solver-3 (algorithm 5); `eps_1` spares the call at r1."""
    h = t_next - t
    if eps_1 is None:
        eps_1 = noise_at(run, step_1(x, t, t + r1 * h, eps), t + r1 * h)
    late = t + r2 * h
    bend = math.exp(-late) * (r2 / r1) * (math.expm1(r2 * h) / (r2 * h) - 1)
    eps_2 = noise_at(run, step_1(x, t, late, eps) - bend * (eps_1 - eps), late)
    return step_1(x, t, t_next, eps) - math.exp(-t_next) / r2 * (math.expm1(h) / h - 1) * (eps_2 - eps)


def orders_for(calls: int) -> list[int]:
    """The orders of the steps of DPM-Solver-fast that spend exactly this many calls (appendix B.4)."""
    whole, rest = divmod(calls, 3)
    return [3] * (whole - 1) + [2, 1] if rest == 0 else [3] * whole + [rest]


def dpm_fast(run: "Run", x: "Tensor", *, eta: float = 0.0, s_noise: float = 1.0) -> "Tensor":
    """DPM-Solver-fast (Lu et al. 2022, section 3.4): as many calls as steps asked for, evenly in ln sigma."""
    first, last = _range(run)
    orders = orders_for(len(run.sigmas) - 1)
    for i, order in enumerate(orders):
        t, t_end = (first + (last - first) * k / len(orders) for k in (i, i + 1))
        t_next, sigma_up = _down(run, t, t_end, eta)
        x0 = run.x0(x, math.exp(-t))
        run.report(i, math.exp(-t), x, x0)
        eps = (x - x0) * math.exp(t)
        if order == 1:
            x = step_1(x, t, t_next, eps)
        elif order == 2:
            x, _ = step_2(run, x, t, t_next, eps)
        else:
            x = step_3(run, x, t, t_next, eps)
        if sigma_up > 0:
            x = x + s_noise * sigma_up * run.noise(math.exp(-t), math.exp(-t_end))
    return x


def dpm_adaptive(
    run: "Run",
    x: "Tensor",
    *,
    rtol: float = 0.05,
    atol: float = 0.0078,
    h_init: float = 0.05,
    accept_safety: float = 0.81,
    eta: float = 0.0,
    s_noise: float = 1.0,
) -> "Tensor":
    """DPM-Solver-12/23 with adaptive steps (Lu et al. 2022, appendix C.2), order 3: it chooses its own
    sigmas.

    A step is accepted where orders 2 and 3 agree within the tolerances, over the batch as a whole.
    """
    t, last = _range(run)
    h, index, last_low = h_init, 0, x
    for _ in range(MOST_TRIES):
        if t >= last - 1e-5:
            return x
        t_end = min(last, t + h)
        t_next, sigma_up = _down(run, t, t_end, eta)
        sigma = math.exp(-t)
        x0 = run.x0(x, sigma)
        eps = (x - x0) / sigma
        low, eps_1 = step_2(run, x, t, t_next, eps, r1=1 / 3)
        high = step_3(run, x, t, t_next, eps, eps_1)
        factor = _growth(low, high, last_low, rtol, atol)
        if factor >= accept_safety:
            run.report(index, sigma, x, x0)
            last_low, x = low, high
            if sigma_up > 0:
                x = x + s_noise * sigma_up * run.noise(math.exp(-t), math.exp(-t_end))
            t, index = t_end, index + 1
        h *= factor
    raise ValueError(
        f"Sampler 'dpm_adaptive' found no end in {MOST_TRIES} steps: lower its eta, or raise its rtol or atol."
    )


def _growth(low: "Tensor", high: "Tensor", last_low: "Tensor", rtol: float, atol: float) -> float:
    """By what to multiply the step length, from how far the two orders disagree (an integral controller)."""
    tolerance = (rtol * low.abs().maximum(last_low.abs())).clamp(min=atol)
    error = float((((low - high) / tolerance) ** 2).mean().sqrt())
    return 1 + math.atan((1 / (1e-8 + error)) ** (1 / 3) - 1)


def _range(run: "Run") -> tuple[float, float]:
    return -math.log(run.sigmas[0]), -math.log(_lowest(run))


def _lowest(run: "Run") -> float:
    return run.sigmas[-1] if run.sigmas[-1] > 0 else run.sigmas[-2]


def _down(run: "Run", t: float, t_end: float, eta: float) -> tuple[float, float]:
    """Where to solve to, at most to the last sigma, and the noise to add there to be at `t_end`."""
    if eta == 0:
        return t_end, 0.0
    sigma_end = math.exp(-t_end)
    sigma_down, _ = ancestral_split(math.exp(-t), sigma_end, eta)
    sigma_down = min(max(sigma_down, _lowest(run)), sigma_end)
    return -math.log(sigma_down), math.sqrt(sigma_end**2 - sigma_down**2)
