"""The way in: `sample` runs a solver by name."""

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import torch

from nodes.sampling.names import INVERTIBLE, SAMPLERS
from nodes.sampling.run import Denoise, Run, StepCallback
from nodes.sampling.solvers.registry import SOLVERS, Solver
from nodes.sampling.step_noise import NoiseSampler, brownian_noise, fresh_noise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from nodes.sampling.spaces import SigmaSpace
    from nodes.types import BatchPlaces


INSIDE_STEP = ("r", "r_1", "r_2")
"""Options that say where within a step a solver looks."""


def sample(
    name: str,
    denoise: Denoise,
    x: "Tensor",
    sigmas: "Tensor | Sequence[float]",
    *,
    space: "SigmaSpace",
    seed: int = 0,
    callback: StepCallback | None = None,
    noise: NoiseSampler | None = None,
    options: "Mapping[str, float] | None" = None,
    places: "BatchPlaces | None" = None,
) -> "Tensor":
    """Solve from the noised latent `x` `[B, C, ...]` at `sigmas[0]`; the result is unscaled at `sigmas[-1]`.

    The callback is told once per step and may raise to cancel. `noise` replaces the noise made from `seed`;
    `options` are the solver's own keywords, such as eta. With `places`, `x` gets the noise that it would get within
    the batch that it was taken out of. Fewer than two sigmas leave `x` as it is. Raises
    ValueError for an unknown name or option, and for sigmas that rise, are negative or not finite. Touches no
    global state.
    """
    solver = find_solver(name)
    levels = check_sigmas(sigmas)
    keywords = check_options(name, solver, options or {})
    if len(levels) < 2:
        return x
    if noise is None:
        noise = step_noise(solver, x, levels, seed, places)
    levels = solver_sigmas(solver, levels, space)
    run = Run(denoise, levels, space, noise, callback)
    return space.finish(solver.solve(run, x, **keywords), levels[-1])


def unsample(
    name: str,
    denoise: Denoise,
    x: "Tensor",
    sigmas: "Tensor | Sequence[float]",
    *,
    space: "SigmaSpace",
    callback: StepCallback | None = None,
) -> "Tensor":
    """Run the ODE backward, from a latent at a small `sigmas[0]` up to the noise that leads to it (Song et
    al. 2021).

    The sigmas must rise, and `name` be one of INVERTIBLE; else ValueError. Otherwise as `sample`.
    """
    if name not in INVERTIBLE:
        raise ValueError(f"Sampler '{name}' cannot run back to noise: use one of {', '.join(INVERTIBLE)}.")
    if any(sigma > sigma_next for sigma, sigma_next in pairwise(sigmas)):
        raise ValueError("Sigmas back to noise must rise; to go down use a sampler.")
    levels = check_sigmas([*sigmas][::-1])[::-1]
    if levels and levels[0] == 0:
        raise ValueError("Sigmas back to noise must start above 0, for example at 0.0001.")
    if len(levels) < 2:
        return x
    run = Run(denoise, levels, space, fresh_noise(x, 0), callback)
    return space.finish(SOLVERS[name].solve(run, x), levels[-1])


def find_solver(name: str) -> Solver:
    """The solver of this name; ValueError where there is none."""
    if name not in SOLVERS:
        raise ValueError(f"Unknown sampler '{name}': use one of {', '.join(SAMPLERS)}.")
    return SOLVERS[name]


def check_sigmas(sigmas: "Tensor | Sequence[float]") -> tuple[float, ...]:
    """The sigmas as numbers, repeated ones once. Raises ValueError where they rise, are negative or not
    finite.
    """
    levels = tuple(float(sigma) for sigma in sigmas)
    for i, sigma in enumerate(levels):
        if not math.isfinite(sigma) or sigma < 0:
            raise ValueError(f"Sigma {i} is {sigma}: sigmas must be finite and not negative.")
        if i and sigma > levels[i - 1]:
            raise ValueError(
                f"Sigma {i} rises from {levels[i - 1]:g} to {sigma:g}: to sample, sigmas must fall."
            )
    return tuple(dict.fromkeys(levels))


def check_options(name: str, solver: Solver, options: "Mapping[str, float]") -> dict[str, float]:
    """The options, if the solver knows them all; else ValueError."""
    for option, value in options.items():
        if option not in solver.options:
            known = ", ".join(solver.options) or "none"
            raise ValueError(f"Sampler '{name}' has no option '{option}'; it has: {known}.")
        if not math.isfinite(value):
            raise ValueError(f"Option '{option}' of sampler '{name}' is {value}: it must be finite.")
        if option in INSIDE_STEP and not 0 < value <= 1:
            raise ValueError(
                f"Option '{option}' of sampler '{name}' is {value:g}: it is a part of a step, above 0 and at most 1."
            )
    keywords = dict(options)
    if "r_2" in solver.options and keywords.get("r_1", 1 / 3) >= keywords.get("r_2", 2 / 3):
        raise ValueError(f"Option 'r_1' of sampler '{name}' must be below r_2: its stages follow each other.")
    return keywords


def solver_sigmas(solver: Solver, levels: tuple[float, ...], space: "SigmaSpace") -> tuple[float, ...]:
    """The sigmas with the ends that the solver can work with."""
    first, last = levels[0], levels[-1]
    if solver.starts_below_one and space.flow and first >= 1.0:
        # In float32, as sigmas are: just below 1 the rounding decides how much of the latent is signal.
        first = float(torch.tensor(space.percent_to_sigma(1e-4), dtype=torch.float32))
    if last == 0.0 and solver.last_sigma > 0.0:
        last = min(solver.last_sigma, levels[-2] / 2)
    return (first, *levels[1:-1], last)


def step_noise(
    solver: Solver,
    x: "Tensor",
    levels: "Sequence[float]",
    seed: int,
    places: "BatchPlaces | None" = None,
) -> NoiseSampler:
    """The noise a solver adds on its way, from the seed."""
    if solver.noise == "fresh":
        return fresh_noise(x, seed, places)
    lowest = min(sigma for sigma in levels if sigma > 0)
    device = x.device if solver.noise == "brownian_on_device" else "cpu"
    return brownian_noise(x, seed, lowest, max(levels), device, places)
