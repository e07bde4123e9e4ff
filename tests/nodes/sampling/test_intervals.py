"""Borders count as inside, whatever the rounding of the sigmas on either side."""

from __future__ import annotations

import ast
import math
from fractions import Fraction
from itertools import pairwise, product
from pathlib import Path

import numpy
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nodes.guidance.regions import region
from nodes.sampling import SCHEDULES, SIGMA_SPACES, SigmaSpace, sample, schedule
from nodes.sampling.guidance import scale_at
from nodes.sampling.intervals import BORDER, at_or_above, is_within, same_sigma
from nodes.sampling.sigma_tools import extend
from nodes.sampling.spaces import DiscreteSpace, betas
from nodes.types import Condition
from tests.nodes.sampling.toy import two_points

NODES = Path(__file__).parents[3] / "nodes"
DISCRETE = [name for name, space in SIGMA_SPACES.items() if isinstance(space, DiscreteSpace)]
FLOW = [name for name, space in SIGMA_SPACES.items() if space.flow]


def designed(space_name: str, name: str, steps: int) -> list[tuple[float, Fraction]]:
    """The sigmas of a schedule, each with the share of the sampling that is done there by design."""
    count = steps - 1 if name == "normal" else steps
    sigmas = schedule(name, SIGMA_SPACES[space_name], steps).tolist()
    return [(sigma, Fraction(at, count)) for at, sigma in enumerate(sigmas[:-1])]


CASES = [
    *product(DISCRETE, ("sgm_uniform", "normal"), (10, 11, 20, 25, 31, 50, 51, 101)),
    *product(FLOW, ("simple",), (10, 20, 25, 40, 50, 100)),
]


@pytest.mark.parametrize(("space_name", "name", "steps"), CASES)
def test_a_step_that_begins_at_a_border_by_design_is_inside(space_name: str, name: str, steps: int) -> None:
    space = SIGMA_SPACES[space_name]
    for sigma, share in designed(space_name, name, steps):
        for tenth in range(1, 10):
            border = space.percent_to_sigma(tenth / 10)
            assert at_or_above(sigma, border) == (share <= Fraction(tenth, 10)), (sigma, border)
            assert at_or_above(border, sigma) == (share >= Fraction(tenth, 10)), (sigma, border)


@pytest.mark.parametrize("space_name", DISCRETE[:1] + FLOW[:1])
def test_every_range_includes_its_borders(space_name: str) -> None:
    """Conditions, guidance, divided steps: each by the one comparison."""
    space = SIGMA_SPACES[space_name]
    name, like = ("simple" if space.flow else "sgm_uniform"), torch.zeros(1, 4, 8, 8)
    for sigma, share in designed(space_name, name, 50):
        for first, last in ((1, 3), (2, 8), (5, 9)):
            start, end = (space.percent_to_sigma(tenth / 10) for tenth in (first, last))
            inside = Fraction(first, 10) <= share <= Fraction(last, 10)
            assert region(Condition(torch.zeros(1, 1, 1)), like, start, end).active(sigma) == inside
            assert (scale_at(7.0, sigma, start, end) == 7.0) == inside
            pair = torch.tensor([sigma, sigma / 2])
            assert (len(extend(pair, 2, start, end)) == 3) == inside


class Counter:
    """Counts the calls for noise, and the sigmas they end at."""

    def __init__(self) -> None:
        self.ends: list[float] = []

    def __call__(self, sigma: float, sigma_next: float) -> torch.Tensor:
        self.ends.append(sigma_next)
        return torch.zeros(1, 4, 4, 4)


@pytest.mark.parametrize("steps", [20, 25, 50])
@pytest.mark.parametrize("space_name", ["sd15", "flux"])
def test_the_window_of_sa_solver_includes_its_borders(space_name: str, steps: int) -> None:
    space, noise = SIGMA_SPACES[space_name], Counter()
    name = "simple" if space.flow else "sgm_uniform"
    shares = dict(designed(space_name, name, steps))
    sample(
        "sa_solver",
        two_points(space),
        torch.ones(1, 4, 4, 4),
        schedule(name, space, steps),
        space=space,
        noise=noise,
    )
    expected = [share for share in shares.values() if Fraction(1, 5) <= share <= Fraction(4, 5)]
    assert [shares[end] for end in noise.ends] == expected


@pytest.mark.parametrize("space_name", list(SIGMA_SPACES))
@pytest.mark.parametrize("name", SCHEDULES)
def test_no_two_steps_of_a_schedule_are_taken_for_one(name: str, space_name: str) -> None:
    for steps in (20, 200, 1000):
        sigmas = schedule(name, SIGMA_SPACES[space_name], steps).tolist()
        near = [pair for pair in pairwise(sigmas) if pair[0] != pair[1] and same_sigma(*pair)]
        assert not near


@given(st.floats(1e-6, 1e3), st.floats(1e-6, 1e3), st.floats(-1e-6, 1e-6))
def test_rounding_never_decides(border: float, other: float, error: float) -> None:
    sigma = border * (1 + error)
    low, high = sorted((border, other))
    assert is_within(sigma, border, 0.0) and is_within(sigma, math.inf, border)
    assert is_within(low * (1 + error), high, low) and is_within(high * (1 + error), high, low)
    assert not at_or_above(border * (1 - 2 * BORDER), border)


def test_sigmas_are_compared_with_borders_in_one_place() -> None:
    """A chain such as `end <= sigma <= start` outside `intervals` would let rounding decide."""
    wrong = []
    for path in sorted(NODES.rglob("*.py")):
        if path.name == "intervals.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Compare)
                and len(node.ops) == 2
                and "sigma" in ast.unparse(node.comparators[0])
            ):
                known = ("0 < sigma_min", "0.0 < sigma < 1.0")
                if not ast.unparse(node).startswith(known):
                    wrong.append(f"{path.relative_to(NODES)}:{node.lineno} {ast.unparse(node)}")
    assert wrong == []


def nearest_steps(space: SigmaSpace, sigmas: torch.Tensor) -> list[int]:
    """The steps that a network is asked at, from logarithms taken in float64 and then rounded."""
    alphas = numpy.cumprod(1 - betas("scaled_linear").numpy())
    logs = numpy.log(numpy.sqrt((1 - alphas) / alphas)).astype(numpy.float32)
    wanted = sigmas[:-1].log().numpy()
    return [int(numpy.abs(log - logs).argmin()) for log in wanted]


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        *(("normal", steps) for steps in (7, 13, 19, 25, 31)),
        *(("sgm_uniform", steps) for steps in (6, 12, 18, 24, 30)),
    ],
)
def test_halfway_between_two_steps_the_logarithms_of_float64_decide(name: str, steps: int) -> None:
    space = SIGMA_SPACES["sd15"]
    sigmas = schedule(name, space, steps)
    found = space.timestep(sigmas[:-1]).int().tolist()
    assert found == nearest_steps(space, sigmas)
    halves = [999 * (1 - Fraction(at, steps - (name == "normal"))) for at in range(len(found))]
    assert any(half.denominator == 2 for half in halves)
    assert all(abs(half - step) <= Fraction(1, 2) for half, step in zip(halves, found, strict=True))
