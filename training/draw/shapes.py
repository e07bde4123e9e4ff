"""Paths from a few numbers. A shape's own frame: x from -0.5 to 0.5, y from -1 (top) to 0 (the ground)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath, QPainterPathStroker, QPolygonF, QTransform

if TYPE_CHECKING:
    from collections.abc import Sequence

Point = tuple[float, float]


def polygon(*points: Point) -> QPainterPath:
    """A closed shape with straight edges."""
    path = QPainterPath()
    path.addPolygon(QPolygonF([QPointF(x, y) for x, y in points]))
    path.closeSubpath()
    return path


def ellipse(x: float, y: float, rx: float, ry: float | None = None) -> QPainterPath:
    """An ellipse about its centre; a circle when one radius is given."""
    path = QPainterPath()
    path.addEllipse(QPointF(x, y), rx, rx if ry is None else ry)
    return path


def box(left: float, top: float, right: float, bottom: float, radius: float = 0.0) -> QPainterPath:
    """A rectangle with rounded corners."""
    path = QPainterPath()
    path.addRoundedRect(QRectF(left, top, right - left, bottom - top), radius, radius)
    return path


def curve(start: Point, *segments: tuple[Point, Point, Point], closed: bool = True) -> QPainterPath:
    """Cubic curves from `start`, each by its two controls and its end."""
    path = QPainterPath(QPointF(*start))
    for first, second, end in segments:
        path.cubicTo(QPointF(*first), QPointF(*second), QPointF(*end))
    if closed:
        path.closeSubpath()
    return path


def smooth(points: Sequence[Point]) -> QPainterPath:
    """A closed soft shape through the middles of a polygon's sides."""
    path = QPainterPath()
    count = len(points)
    path.moveTo(_middle(points[-1], points[0]))
    for index, point in enumerate(points):
        path.quadTo(QPointF(*point), _middle(point, points[(index + 1) % count]))
    return path


def star(x: float, y: float, radius: float, inner: float = 0.55) -> QPainterPath:
    """A five-pointed star."""
    points: list[Point] = []
    for index in range(10):
        angle = math.pi * (index / 5 - 0.5)
        reach = radius * (1.0 if index % 2 == 0 else inner)
        points.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    return polygon(*points)


def rounded(path: QPainterPath, radius: float) -> QPainterPath:
    """The shape made larger by `radius`, its corners rounded with it."""
    grow = QTransform.fromScale(200, 200)  # as in `joined`
    stroker = QPainterPathStroker()
    stroker.setWidth(400 * radius)
    stroker.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    large = grow.map(path)
    return QTransform.fromScale(1 / 200, 1 / 200).map(large.united(stroker.createStroke(large)))


def turned(path: QPainterPath, degrees: float, x: float, y: float) -> QPainterPath:
    """The shape turned clockwise about a point."""
    return QTransform().translate(x, y).rotate(degrees).translate(-x, -y).map(path)


def joined(*paths: QPainterPath) -> QPainterPath:
    """The union of shapes, as one outline."""
    # Qt flattens curves to whole units when it unites shapes: unite them large, then shrink.
    whole, grow = QPainterPath(), QTransform.fromScale(200, 200)
    for path in paths:
        whole = whole.united(grow.map(path))
    return QTransform.fromScale(1 / 200, 1 / 200).map(whole)


def _middle(one: Point, other: Point) -> QPointF:
    return QPointF((one[0] + other[0]) / 2, (one[1] + other[1]) / 2)
