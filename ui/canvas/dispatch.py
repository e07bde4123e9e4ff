"""Which gesture begins, by what was pressed, with what, and what is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from ui.canvas.gestures.choose import BoxSelect, Lasso
from ui.canvas.gestures.look_around import Pan, SpaceHeld
from ui.canvas.gestures.move import MoveThings
from ui.canvas.hit import Hit
from ui.canvas.stage import ALT, CTRL, Gesture, Pointer

if TYPE_CHECKING:
    from ui.canvas.canvas import Canvas


def gesture_for(canvas: Canvas, pointer: Pointer, found: Hit) -> Gesture | None:
    """The gesture that a press begins, or None."""
    if pointer.button == Qt.MouseButton.MiddleButton:
        return Pan(canvas.stage, pointer)
    if pointer.button == Qt.MouseButton.LeftButton:
        return _left(canvas, pointer, found)
    return None


def _left(canvas: Canvas, pointer: Pointer, found: Hit) -> Gesture | None:
    if found.kind in ("title", "row", "node", "frame", "note"):
        return MoveThings(canvas.stage, pointer, found)
    if pointer.only(CTRL, ALT):
        return Lasso(canvas.stage, pointer)
    return BoxSelect(canvas.stage, pointer)


def held_key(canvas: Canvas, key: int, modifiers: Qt.KeyboardModifier) -> Gesture | None:
    """The gesture that lasts while a key is held."""
    return SpaceHeld(canvas.stage) if key == Qt.Key.Key_Space else None


def double_click(canvas: Canvas, pointer: Pointer, found: Hit) -> bool:
    """What a double-click does; False where it is a press like any other."""
    if found.kind == "empty":
        canvas.search_requested.emit(pointer.scene, None)
        return True
    return False
