"""Tone curves through points: read from a text, interpolated without overshoot, applied by a table."""

from __future__ import annotations

import re
from itertools import pairwise

import torch
from torch import Tensor

from nodegraph import GraphError

STRAIGHT = "0,0 1,1"
"""The curve that changes nothing."""

MOST_POINTS = 64
TABLE = 4096
"""Entries of the table; between two of them the curve is a straight line, off by less than 1e-6 on smooth curves."""

Points = tuple[tuple[float, float], ...]


def curve_points(text: str, name: str) -> Points:
    """The points of a curve from "x,y x,y ...": 2 to 64, x rising, all within 0..1.

    Raises GraphError with a sentence that calls the curve `name`.
    """
    words = text.replace(";", " ").split()
    points = []
    for word in words:
        parts = word.split(",")
        try:
            x, y = (float(part) for part in parts)
        except ValueError:
            raise GraphError(
                "{word!r} in the curve {name} is not a point; write points as x,y with spaces between, as in "
                "0,0 0.5,0.6 1,1.",
                word=word[:40],
                name=name,
            ) from None
        if not (0 <= x <= 1 and 0 <= y <= 1):
            raise GraphError(
                "The point {word} of the curve {name} is out of range; both numbers lie within 0 to 1.",
                word=word[:40],
                name=name,
            )
        points.append((x, y))
    if not 2 <= len(points) <= MOST_POINTS:
        raise GraphError(
            "The curve {name} has {count} points; it takes 2 to {most}, as in 0,0 0.5,0.6 1,1.",
            name=name,
            count=len(points),
            most=MOST_POINTS,
        )
    for (left, _), (right, _) in pairwise(points):
        if right <= left:
            raise GraphError(
                "In the curve {name} the point at x = {right:g} follows the one at {left:g}; sort the points by x, no "
                "two at the same one.",
                name=name,
                right=right,
                left=left,
            )
    return tuple(points)


def is_straight(text: str) -> bool:
    """Whether a curve is written as the one that changes nothing, whatever its spaces."""
    return re.sub(r"\s+", " ", text.strip()) == STRAIGHT


def slopes(points: Points) -> list[float]:
    """The slope at each point, so that the cubic between two neighbours never leaves their range.

    Fritsch and Butland (1984): the weighted harmonic mean of the secants, 0 at a turning point.
    """
    steps = [right[0] - left[0] for left, right in pairwise(points)]
    secants = [
        (right[1] - left[1]) / step for (left, right), step in zip(pairwise(points), steps, strict=True)
    ]
    if len(secants) == 1:
        return [secants[0], secants[0]]
    inner = []
    for at in range(1, len(secants)):
        before, after = secants[at - 1], secants[at]
        if before * after <= 0:
            inner.append(0.0)
            continue
        first, second = 2 * steps[at] + steps[at - 1], steps[at] + 2 * steps[at - 1]
        inner.append((first + second) / (first / before + second / after))
    return [
        _end_slope(steps[0], steps[1], secants[0], secants[1]),
        *inner,
        _end_slope(steps[-1], steps[-2], secants[-1], secants[-2]),
    ]


def _end_slope(step: float, next_step: float, secant: float, next_secant: float) -> float:
    """The slope at an end by three points, limited so that the curve stays monotone."""
    slope = ((2 * step + next_step) * secant - step * next_secant) / (step + next_step)
    if slope * secant <= 0:
        return 0.0
    if secant * next_secant <= 0 and abs(slope) > 3 * abs(secant):
        return 3 * secant
    return slope


def curve_table(points: Points) -> Tensor:
    """The curve at TABLE + 1 equally spaced places of 0..1; level before the first and after the last point."""
    found = slopes(points)
    places = torch.linspace(0, 1, TABLE + 1, dtype=torch.float64)
    xs = torch.tensor([x for x, _ in points], dtype=torch.float64)
    ys = torch.tensor([y for _, y in points], dtype=torch.float64)
    ms = torch.tensor(found, dtype=torch.float64)
    at = (torch.searchsorted(xs, places, right=True) - 1).clamp(0, len(points) - 2)
    width = xs[at + 1] - xs[at]
    t = ((places - xs[at]) / width).clamp(0, 1)
    values = (
        (1 + 2 * t) * (1 - t) ** 2 * ys[at]
        + t * (1 - t) ** 2 * width * ms[at]
        + t * t * (3 - 2 * t) * ys[at + 1]
        + t * t * (t - 1) * width * ms[at + 1]
    )
    return values.clamp(0, 1).float()


def by_table(values: Tensor, table: Tensor) -> Tensor:
    """Values 0..1 of any shape looked up in a table over 0..1, linear between its entries."""
    last = len(table) - 1
    place = values.clamp(0, 1).mul_(last)
    below = place.to(torch.int32).clamp_(max=last - 1)
    share = place.sub_(below)
    steps = torch.diff(table)
    flat = below.flatten()
    low = table.index_select(0, flat).view_as(share)
    return low.addcmul_(steps.index_select(0, flat).view_as(share), share)


def curved(colour: Tensor, all_channels: str, red: str, green: str, blue: str) -> Tensor:
    """Display values `[..., 3]` through a curve for each channel, then through one for all; raises GraphError."""
    texts = {"all": all_channels, "red": red, "green": green, "blue": blue}
    tables = {name: curve_table(curve_points(text, name)) for name, text in texts.items()}
    changed = {name for name, text in texts.items() if not is_straight(text)}
    if not changed:
        return colour
    if changed == {"all"}:
        return by_table(colour, tables["all"])
    planes = []
    for channel, name in enumerate(("red", "green", "blue")):
        table = tables[name]
        if "all" in changed:
            table = by_table(table, tables["all"]) if name in changed else tables["all"]
        plane = colour[..., channel]
        planes.append(by_table(plane, table) if changed & {name, "all"} else plane)
    return torch.stack(planes, dim=-1)
