"""What the parts of the canvas that act on the document share."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QWidget

from nodegraph.edits import Edit
from nodegraph.model.graph import Point
from ui.canvas.interaction.gesture_context import GestureContext
from ui.canvas.scene.camera import Camera, Place
from ui.canvas.scene.scene import Scene
from ui.document.editor import Editor


class Acting(QWidget):
    """A view of an editor's scene through a camera."""

    camera_changed = Signal()
    """Another part of the scene is in view."""

    editor: Editor
    scene: Scene
    stage: GestureContext
    camera: Camera
    _seen: Place | None = None

    def pointer(self) -> QPointF:
        """The scene point under the mouse, or the view's middle where the mouse is elsewhere."""
        at = QPointF(self.mapFromGlobal(QCursor.pos()))
        inside = QRectF(self.rect()).contains(at)
        return self.camera.to_scene(at if inside else QRectF(self.rect()).center())

    def camera_went(self) -> None:
        """Show what the camera sees now."""
        if self.camera.place() != self._seen:
            self._seen = self.camera.place()
            self.camera_changed.emit()
            self.update()

    def say(self, text: str) -> None:
        """A sentence for the status bar."""
        self.stage.say(text)

    def apply(self, edit: Edit | None) -> bool:
        """Apply an edit if there is one."""
        return edit is not None and self.editor.apply(edit)


def on_grid(value: float) -> float:
    """The nearest multiple of the grid's fine step."""
    return round(value / 8) * 8.0


def moved(place: Point, by: Point) -> Point:
    """A place shifted."""
    return place[0] + by[0], place[1] + by[1]
