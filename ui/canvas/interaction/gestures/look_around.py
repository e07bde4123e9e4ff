"""Pan and zoom by dragging."""

from __future__ import annotations

from PySide6.QtCore import Qt

from ui.canvas.interaction.gesture_context import CTRL, Gesture, GestureContext, Pointer

LEFT = Qt.MouseButton.LeftButton


class Pan(Gesture):
    """The scene follows the pointer."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, stage: GestureContext, start: Pointer) -> None:
        super().__init__(stage)
        self._last = start.view

    def moved(self, pointer: Pointer) -> bool:
        """Pan by what the pointer moved."""
        self.stage.camera.pan(pointer.view - self._last)
        self._last = pointer.view
        self.stage.repaint()
        return True


class ZoomDrag(Gesture):
    """Dragging right zooms in around the point that was pressed, dragging left out."""

    cursor = Qt.CursorShape.SizeHorCursor

    def __init__(self, stage: GestureContext, start: Pointer) -> None:
        super().__init__(stage)
        self._anchor = start.view
        self._last = start.view

    def moved(self, pointer: Pointer) -> bool:
        """Zoom by what the pointer moved."""
        self.stage.camera.zoom_at(self._anchor, 1.008 ** (pointer.view.x() - self._last.x()))
        self._last = pointer.view
        self.stage.repaint()
        return True


class SpaceHeld(Gesture):
    """While the space bar is down: dragging pans, with Ctrl it zooms."""

    cursor = Qt.CursorShape.OpenHandCursor

    def __init__(self, stage: GestureContext) -> None:
        super().__init__(stage)
        self._inner: Gesture | None = None

    @property
    def held(self) -> bool:
        """The key is, the button need not be."""
        return False

    def pressed(self, pointer: Pointer) -> bool:
        """Begin to pan or zoom."""
        zooms = pointer.held(CTRL)
        self._inner = ZoomDrag(self.stage, pointer) if zooms else Pan(self.stage, pointer)
        return True

    def moved(self, pointer: Pointer) -> bool:
        """Pan or zoom while a button is down."""
        if self._inner is not None and pointer.buttons & LEFT:
            self._inner.moved(pointer)
        return True

    def released(self, pointer: Pointer) -> bool:
        """Wait for the next press; the space bar's release ends this."""
        self._inner = None
        return True


class ZoomHeld(SpaceHeld):
    """While Z is down dragging zooms, which a pen can do too."""

    cursor = Qt.CursorShape.SizeHorCursor

    def pressed(self, pointer: Pointer) -> bool:
        """Begin to zoom."""
        self._inner = ZoomDrag(self.stage, pointer)
        return True
