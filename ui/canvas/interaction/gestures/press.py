"""Presses that wait to see whether they become a drag: on a link, and with the right button."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ui.canvas.interaction.dragged_links import DraggedLinks, takes_input
from ui.canvas.interaction.gesture_context import CTRL, SHIFT, Gesture, GestureContext, Pointer
from ui.canvas.interaction.gestures.link import LinkDrag
from ui.canvas.scene.boxes import LinkKey
from ui.canvas.scene.geometry import PortRef
from ui.canvas.scene.hit import Hit
from ui.canvas.scene.scene import link_source

if TYPE_CHECKING:
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QPainter

THRESHOLD = 4


class LinkPress(Gesture):
    """A click selects the link; a drag takes the nearer of its two halves into the hand."""

    def __init__(self, stage: GestureContext, start: Pointer, key: LinkKey, along: float) -> None:
        super().__init__(stage)
        self._start = start
        self._key = key
        self._along = along
        self._drag: LinkDrag | None = None

    @property
    def held(self) -> bool:
        """As the link in hand."""
        return self._drag is None or self._drag.held

    def wants(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """As the link in hand."""
        return self._drag is not None and self._drag.wants(key, modifiers)

    def changed(self) -> bool:
        """As the link in hand; before that, while there is the link."""
        return self._drag.changed() if self._drag is not None else self._key in self.stage.scene.links

    def pressed(self, pointer: Pointer) -> bool:
        """Goes to the link in hand."""
        return self._drag is None or self._drag.pressed(pointer)

    def moved(self, pointer: Pointer) -> bool:
        """Take the link into the hand once the pointer has moved."""
        if self._drag is None and (pointer.view - self._start.view).manhattanLength() >= THRESHOLD:
            self._drag = self._taken()
        return self._drag is None or self._drag.moved(pointer)

    def released(self, pointer: Pointer) -> bool:
        """Drop the link, or select it."""
        if self._drag is not None:
            return self._drag.released(pointer)
        self._select(pointer)
        return False

    def key(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Goes to the link in hand."""
        return self._drag is not None and self._drag.key(key, modifiers)

    def cancel(self) -> None:
        """Put the link back."""
        if self._drag is not None:
            self._drag.cancel()

    def paint(self, painter: QPainter) -> None:
        """The link in hand."""
        if self._drag is not None:
            self._drag.paint(painter)

    def _taken(self) -> LinkDrag | None:
        scene = self.stage.scene
        link = scene.links[self._key]
        if takes_input(scene, link, self._along):
            return LinkDrag(self.stage, self._start, DraggedLinks((link_source(link.source),), (self._key,)))
        end = PortRef(self._key.target, self._key.input, False, self._key.index)
        return LinkDrag(self.stage, self._start, DraggedLinks((end,), (self._key,)))

    def _select(self, pointer: Pointer) -> None:
        now = self.stage.selection.now
        if pointer.held(SHIFT) or pointer.held(CTRL):
            self.stage.selection.set(now.nodes, now.links ^ {self._key}, now.frames, now.notes)
        else:
            self.stage.selection.set((), (self._key,))


class MenuPress(Gesture):
    """The right button shows the menu when it is let go where it was pressed."""

    def __init__(
        self, stage: GestureContext, start: Pointer, hit: Hit, show: Callable[[Pointer, Hit], None]
    ) -> None:
        super().__init__(stage)
        self._start = start
        self._hit = hit
        self._show = show

    def changed(self) -> bool:
        """What was hit may be gone."""
        return False

    def moved(self, pointer: Pointer) -> bool:
        """A drag shows no menu."""
        return (pointer.view - self._start.view).manhattanLength() < 2 * THRESHOLD

    def released(self, pointer: Pointer) -> bool:
        """Select what was hit, unless it is selected, and show the menu."""
        now, hit = self.stage.selection.now, self._hit
        if hit.node and hit.node not in now.nodes:
            self.stage.selection.set([hit.node])
        elif hit.link and hit.link not in now.links:
            self.stage.selection.set((), [hit.link])
        elif hit.frame and hit.frame not in now.frames:
            self.stage.selection.set((), (), [hit.frame])
        elif hit.note and hit.note not in now.notes:
            self.stage.selection.set((), (), (), [hit.note])
        self._show(pointer, hit)
        return False
