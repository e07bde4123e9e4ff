"""What gestures work on: the document, its picture, and ways to speak to the person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from nodegraph.model.graph import Graph
from ui.canvas.interaction.dragged_links import DraggedLinks
from ui.canvas.rendering.highlights import STILL, Highlights, Moving
from ui.canvas.rendering.text import TextPainter
from ui.canvas.scene.camera import Camera
from ui.canvas.scene.geometry import PortRef
from ui.canvas.scene.scene import Scene
from ui.document.editor import Editor
from ui.document.selection import Selection
from ui.theme.palette import Theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


@dataclass(frozen=True)
class Pointer:
    """One mouse event: where it is in the view and in the scene, and what is held with it now."""

    view: QPointF
    scene: QPointF
    button: Qt.MouseButton
    buttons: Qt.MouseButton
    modifiers: Qt.KeyboardModifier

    def held(self, modifier: Qt.KeyboardModifier) -> bool:
        """Whether a modifier is held."""
        return bool(self.modifiers & modifier)

    def only(self, *modifiers: Qt.KeyboardModifier) -> bool:
        """Whether exactly these of Shift, Ctrl and Alt are held."""
        return all(self.held(m) == (m in modifiers) for m in (SHIFT, CTRL, ALT))


SNAP = 8.0
"""The grid that nodes fall on, in scene units."""


@dataclass
class Habits:
    """Settings of the canvas: `snap` in scene units, 0 is off; `motion` shows where commands move nodes."""

    snap: float = SNAP
    guides: bool = True
    heal: bool = True
    shake: bool = False
    motion: bool = False


@dataclass
class GestureContext:
    """The shared place of all gestures of one canvas."""

    editor: Editor
    scene: Scene
    camera: Camera
    theme: Theme
    text: TextPainter
    repaint: Callable[[], None]
    say: Callable[[str], None]
    search: Callable[[QPointF, DraggedLinks], None]
    finish: Callable[[], None]
    look: Highlights = field(default_factory=Highlights)
    moving: Moving = STILL
    habits: Habits = field(default_factory=Habits)
    on_shelf: Callable[[QPointF], bool] = lambda _view: False
    """Whether a point of the view lies on the rail where a subgraph's inputs stand."""
    expose: Callable[[PortRef], object] = lambda _port: None
    """Show a port of a node outside the subgraph."""
    glides: int = 0
    """So many milliseconds the next change of the graph is shown as motion."""

    @property
    def graph(self) -> Graph:
        """The graph as it stands."""
        return self.editor.graph

    @property
    def selection(self) -> Selection:
        """What is selected."""
        return self.editor.selection


class Gesture:
    """One thing a hand does, from the press to the release. `moved` and `released` return whether it goes on."""

    cursor: Qt.CursorShape | None = None

    def __init__(self, stage: GestureContext) -> None:
        self.stage = stage

    def pressed(self, pointer: Pointer) -> bool:
        """Another button went down meanwhile."""
        return True

    def moved(self, pointer: Pointer) -> bool:
        """The pointer moved."""
        return True

    def released(self, pointer: Pointer) -> bool:
        """The button went up."""
        return False

    @property
    def held(self) -> bool:
        """Whether it lasts only while the button that began it is down."""
        return True

    def wants(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Whether a key is for the gesture and not for the action that it calls otherwise."""
        return False

    def key(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """A key went down; whether the gesture took it."""
        return False

    def changed(self) -> bool:
        """The graph is another one; whether the gesture can go on, with what is still there."""
        return True

    def cancel(self) -> None:
        """Leave everything as it was before."""

    def paint(self, painter: QPainter) -> None:
        """Draw over the scene, in view coordinates."""
