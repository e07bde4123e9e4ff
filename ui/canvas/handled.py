"""What the hand does to the canvas: presses, moves, wheels and keys, given to the gesture that is under way."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent

from ui.canvas.interaction.dispatch import double_click, gesture_for, held_key
from ui.canvas.interaction.dragged_links import HALVES, half_taken
from ui.canvas.interaction.gesture_context import ALT, Gesture, Pointer
from ui.canvas.interaction.gestures.look_around import Pan
from ui.canvas.interaction.open_editor import OpenEditor
from ui.canvas.rendering.flowing import link_area
from ui.canvas.rendering.highlights import view_rect
from ui.canvas.scene.hit import EMPTY, FINGER, Hit, hit
from ui.canvas.scene.state import CanvasState
from ui.canvas.walking import Walking

STEP = 1.0 / 120.0 / 8.0
"""Wheel angle (in eighths of a degree) to powers of two."""

HELD: dict[int, str] = {Qt.Key.Key_Space: "SpaceHeld", Qt.Key.Key_Y: "CutHeld", Qt.Key.Key_Z: "ZoomHeld"}
"""The gestures that last while a key is held."""


LINKS = (*HALVES, "reroute")


class Handled(Walking):
    """The part of the canvas that hears events. At most one gesture is under way; panning may go on beside it."""

    status = Signal(str)
    """A sentence for the status bar."""
    resized = Signal()
    """The view has another size."""
    handed = Signal()
    """A gesture began or ended."""
    hovered = Signal(object)
    """Hit: something else is under the pointer."""

    state: CanvasState
    open_editor: OpenEditor
    _gesture: Gesture | None = None
    _button = Qt.MouseButton.NoButton
    """The button that the gesture began with."""
    _panning: Pan | None = None
    _hovered: Hit = EMPTY
    _revealed = False
    """Whether Alt is held over a portal, which then shows its way."""
    coarse = False
    """Whether a finger was used last, for which everything small is hit from farther away."""

    @property
    def gesture(self) -> Gesture | None:
        """What the hand is doing just now."""
        return self._gesture

    def begin(self, gesture: Gesture | None) -> None:
        """Let a gesture take the pointer; one that runs is cancelled."""
        if self._gesture is not None and self._gesture is not gesture:
            self._gesture.cancel()
        before, self._gesture = self._gesture, gesture
        self._panning = None
        self._show_cursor()
        self.update()
        if before is not gesture:
            self.handed.emit()

    def interrupt(self) -> bool:
        """Put back what a button that is down has in hand; whether there was anything."""
        if self._gesture is None or not self._gesture.held:
            return False
        self.begin(None)
        return True

    def caught(self, event: QEvent) -> bool:
        """Keep the keys of the gesture under way from actions; let go where another tab comes in front."""
        if event.type() == QEvent.Type.Hide:
            self.begin(None)
        gesture = self._gesture
        if (
            gesture is None
            or not isinstance(event, QKeyEvent)
            or event.type() != QEvent.Type.ShortcutOverride
        ):
            return False
        ours = event.key() == Qt.Key.Key_Escape or gesture.wants(event.key(), event.modifiers())
        event.setAccepted(ours)
        return ours

    def hit(self, view: QPointF) -> Hit:
        """What lies under a point of the view."""
        return hit(self.scene, self.camera.to_scene(view), self.camera.zoom, FINGER if self.coarse else 1.0)

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom around a point of the view, its middle by default."""
        self.camera.zoom_at(at if at is not None else QRectF(self.rect()).center(), factor)
        self.camera_went()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer; a touchpad's two fingers pan."""
        pixels = event.pixelDelta()
        if not pixels.isNull() and not event.modifiers():
            self.camera.pan(QPointF(pixels))
        else:
            angle = event.angleDelta()
            turned = angle.y() or angle.x()
            self.zoom_by(2.0 ** (turned * STEP * 4), event.position())
        if self._gesture is not None:
            self._gesture.moved(self._pointer_at(event.position(), event.buttons(), event.modifiers()))
        self.camera_went()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A gesture begins, or goes on with another button."""
        self.coarse = False
        self.press(self._pointer(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The gesture goes on; without one, what lies under the pointer lights up."""
        self.drag(self._pointer(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The gesture ends."""
        self.release(self._pointer(event))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Search on empty ground, reroute on a link, activate a node."""
        self.press_twice(self._pointer(event))

    def press(self, pointer: Pointer) -> None:
        """A button or a finger goes down; another one than that of a drag puts back what is dragged."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if self._gesture is None:
            self._button = pointer.button
            self.begin(gesture_for(self, pointer, self.hit(pointer.view)))
        elif pointer.button == Qt.MouseButton.MiddleButton:
            self._panning = Pan(self.stage, pointer)
        elif self._gesture.held:
            self.begin(None)
        else:
            self._end(self._gesture, self._gesture.pressed(pointer))

    def press_twice(self, pointer: Pointer) -> None:
        """A button goes down the second time in a row."""
        if self._gesture is not None or not double_click(self, pointer, self.hit(pointer.view)):
            self.press(pointer)

    def drag(self, pointer: Pointer) -> None:
        """The pointer is somewhere else."""
        if self._gesture is not None and self._gesture.held and not pointer.buttons:
            # The button came up where nobody heard it: outside, while something else had the mouse.
            self.begin(None)
        if self._gesture is None:
            self._hover(self.hit(pointer.view), pointer.held(ALT))
            return
        if self._panning is not None:
            self._panning.moved(pointer)
            pointer = replace(pointer, scene=self.camera.to_scene(pointer.view))
        self._end(self._gesture, self._gesture.moved(pointer))
        self.camera_went()

    def release(self, pointer: Pointer) -> None:
        """A button or the finger goes up."""
        if self._panning is not None and pointer.button == Qt.MouseButton.MiddleButton:
            self._panning = None
        elif self._gesture is not None and (not self._gesture.held or pointer.button == self._button):
            self._end(self._gesture, self._gesture.released(pointer))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The gesture comes first, then held keys, then moving the focus."""
        key, modifiers = event.key(), event.modifiers()
        if key == Qt.Key.Key_Alt and self._gesture is None:
            self._hover(self._hovered, True)
        if self._gesture is not None:
            if key == Qt.Key.Key_Escape:
                self.begin(None)
                return
            if self._gesture.key(key, modifiers):
                self.update()
                return
        if self._gesture is None:
            if inside := self.inside(key, modifiers):
                self.begin(inside)
                return
            if self.walk(key, modifiers):
                return
        if not event.isAutoRepeat() and self._gesture is None:
            held = held_key(self, key, modifiers)
            if held is not None:
                self.begin(held)
                return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The Menu key asks for the menu of what is selected; that of the mouse comes with its press."""
        if event.reason() != QContextMenuEvent.Reason.Keyboard or self._gesture is not None:
            return
        seen = view_rect(self.camera, self.selected_bounds()).intersected(QRectF(self.rect()))
        place = (QRectF(self.rect()) if seen.isEmpty() else seen).center()
        self.context_menu_requested.emit(
            self.mapToGlobal(place).toPoint(), Hit(node=self.stage.selection.active)
        )

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Letting go of a held key ends its gesture."""
        if event.key() == Qt.Key.Key_Alt:
            self._hover(self._hovered)
        held = HELD.get(event.key())
        if held and not event.isAutoRepeat() and type(self._gesture).__name__ == held:
            self.begin(None)
            return
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Keys that were held are not held any more."""
        if self._gesture is not None and event.reason() != Qt.FocusReason.PopupFocusReason:
            self.begin(None)
        self._hover(self._hovered)
        super().focusOutEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer."""
        if self._gesture is None:
            self._hover(EMPTY)
        super().leaveEvent(event)

    def _finished(self) -> None:
        """A gesture ended itself."""
        if self._gesture is not None:
            self._end(self._gesture, False)

    def _end(self, gesture: Gesture, goes_on: bool) -> None:
        if not goes_on and self._gesture is gesture:
            self._gesture = None
            self._show_cursor()
            self.update()
            self.handed.emit()

    def _hover(self, found: Hit, alt: bool = False) -> None:
        before, revealed = self._hovered, alt and found.kind == "portal"
        same = replace(found, along=0.0, row=None) == replace(before, along=0.0, row=None)
        halves = half_taken(self.scene, before), half_taken(self.scene, found)
        if same and revealed == self._revealed and halves[0] == halves[1]:
            return
        self._hovered = found
        if revealed != self._revealed:
            self._revealed = revealed
            self.update()
        else:
            self._relight(before, found)
        if not same:
            self._show_cursor()
            self.hovered.emit(found)

    def _relight(self, before: Hit, found: Hit) -> None:
        """Paint anew what is lit, and what was: of links no more than the part of the view that they cover."""
        for one in (before, found):
            if one.kind not in LINKS and one.kind != "empty":
                self.update()
                return
            if one.link in self.scene.links:
                self.update(link_area(self.scene, self.camera, self.scene.links[one.link]))

    def _show_cursor(self) -> None:
        shape = self._gesture.cursor if self._gesture else _CURSORS.get(self._hovered.kind)
        if shape is None:
            self.unsetCursor()
        else:
            self.setCursor(shape)

    def _pointer(self, event: QMouseEvent) -> Pointer:
        view = event.position()
        return Pointer(view, self.camera.to_scene(view), event.button(), event.buttons(), event.modifiers())

    def _pointer_at(self, view: QPointF, buttons: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> Pointer:
        return Pointer(view, self.camera.to_scene(view), Qt.MouseButton.NoButton, buttons, modifiers)


_CURSORS = {
    "port": Qt.CursorShape.CrossCursor,
    "resize": Qt.CursorShape.SizeFDiagCursor,
    "frame_button": Qt.CursorShape.PointingHandCursor,
    "frame_resize": Qt.CursorShape.SizeFDiagCursor,
    "note_resize": Qt.CursorShape.SizeFDiagCursor,
    "reroute": Qt.CursorShape.SizeAllCursor,
}
