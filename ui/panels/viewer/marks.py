"""What is drawn over a picture: the lines between pixels, and the alarm."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ui.panels.viewer.lens import Lens
from ui.theme.appearance import Appearance


def paint_grid(painter: QPainter, lens: Lens, target: QRectF, room: QSizeF) -> None:
    """A line between any two pixels, dark and light by halves so that it shows on every colour."""
    zoom, seen = lens.zoom, target.intersected(QRectF(QPointF(), room))
    first, last = lens.pixel(seen.topLeft()), lens.pixel(seen.bottomRight())
    for color, shift in ((QColor(0, 0, 0, 60), 0.0), (QColor(255, 255, 255, 40), 1.0)):
        painter.setPen(QPen(color, 1))
        columns = [target.left() + x * zoom + shift for x in range(int(first.x()), int(last.x()) + 2)]
        rows = [target.top() + y * zoom + shift for y in range(int(first.y()), int(last.y()) + 2)]
        lines = [QLineF(x, seen.top(), x, seen.bottom()) for x in columns]
        painter.drawLines([*lines, *(QLineF(seen.left(), y, seen.right(), y) for y in rows)])


def paint_alarm(painter: QPainter, text: str, width: float, look: Appearance) -> None:
    """A warning in the upper left corner of a view of that width."""
    theme = look.theme
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(look.font(bold=True))
    metrics = painter.fontMetrics()
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(40, int(width) - 64))
    box = QRectF(12, 12, metrics.horizontalAdvance(shown) + 32, look.metrics.row + 8)
    painter.setPen(QPen(theme.color("error"), 1))
    painter.setBrush(theme.color("raised"))
    painter.drawRoundedRect(box, 6, 6)
    painter.setPen(theme.color("error"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)
