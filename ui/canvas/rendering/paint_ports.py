"""Ports: the type's hue in the shape of its family, solid where linked."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen

from ui.canvas.scene.geometry import Port
from ui.theme.types import Shape, shape_of

RADIUS = 4.5


@lru_cache(maxsize=256)
def shape_path(shape: Shape, radius: float) -> QPainterPath:
    """The outline of a port around the origin; shapes of one radius look equally large."""
    path = QPainterPath()
    if shape is Shape.CIRCLE:
        path.addEllipse(QPointF(0, 0), radius, radius)
    elif shape is Shape.SQUARE:
        side = radius * 0.9
        path.addRoundedRect(-side, -side, 2 * side, 2 * side, 1.2, 1.2)
    elif shape is Shape.DIAMOND:
        reach = radius * 1.28
        _polygon(path, (0, -reach), (reach, 0), (0, reach), (-reach, 0))
    else:
        half = radius * 1.1
        _polygon(path, (-half * 0.8, -half), (half * 1.15, 0), (-half * 0.8, half))
    return path


def _polygon(path: QPainterPath, *points: tuple[float, float]) -> None:
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    path.closeSubpath()


def paint_port(
    painter: QPainter, port: Port, color: QColor, ground: QColor, linked: bool, radius: float = RADIUS
) -> None:
    """A port at its place on the node; a ring where nothing is linked, smaller where it is optional."""
    size = radius if not port.optional or linked else radius * 0.85
    path = shape_path(shape_of(port.type, port.many), size)
    painter.save()
    painter.translate(port.x, port.y)
    painter.setPen(
        QPen(ground, 3.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    )
    painter.setBrush(QBrush(color if linked else ground))
    painter.drawPath(path)
    painter.setPen(
        QPen(color, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    )
    painter.drawPath(path)
    painter.restore()
