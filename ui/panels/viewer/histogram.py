"""The histogram as it lies over the picture."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from ui.panels.viewer.pixels import Histogram
from ui.theme.appearance import Appearance

PLANES = (("red", "#ff5a5a"), ("green", "#4fd06a"), ("blue", "#5a8cff"))
CLIPPED = 0.005
"""A share of wholly dark or bright values beyond which the edge is marked."""


def paint_histogram(painter: QPainter, box: QRectF, data: Histogram, look: Appearance) -> None:
    """Three overlaid planes on a quiet card; the edges are marked where values are clipped."""
    theme = look.theme
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color("hairline"), 1))
    painter.setBrush(theme.color("raised", 0.92))
    painter.drawRoundedRect(box, 6, 6)
    area = box.adjusted(8, 8, -8, -20)
    for name, color in PLANES:
        painter.setPen(Qt.PenStyle.NoPen)
        fill = QColor(color)
        fill.setAlphaF(0.5)
        painter.setBrush(fill)
        painter.drawPolygon(_outline(area, getattr(data, name), data.highest))
    painter.setFont(look.font("small"))
    painter.setPen(theme.color("muted"))
    foot = QRectF(area.left(), area.bottom() + 2, area.width(), 16)
    for share, side, words in (
        (data.dark, Qt.AlignmentFlag.AlignLeft, "dark"),
        (data.bright, Qt.AlignmentFlag.AlignRight, "bright"),
    ):
        painter.setPen(theme.color("warning" if share > CLIPPED else "muted"))
        painter.drawText(foot, side | Qt.AlignmentFlag.AlignVCenter, f"{words} {share:.1%}")
    painter.restore()


def _outline(area: QRectF, counts: tuple[int, ...], highest: int) -> QPolygonF:
    width = area.width() / 255
    points = [QPointF(area.left(), area.bottom())]
    for value, count in enumerate(counts):
        height = min(1.0, (count / highest) ** 0.5) * area.height()
        points.append(QPointF(area.left() + value * width, area.bottom() - height))
    points.append(QPointF(area.right(), area.bottom()))
    return QPolygonF(points)
