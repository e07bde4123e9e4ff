"""A hand on the canvas: real presses, moves and releases at scene points, ports and nodes."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from nodegraph.edits.document import Document
from nodegraph.model.graph import Graph
from tests.ui.canvas.catalogue import SPECS
from ui.canvas.canvas import Canvas
from ui.canvas.interaction.dragged_links import DraggedLinks
from ui.document.editor import Editor
from ui.theme import DARK

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier

Where = QPointF | tuple[float, float]


class Hand:
    """Drives one canvas with mouse and keys."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.searches: list[tuple[QPointF, DraggedLinks | None]] = []
        self.said: list[str] = []
        canvas.search_requested.connect(lambda point, loose: self.searches.append((point, loose)))
        canvas.status.connect(self.said.append)
        canvas.editor.status.connect(self.said.append)

    @property
    def graph(self) -> Graph:
        return self.canvas.editor.document.graph

    def view(self, scene: Where) -> QPoint:
        """The view point over a scene point."""
        point = scene if isinstance(scene, QPointF) else QPointF(*scene)
        return self.canvas.camera.to_view(point).toPoint()

    def port(self, node: str, name: str, output: bool = False, index: int = 0) -> QPointF:
        return QPointF(*self.canvas.scene.nodes[node].port_at(name, output, index))

    def title(self, node: str) -> QPointF:
        box = self.canvas.scene.nodes[node]
        return QPointF(box.x + box.width / 2, box.y + box.layout.title / 2)

    def along(self, target: str, name: str, part: float) -> QPointF:
        """A point on the link into an input: 0 at its output, 1 at its input."""
        link = next(
            k for k in self.canvas.scene.links.values() if (k.key.target, k.key.input) == (target, name)
        )
        return link.path().pointAtPercent(part)

    def press(self, at: Where, button: Qt.MouseButton = LEFT, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.mousePress(self.canvas, button, modifiers, self.view(at))

    def move(self, at: Where, button: Qt.MouseButton = LEFT, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Move with a button held: QTest's own move knows no modifiers."""
        from PySide6.QtCore import QEvent
        from PySide6.QtGui import QMouseEvent

        point = QPointF(self.view(at))
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            point,
            self.canvas.mapToGlobal(point),
            Qt.MouseButton.NoButton,
            button,
            modifiers,
        )
        QApplication.sendEvent(self.canvas, event)

    def release(
        self, at: Where, button: Qt.MouseButton = LEFT, modifiers: Qt.KeyboardModifier = NONE
    ) -> None:
        QTest.mouseRelease(self.canvas, button, modifiers, self.view(at))

    def drag(
        self,
        start: Where,
        end: Where,
        button: Qt.MouseButton = LEFT,
        modifiers: Qt.KeyboardModifier = NONE,
        steps: int = 4,
    ) -> None:
        """Press, move in steps, release."""
        a = start if isinstance(start, QPointF) else QPointF(*start)
        b = end if isinstance(end, QPointF) else QPointF(*end)
        self.press(a, button, modifiers)
        for step in range(1, steps + 1):
            self.move(a + (b - a) * (step / steps), button, modifiers)
        self.release(b, button, modifiers)

    def click(self, at: Where, button: Qt.MouseButton = LEFT, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseClick(self.canvas, button, modifiers, self.view(at))

    def double_click(self, at: Where) -> None:
        QTest.mouseDClick(self.canvas, LEFT, NONE, self.view(at))

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.canvas, key, modifiers)


def make_canvas(graph: Graph) -> Canvas:
    """A canvas of 1,200 by 800 that shows a graph at 100 %, with 40 pixels before its corner."""
    editor = Editor(SPECS, Document(graph))
    canvas = Canvas(editor, DARK)
    editor.setParent(canvas)
    canvas.resize(1400, 900)
    canvas.camera.size = canvas.size().toSizeF()
    corner = canvas.scene.bounds().topLeft()
    canvas.camera.look_at((corner.x() - 40 + 700, corner.y() - 60 + 450, 1.0))
    return canvas
