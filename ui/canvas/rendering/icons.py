"""Small vector icons of one stroke family, drawn in a 16 x 16 box."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen


def _chevron_down(path: QPainterPath) -> None:
    _line(path, (4.5, 6.5), (8, 10), (11.5, 6.5))


def _chevron_right(path: QPainterPath) -> None:
    _line(path, (6.5, 4.5), (10, 8), (6.5, 11.5))


def _dice(path: QPainterPath) -> None:
    path.addRoundedRect(2.5, 2.5, 11, 11, 2.5, 2.5)
    for x, y in ((5.6, 5.6), (8, 8), (10.4, 10.4)):
        path.addEllipse(QPointF(x, y), 0.5, 0.5)


def _folder(path: QPainterPath) -> None:
    _line(path, (2, 12.5), (2, 4), (6.2, 4), (7.6, 5.6), (14, 5.6), (14, 12.5), (2, 12.5))


def _pin(path: QPainterPath) -> None:
    _line(path, (5.5, 2.5), (10.5, 2.5))
    _line(path, (6.3, 2.5), (6.3, 7), (4.3, 9.5), (11.7, 9.5), (9.7, 7), (9.7, 2.5))
    _line(path, (8, 9.5), (8, 13.8))


def _mute(path: QPainterPath) -> None:
    path.addEllipse(QPointF(8, 8), 5.5, 5.5)
    _line(path, (4.2, 11.8), (11.8, 4.2))


def _bypass(path: QPainterPath) -> None:
    path.moveTo(2, 10.5)
    path.cubicTo(6, 10.5, 4.5, 5, 8, 5)
    path.cubicTo(11.5, 5, 10, 10.5, 14, 10.5)
    _line(path, (11.6, 8.2), (14, 10.5), (11.6, 12.8))


def _check(path: QPainterPath) -> None:
    _line(path, (3.5, 8.4), (6.6, 11.4), (12.5, 4.8))


def _alert(path: QPainterPath) -> None:
    path.addEllipse(QPointF(8, 8), 6, 6)
    _line(path, (8, 4.8), (8, 8.8))
    path.addEllipse(QPointF(8, 11.2), 0.4, 0.4)


def _lock(path: QPainterPath) -> None:
    path.addRoundedRect(3.5, 7, 9, 6.5, 1.5, 1.5)
    path.moveTo(5.5, 7)
    path.cubicTo(5.5, 1.5, 10.5, 1.5, 10.5, 7)


def _play(path: QPainterPath) -> None:
    _line(path, (5, 3.2), (12.4, 8), (5, 12.8), (5, 3.2))


def _subgraph(path: QPainterPath) -> None:
    path.addRoundedRect(2, 3, 12, 10, 2, 2)
    path.addRoundedRect(4.6, 5.6, 3, 3, 0.8, 0.8)
    path.addRoundedRect(8.8, 7.8, 3, 3, 0.8, 0.8)


def _line(path: QPainterPath, *points: tuple[float, float]) -> None:
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)


_DRAWN: dict[str, Callable[[QPainterPath], None]] = {
    "chevron-down": _chevron_down,
    "chevron-right": _chevron_right,
    "dice": _dice,
    "folder": _folder,
    "pin": _pin,
    "mute": _mute,
    "bypass": _bypass,
    "check": _check,
    "alert": _alert,
    "lock": _lock,
    "play": _play,
    "subgraph": _subgraph,
}


@lru_cache(maxsize=64)
def icon_path(name: str) -> QPainterPath:
    """The strokes of an icon; raises KeyError for a name that is not drawn."""
    path = QPainterPath()
    _DRAWN[name](path)
    return path


def paint_icon(
    painter: QPainter, name: str, x: float, y: float, color: QColor, size: float = 16.0, width: float = 1.4
) -> None:
    """Draw an icon with its middle at x, y."""
    painter.save()
    painter.translate(x - size / 2, y - size / 2)
    painter.scale(size / 16, size / 16)
    pen = QPen(color, width * 16 / size)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(icon_path(name))
    painter.restore()
