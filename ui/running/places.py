"""Where things on the canvas are in the window."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF
from PySide6.QtWidgets import QWidget

from ui.canvas.canvas import Canvas
from ui.canvas.paint_rows import field_rect


def place_of(canvas: Canvas, window: QWidget, node: str, name: str) -> QRect | None:
    """A parameter or output of a node in the window; None while the canvas does not show it."""
    box = canvas.scene.nodes.get(node)
    if box is None:
        return None
    row = next((row for row in box.layout.rows if row.param is not None and row.param.name == name), None)
    port = box.layout.port(name, True)
    if row is not None:
        scene = field_rect(box, row).translated(box.x, box.y)
    elif port is not None:
        scene = QRectF(box.x + port.x - 10, box.y + port.y - 10, 20, 20)
    else:
        return None
    rect = QRectF(canvas.camera.to_view(scene.topLeft()), scene.size() * canvas.camera.zoom)
    if not QRectF(canvas.rect()).intersects(rect):
        return None
    origin = canvas.mapTo(window, QPoint(0, 0))
    return rect.translated(QPointF(origin)).toAlignedRect()
