"""Where things on the canvas are in the window."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtWidgets import QWidget

from ui.canvas.canvas import Canvas
from ui.canvas.rendering.paint_rows import field_rect
from ui.panels.tutorial.callout import Around

BAR = "SelectionBar"
"""What the bar of the selection is called."""
CHIP = 40
"""The uppermost pixels of the canvas are left to what lies over it."""


def place_of(canvas: Canvas, window: QWidget, node: str, name: str) -> Around | None:
    """A parameter or output of a node in the window; None while the canvas does not show it."""
    box = canvas.scene.nodes.get(node)
    if box is None:
        return None
    row = next((row for row in box.layout.rows if row.param is not None and row.param.name == name), None)
    port = box.layout.port(name, True)
    if row is not None:
        spot = field_rect(box, row).translated(box.x, box.y)
    elif port is not None:
        spot = QRectF(box.x + port.x - 10, box.y + port.y - 10, 20, 20)
    else:
        return None
    origin = canvas.mapTo(window, QPoint(0, 0))

    def seen(rect: QRectF) -> QRect:
        view = QRectF(canvas.camera.to_view(rect.topLeft()), rect.size() * canvas.camera.zoom)
        return view.toAlignedRect().translated(origin)

    room = canvas.rect().translated(origin)
    if not room.intersects(seen(spot)):
        return None
    others = [other for other in canvas.scene.nodes.values() if other.id != node]
    edited = canvas.open_editor.area
    bars = [bar.geometry().translated(origin) for bar in canvas.findChildren(QWidget, BAR) if bar.isVisible()]
    notes = [QRectF(*note.pos, *note.size) for note in canvas.stage.graph.notes.values()]
    return Around(
        seen(spot),
        seen(box.rect),
        room.adjusted(0, CHIP, 0, 0),
        [*bars, edited.translated(origin)]
        + [seen(QRectF(other.x, other.y, other.width, other.layout.title)) for other in others],
        [seen(other.rect) for other in others] + [seen(note) for note in notes],
    )
