"""Drag copies of nodes away, leaving the nodes where they are."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from nodegraph.model.graph import Point
from ui.canvas.interaction.gesture_context import GestureContext, Pointer
from ui.canvas.interaction.gestures.move import MoveThings
from ui.canvas.rendering.highlights import Moving
from ui.canvas.rendering.label import paint_label
from ui.canvas.scene.hit import Hit
from ui.i18n.translate import tr


class CopyDrag(MoveThings):
    """What is selected moves under the hand; letting go puts copies there and the selection back."""

    def __init__(
        self, stage: GestureContext, start: Pointer, hit: Hit, copy: Callable[[Point], None]
    ) -> None:
        super().__init__(stage, start, hit)
        self._copy = copy
        self._at = start.view

    def dragged(self, pointer: Pointer) -> None:
        """The copies hang somewhere else now."""
        self._at = pointer.view

    def drop(self, moving: Moving, pointer: Pointer) -> None:
        """Add the copies."""
        self._copy(self._by)

    def paint(self, painter: QPainter) -> None:
        """The guides, and that these are copies."""
        super().paint(painter)
        if self._begun:
            paint_label(painter, self.stage, self._at + QPointF(16, 18), tr("Canvas", "Copy"))
