"""A small raised label, for what the canvas says at the cursor."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from ui.canvas.interaction.gesture_context import GestureContext

PADDING = 8.0


def paint_label(painter: QPainter, stage: GestureContext, at: QPointF, text: str) -> None:
    """Lines of text on a raised plate, kept inside the view."""
    font = stage.text.body
    metrics = QFontMetricsF(font)
    lines = text.split("\n")
    width = max(metrics.horizontalAdvance(line) for line in lines) + 2 * PADDING
    height = metrics.lineSpacing() * len(lines) + 1.4 * PADDING
    x = max(4.0, min(at.x(), stage.camera.size.width() - width - 4))
    y = max(4.0, min(at.y(), stage.camera.size.height() - height - 4))
    rect = QRectF(x, y, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(stage.theme.color("canvas", stage.theme.shadow))
    painter.drawRoundedRect(rect.translated(0, 2).adjusted(-1, -1, 1, 2), 7, 7)
    painter.setPen(QPen(stage.theme.color("hairline"), 1))
    painter.setBrush(stage.theme.color("raised"))
    painter.drawRoundedRect(rect, 6, 6)
    painter.setPen(stage.theme.color("text"))
    painter.setFont(font)
    painter.drawText(rect.adjusted(PADDING, 0, -PADDING, 0), int(Qt.AlignmentFlag.AlignVCenter), text)
