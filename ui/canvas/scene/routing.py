"""The course of a link through its points: as a path to paint and as a polyline to hit."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

from nodegraph.model.graph import Point

Style = Literal["curve", "straight", "orthogonal"]
FINE, COARSE = 48, 20
"""Into how many straight pieces a curve is cut where it bends sharply or is large, and elsewhere."""
STUB = 56.0
"""The length of a portal's stub."""


Weights = tuple[float, float, float, float]
"""How much each of the four points of a cubic curve counts at one place along it."""


def _cuts(number: int) -> tuple[Weights, ...]:
    """The weights at places along a curve, closer at the ends, where it bends."""
    places = [0.5 - 0.5 * math.cos(math.pi * step / number) for step in range(1, number + 1)]
    return tuple(((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t * t, t**3) for t in places)


STEPS = {number: _cuts(number) for number in (FINE, COARSE)}


def reach(start: Point, end: Point) -> float:
    """How far a curve's handles stand out from its ends."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    if dx >= 0:
        return min(max(0.5 * dx, min(32.0, 0.5 * math.hypot(dx, dy))), 200.0)
    return min(48.0 + 0.35 * -dx + 0.12 * abs(dy), 260.0)


def path_of(points: Sequence[Point], style: Style = "curve") -> QPainterPath:
    """The path through the points."""
    path = QPainterPath(QPointF(*points[0]))
    for start, end in itertools.pairwise(points):
        if style == "curve":
            out = reach(start, end)
            path.cubicTo(start[0] + out, start[1], end[0] - out, end[1], end[0], end[1])
            continue
        for point in _corners(start, end) if style == "orthogonal" else ():
            path.lineTo(*point)
        path.lineTo(*end)
    return path


def edges_of(points: Sequence[Point], style: Style = "curve") -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the path's control points."""
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    for start, end in itertools.pairwise(points):
        out = reach(start, end) if style == "curve" else 16.0 if style == "orthogonal" else 0.0
        if out:
            xs += (start[0] + out, end[0] - out)
    return min(xs), min(ys), max(xs), max(ys)


def polyline(points: Sequence[Point], style: Style = "curve", fine: bool = False) -> list[Point]:
    """The path as short straight pieces."""
    line = [points[0]]
    for start, end in itertools.pairwise(points):
        if style == "curve" and start[1] == end[1] and start[0] <= end[0]:
            # One piece: the ends of many would show as beads on a level line.
            line.append(end)
        elif style == "curve":
            sharp = end[0] - start[0] < 0.7 * abs(end[1] - start[1])
            line += _sampled(start, end, STEPS[FINE if fine or sharp else COARSE])
        else:
            line += [*(_corners(start, end) if style == "orthogonal" else ()), end]
    return line


def comes_near(point: Point, line: Sequence[Point], reach: float) -> bool:
    """Whether a piece of a polyline may be within `reach` of a point; spares most links `distance`."""
    left, top = point[0] - reach, point[1] - reach
    right, bottom = point[0] + reach, point[1] + reach
    x1, y1 = line[0]
    for x2, y2 in line:
        beside = (x1 < left and x2 < left) or (x1 > right and x2 > right)
        if not (beside or (y1 < top and y2 < top) or (y1 > bottom and y2 > bottom)):
            return True
        x1, y1 = x2, y2
    return False


def gap(point: Point, line: Sequence[Point], reach: float) -> float:
    """How far a point is from a polyline; `reach` or more where it is no nearer than that."""
    x, y = point
    least = reach
    x1, y1 = line[0]
    for x2, y2 in line:
        beside = (x1 < x - least and x2 < x - least) or (x1 > x + least and x2 > x + least)
        if not (beside or (y1 < y - least and y2 < y - least) or (y1 > y + least and y2 > y + least)):
            least = min(least, distance(point, ((x1, y1), (x2, y2)))[0])
        x1, y1 = x2, y2
    return least


def distance(point: Point, line: Sequence[Point]) -> tuple[float, float]:
    """How far a point is from a polyline, and where along it (0..1) the nearest place lies."""
    best, where = math.inf, 0.0
    lengths = [math.dist(a, b) for a, b in itertools.pairwise(line)]
    total = sum(lengths) or 1.0
    passed = 0.0
    for (a, b), length in zip(itertools.pairwise(line), lengths, strict=True):
        along = 0.0
        if length > 0:
            dot = (point[0] - a[0]) * (b[0] - a[0]) + (point[1] - a[1]) * (b[1] - a[1])
            along = max(0.0, min(1.0, dot / (length * length)))
        away = math.hypot(a[0] + along * (b[0] - a[0]) - point[0], a[1] + along * (b[1] - a[1]) - point[1])
        if away < best:
            best, where = away, (passed + along * length) / total
        passed += length
    return best, where


def halved(line: Sequence[Point]) -> tuple[list[Point], list[Point]]:
    """A polyline cut in the middle of its length."""
    left = sum(math.dist(a, b) for a, b in itertools.pairwise(line)) / 2
    for number, (a, b) in enumerate(itertools.pairwise(line), 1):
        length = math.dist(a, b)
        if left <= length and length:
            part = left / length
            middle = (a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1]))
            return [*line[:number], middle], [middle, *line[number:]]
        left -= length
    return list(line), [line[-1], line[-1]]


def crosses(line: Sequence[Point], other: Sequence[Point]) -> bool:
    """Whether two polylines meet."""
    return crossing(line, other) is not None


def crossing(line: Sequence[Point], other: Sequence[Point]) -> Point | None:
    """The first point at which `line` meets `other`, or None."""
    for a, b in itertools.pairwise(line):
        for c, d in itertools.pairwise(other):
            found = _meeting(a, b, c, d)
            if found is not None:
                return found
    return None


def _meeting(a: Point, b: Point, c: Point, d: Point) -> Point | None:
    rx, ry, sx, sy = b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]
    cross = rx * sy - ry * sx
    if cross == 0:
        return None
    t = ((c[0] - a[0]) * sy - (c[1] - a[1]) * sx) / cross
    u = ((c[0] - a[0]) * ry - (c[1] - a[1]) * rx) / cross
    return (a[0] + t * rx, a[1] + t * ry) if 0 <= t <= 1 and 0 <= u <= 1 else None


def _corners(start: Point, end: Point) -> tuple[Point, ...]:
    if end[0] >= start[0] + 32:
        middle = (start[0] + end[0]) / 2
        return ((middle, start[1]), (middle, end[1]))
    half = (start[1] + end[1]) / 2
    return ((start[0] + 16, start[1]), (start[0] + 16, half), (end[0] - 16, half), (end[0] - 16, end[1]))


def _sampled(start: Point, end: Point, weights: Sequence[Weights]) -> list[Point]:
    out = reach(start, end)
    (x0, y0), (x3, y3) = start, end
    x1, x2 = x0 + out, x3 - out
    return [(a * x0 + b * x1 + c * x2 + d * x3, (a + b) * y0 + (c + d) * y3) for a, b, c, d in weights]
