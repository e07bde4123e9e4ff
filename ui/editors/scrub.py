"""Scrubbing: a number follows the hand sideways, past the screen's edge, as one step of undo."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QGuiApplication, QPainter

from ui.canvas.interaction.gesture_context import Gesture, GestureContext, Pointer
from ui.canvas.interaction.gestures.move_nodes import MoveNodes
from ui.canvas.rendering.label import paint_label
from ui.canvas.scene.geometry import PortRef
from ui.canvas.scene.hit import Hit
from ui.document.numbers import fine_of, limited, on_grid, snap_of, step_of
from ui.editors.binding import Binding, EditTransaction
from ui.i18n.labels import format_value, label_of
from ui.i18n.translate import tr

DEAD_ZONE = 4
"""Pixels a hand may shake in a click."""
PIXELS_PER_STEP = 3.0
EDGE = 2
"""Pixels from the screen's edge at which the pointer comes in again on the other side."""


class Pull:
    """The number that a hand pulls: Shift goes a tenth as fast, Ctrl snaps to coarse steps."""

    def __init__(self, binding: Binding) -> None:
        self._binding = binding
        self._try = EditTransaction(binding)
        value = binding.value
        self._exact = float(value) if not isinstance(value, str) else 0.0
        self._whole = int(value) if isinstance(value, int) else 0
        self._offset = 0.0
        self._last = 0.0
        self._warped: float | None = None

    def start(self, x: float) -> None:
        """From here on the hand's way counts; global pixels."""
        self._last = x

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The hand is here now; global pixels."""
        way = at.x() - self._last
        if self._warped is not None:
            way = min(way, at.x() - self._warped, key=abs)
        self._last, self._warped = at.x(), None
        self._go(way, modifiers)
        self._wrap(at)

    def cancel(self) -> None:
        """Leave the number as it was."""
        self._try.take_back()

    def _go(self, way: float, modifiers: Qt.KeyboardModifier) -> None:
        param = self._binding.param
        fine = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        snap = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        steps = way / PIXELS_PER_STEP * (0.1 if fine else 1.0)
        self._offset += steps * step_of(param)
        grid = snap_of(param) if snap else fine_of(param) if fine else step_of(param)
        start = self._whole if param.type == "Int" else self._exact
        raw = start + (round(self._offset) if param.type == "Int" else self._offset)
        value = limited(param, raw)
        if value != raw:
            # At a limit the way does not pile up: turning round works at once.
            self._offset = float(value - start)
        self._try.set(on_grid(param, value, grid) if value == raw else value)

    def _wrap(self, at: QPointF) -> None:
        """Bring the pointer in from the other side of the screen; `_warped` says where it then is."""
        screen = QGuiApplication.screenAt(at.toPoint()) or QGuiApplication.primaryScreen()
        area = screen.geometry()
        if at.x() <= area.left() + EDGE:
            x = area.right() - EDGE - 1
        elif at.x() >= area.right() - EDGE:
            x = area.left() + EDGE + 1
        else:
            return
        QCursor.setPos(QPoint(x, round(at.y())))
        self._warped = float(x)


class RowPress(Gesture):
    """A press on a parameter's row: sideways it scrubs a number, elsewhere it moves the node; a click chooses.

    Dragged on the rail of a subgraph's inputs it exposes the parameter.

    `clicked` is called where neither happened.
    """

    def __init__(
        self,
        stage: GestureContext,
        start: Pointer,
        hit: Hit,
        binding: Binding,
        scrubs: bool,
        clicked: Callable[[Binding], None],
        to_global: Callable[[QPointF], QPointF],
    ) -> None:
        super().__init__(stage)
        self._start = start
        self._hit = hit
        self._binding = binding
        self._scrubs = scrubs
        self._clicked = clicked
        self._to_global = to_global
        self._pull: Pull | None = None
        self._move: MoveNodes | None = None
        self._at = start.view
        self._on_shelf = False
        self.cursor = Qt.CursorShape.SizeHorCursor if scrubs else None

    def wants(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Keys of the move."""
        return self._move is not None and self._move.wants(key, modifiers)

    def changed(self) -> bool:
        """It ends with its node; its own steps change the graph too."""
        if self._move is not None:
            return self._move.changed()
        return self._hit.node in self.stage.graph.nodes

    def pressed(self, pointer: Pointer) -> bool:
        """Another button: goes to the drag."""
        return self._move is None or self._move.pressed(pointer)

    def moved(self, pointer: Pointer) -> bool:
        """Find out what the hand is up to, then do it."""
        self._at = pointer.view
        if self._shelved(pointer):
            return True
        if self._move is not None:
            return self._move.moved(pointer)
        if self._pull is not None:
            self._pull.move(self._to_global(pointer.view), pointer.modifiers)
            return True
        way = pointer.view - self._start.view
        if self._scrubs and abs(way.x()) >= DEAD_ZONE and abs(way.x()) >= abs(way.y()):
            self.stage.selection.set([self._hit.node])
            self._pull = Pull(self._binding)
            self._pull.start(self._to_global(pointer.view).x())
        elif way.manhattanLength() >= DEAD_ZONE * (2 if self._scrubs else 1):
            self.cursor = None
            self._move = MoveNodes(self.stage, self._start, self._hit)
            return self._move.moved(pointer)
        return True

    def released(self, pointer: Pointer) -> bool:
        """The hand is done."""
        if self._on_shelf:
            self.stage.expose(PortRef(self._hit.node, self._binding.param.name, False))
            return False
        if self._move is not None:
            return self._move.released(pointer)
        if self._pull is None:
            self.stage.selection.set([self._hit.node])
            self._clicked(self._binding)
        return False

    def _shelved(self, pointer: Pointer) -> bool:
        """Over the rail of a subgraph's inputs the row is what is dragged: value and node go back."""
        self._on_shelf = self.stage.on_shelf(pointer.view)
        if self._on_shelf:
            self.cancel()
            self._move = self._pull = None
            self.stage.repaint()
        return self._on_shelf

    def key(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Keys of the move."""
        return self._move is not None and self._move.key(key, modifiers)

    def cancel(self) -> None:
        """Leave everything as it was."""
        if self._move is not None:
            self._move.cancel()
        if self._pull is not None:
            self._pull.cancel()

    def paint(self, painter: QPainter) -> None:
        """What is dragged; far away, where the row cannot be read, the number at the hand."""
        if self._on_shelf:
            text = tr("Canvas", "Expose {name}").format(name=label_of(self._binding.param.name))
            paint_label(painter, self.stage, self._at + QPointF(14, 14), text)
        if self._move is not None:
            self._move.paint(painter)
        if self._pull is not None and self.stage.camera.zoom < 0.6:
            text = format_value(self._binding.param, self._binding.value)
            paint_label(painter, self.stage, self._at + QPointF(14, 14), text)
