"""What a screen reader finds on the canvas: a tree of nodes, with their ports and values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRect, QRectF
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget
from shiboken6 import Shiboken

from ui.canvas.accessibility.items import NodeReader, Part
from ui.canvas.interaction.gestures.inside import Inside
from ui.canvas.rendering.look import view_rect
from ui.canvas.scene.geometry import PortRef, Rect

if TYPE_CHECKING:
    from ui.canvas.canvas import Canvas


class CanvasReader(QAccessibleWidget):
    """The canvas as a tree of nodes; real widgets upon it, as a field that is typed in, come after them."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas, QAccessible.Role.Tree)
        self.canvas = canvas
        self.nodes: dict[str, NodeReader] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The ids of the nodes, in the order of the graph."""
        return tuple(self.canvas.scene.graph.nodes)

    def node(self, name: str) -> NodeReader:
        """What tells of one node."""
        found = self.nodes.get(name)
        if found is None or not Shiboken.isValid(found):
            found = self.nodes[name] = NodeReader(self, name)
        return found

    def childCount(self) -> int:
        """How many nodes there are, and widgets upon the canvas."""
        return len(self.names) + super().childCount()

    def child(self, index: int) -> QAccessibleInterface:
        """A node by its place in the graph, or one of the widgets after them."""
        names = self.names
        if 0 <= index < len(names):
            return self.node(names[index])
        return super().child(index - len(names))

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """The place of a node in the graph."""
        names = self.names
        if isinstance(child, NodeReader):
            return names.index(child.name) if child.name in names else -1
        index = super().indexOfChild(child)
        return index + len(names) if index >= 0 else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        """The node under a point of the screen."""
        at = self.canvas.mapFromGlobal(QPoint(x, y))
        found = self.canvas.hit(at.toPointF()).node if self.canvas.rect().contains(at) else None
        return self.node(found) if found else super().childAt(x, y)

    def focusChild(self) -> QAccessibleInterface:
        """The node that has the canvas's focus, or the port within it."""
        active = self.canvas.stage.selection.active
        if not self.canvas.hasFocus() or active not in self.canvas.scene.nodes:
            return super().focusChild()
        node, port = self.node(active), self.port()
        return node.port(port) if port is not None and port.node == active else node

    def port(self) -> PortRef | None:
        """The port that the focus is on, inside its node."""
        gesture = self.canvas.gesture
        return gesture.port if isinstance(gesture, Inside) else None

    def place(self, rect: Rect) -> QRect:
        """A rectangle of the scene on the screen."""
        shown = view_rect(self.canvas.camera, QRectF(*rect)).toRect()
        return QRect(self.canvas.mapToGlobal(shown.topLeft()), shown.size())

    def prune(self) -> None:
        """Forget the nodes that are gone."""
        for name in [name for name in self.nodes if name not in self.canvas.scene.graph.nodes]:
            self.nodes.pop(name).forget()


class Attention(QObject):
    """Tells screen readers where the focus of a canvas goes."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        if not _factories:
            _factories.append(_make)
            QAccessible.installFactory(_make)
        self._canvas = canvas
        canvas.editor.selection.changed.connect(self.tell)
        canvas.status.connect(self.tell)
        canvas.editor.changed.connect(self._prune)

    def tell(self, _text: str = "") -> None:
        """Say which node or port has the focus now."""
        reader = self._reader()
        now = reader.focusChild() if reader is not None else None
        if isinstance(now, Part):
            QAccessible.updateAccessibility(QAccessibleEvent(now, QAccessible.Event.Focus))

    def _prune(self) -> None:
        reader = self._reader()
        if reader is not None:
            reader.prune()

    def _reader(self) -> CanvasReader | None:
        found = QAccessible.queryAccessibleInterface(self._canvas) if QAccessible.isActive() else None
        return found if isinstance(found, CanvasReader) else None


_readers: list[CanvasReader] = []
"""Qt deletes what it was given; until then Python must not."""
_factories: list[Callable[..., CanvasReader | None]] = []


def _make(_key: str, thing: QObject) -> CanvasReader | None:
    from ui.canvas.canvas import Canvas

    if not isinstance(thing, Canvas):
        return None
    for reader in [reader for reader in _readers if not Shiboken.isValid(reader)]:
        _readers.remove(reader)
        for node in reader.nodes.values():
            node.forget()
    reader = CanvasReader(thing)
    _readers.append(reader)
    return reader
