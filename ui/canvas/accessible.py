"""What a screen reader finds on the canvas: the nodes, and in each its ports and parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

if TYPE_CHECKING:
    from ui.canvas.canvas import Canvas


def announce(canvas: Canvas, text: str) -> None:
    """Have a screen reader say a sentence; nothing happens where none listens."""
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(canvas, text))
