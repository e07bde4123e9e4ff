"""What the parts of the canvas that act on the document share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodegraph.edits import Edit
from nodegraph.graph import Point
from ui.canvas.camera import Camera
from ui.canvas.scene import Scene
from ui.canvas.stage import Stage
from ui.editor import Editor

if TYPE_CHECKING:
    from PySide6.QtCore import QPointF


class Acting:
    """An editor, its scene, and a camera on it."""

    editor: Editor
    scene: Scene
    stage: Stage
    camera: Camera

    def pointer(self) -> QPointF:
        """The scene point under the mouse, or the view's middle."""
        raise NotImplementedError

    def camera_went(self) -> None:
        """Show what the camera sees now."""
        raise NotImplementedError

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
