"""Smart guides: a dragged node clicks into line with the edges and middles of its neighbours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nodegraph.model.graph import Point
from ui.canvas.scene.scene import Scene

if TYPE_CHECKING:
    from PySide6.QtCore import QRectF

NEAR = 900.0
"""How far away, in scene units, a neighbour may be that gives a guide."""


@dataclass(frozen=True)
class Guide:
    """A line along which things stand; `upright` ones fix x."""

    start: Point
    end: Point
    upright: bool


def guided(scene: Scene, names: frozenset[str], by: Point, reach: float) -> tuple[Point, list[Guide]]:
    """The shift nearest to `by` that lines the nodes up with others within `reach`, and the lines to show."""
    rect = scene.bounds(names).translated(*by)
    around = rect.adjusted(-NEAR, -NEAR, NEAR, NEAR)
    others = [box.rect for box in scene.nodes_in(around) if box.id not in names]
    dx = _closest(_edges_x(rect), [value for other in others for value in _edges_x(other)], reach)
    dy = _closest(_edges_y(rect), [value for other in others for value in _edges_y(other)], reach)
    found = (by[0] + (dx or 0.0), by[1] + (dy or 0.0))
    landed = rect.translated(dx or 0.0, dy or 0.0)
    guides: list[Guide] = []
    if dx is not None:
        guides += _upright(landed, others)
    if dy is not None:
        guides += _level(landed, others)
    return found, guides


def _edges_x(rect: QRectF) -> tuple[float, float]:
    return (rect.left(), rect.right())


def _edges_y(rect: QRectF) -> tuple[float, float]:
    return (rect.top(), rect.bottom())


def _closest(own: Iterable[float], others: Iterable[float], reach: float) -> float | None:
    """The smallest step from an edge of its own to one of the others, None where all are out of reach."""
    steps = [step for edge in own for value in others if -reach <= (step := value - edge) <= reach]
    return min(steps, key=abs, default=None)


def _upright(rect: QRectF, others: list[QRectF]) -> list[Guide]:
    for x in _edges_x(rect):
        same = [r for r in others if min(abs(edge - x) for edge in _edges_x(r)) < 0.01]
        if same:
            top = min([rect.top(), *(r.top() for r in same)])
            bottom = max([rect.bottom(), *(r.bottom() for r in same)])
            return [Guide((x, top), (x, bottom), True)]
    return []


def _level(rect: QRectF, others: list[QRectF]) -> list[Guide]:
    for y in _edges_y(rect):
        same = [r for r in others if min(abs(edge - y) for edge in _edges_y(r)) < 0.01]
        if same:
            left = min([rect.left(), *(r.left() for r in same)])
            right = max([rect.right(), *(r.right() for r in same)])
            return [Guide((left, y), (right, y), False)]
    return []
