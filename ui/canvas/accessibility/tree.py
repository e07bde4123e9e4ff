"""What a screen reader finds on the canvas: a tree of nodes, with their ports and values.

PySide6 lets a program describe what is there, its place, its state and where the focus is. It cannot hand
out an object's actions; those are done by keys on the canvas, or in the outline, which Qt makes accessible.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QObject, QPoint, QRect, QRectF
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget
from shiboken6 import Shiboken

from nodegraph.edits import SetParam
from nodegraph.model.spec import Param, Scalar
from ui.canvas.handled import Handled
from ui.canvas.interaction.gestures.inside import Inside
from ui.canvas.interaction.keyboard import described_port, ports_in_order, spoken
from ui.canvas.rendering.highlights import view_rect
from ui.canvas.scene.boxes import NodeBox
from ui.canvas.scene.geometry import PortRef, Rect
from ui.i18n.labels import format_value, label_of, read_value

ROLES = {
    "Bool": QAccessible.Role.CheckBox,
    "Int": QAccessible.Role.SpinBox,
    "Float": QAccessible.Role.SpinBox,
    "Text": QAccessible.Role.EditableText,
}
NOTHING = cast("QAccessibleInterface", None)
"""What Qt takes for no object at all."""
Text = QAccessible.Text


class Part(QAccessibleInterface):
    """Something painted: it has a place and a state, and no widget of its own."""

    def isValid(self) -> bool:
        """Whether it still is in the graph."""
        return False

    def object(self) -> QObject:
        """No widget."""
        return cast("QObject", None)

    def child(self, index: int) -> QAccessibleInterface:
        """Nothing inside."""
        return NOTHING

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        """Whatever inside has this point of the screen."""
        inside = [self.child(at) for at in range(self.childCount())]
        return next((found for found in inside if found.rect().contains(x, y)), NOTHING)

    def childCount(self) -> int:
        """Nothing inside."""
        return 0

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """Nothing inside."""
        return -1

    def setText(self, kind: Text, text: str) -> None:
        """It cannot be written."""


class NodeReader(Part):
    """One node: its name and values as a sentence, and its ports."""

    def __init__(self, canvas: CanvasReader, name: str) -> None:
        super().__init__()
        self._canvas = canvas
        self.name = name
        self._ports: dict[PortRef, PortReader] = {}

    @property
    def box(self) -> NodeBox | None:
        """The node on the canvas."""
        return self._canvas.canvas.scene.nodes.get(self.name)

    @property
    def refs(self) -> list[PortRef]:
        """Its ports, as the focus walks them."""
        box = self.box
        return ports_in_order(box) if box is not None else []

    def port(self, ref: PortRef) -> PortReader:
        """What tells of one port."""
        return self._ports.setdefault(ref, PortReader(self._canvas, self, ref))

    def forget(self) -> None:
        """The node is gone: what Qt remembers of it goes too."""
        for part in (*self._ports.values(), self):
            QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(part))

    def isValid(self) -> bool:
        """Whether the node is in the graph, and there is a canvas that shows it."""
        return Shiboken.isValid(self._canvas) and self.box is not None

    def parent(self) -> QAccessibleInterface:
        """The canvas."""
        return self._canvas

    def childCount(self) -> int:
        """How many ports there are."""
        return len(self.refs)

    def child(self, index: int) -> QAccessibleInterface:
        """A port."""
        refs = self.refs
        return self.port(refs[index]) if 0 <= index < len(refs) else NOTHING

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """The place of a port."""
        refs = self.refs
        return refs.index(child.ref) if isinstance(child, PortReader) and child.ref in refs else -1

    def rect(self) -> QRect:
        """Its place on the screen."""
        box = self.box
        return self._canvas.place((box.x, box.y, box.width, box.height)) if box is not None else QRect()

    def role(self) -> QAccessible.Role:
        """A branch of the tree."""
        return QAccessible.Role.TreeItem

    def state(self) -> QAccessible.State:
        """Selected, focused, folded, running, wrong."""
        state, canvas, box = QAccessible.State(), self._canvas.canvas, self.box
        selection = canvas.stage.selection
        state.focusable = state.selectable = state.multiSelectable = True
        state.selected = self.name in selection.nodes
        state.focused = canvas.hasFocus() and selection.active == self.name and self._canvas.port() is None
        state.collapsed = box is not None and box.node.collapsed
        state.expanded = not state.collapsed
        state.busy = canvas.state.of(self.name).status == "running"
        state.invalid = bool(canvas.state.problems(self.name))
        return state

    def text(self, kind: Text) -> str:
        """Its title; as its description how it stands among the others."""
        box = self.box
        if box is None:
            return ""
        if kind == Text.Name:
            return box.node.title or box.spec.title
        if kind == Text.Description:
            return spoken(self._canvas.canvas.scene, self.name)
        return box.spec.help if kind == Text.Help else ""


class PortReader(Part):
    """One port of a node, or a parameter with its value."""

    def __init__(self, canvas: CanvasReader, node: NodeReader, ref: PortRef) -> None:
        super().__init__()
        self._canvas = canvas
        self._node = node
        self.ref = ref

    @property
    def param(self) -> Param | None:
        """The parameter, where its value is set here and comes over no link."""
        box = self._node.box
        if box is None or self.ref.output or (self.ref.name, 0) in box.linked_in:
            return None
        return box.spec.param(self.ref.name)

    def isValid(self) -> bool:
        """Whether the port is there."""
        return self._node.isValid() and self.ref in self._node.refs

    def parent(self) -> QAccessibleInterface:
        """The node."""
        return self._node

    def rect(self) -> QRect:
        """Its row on the screen."""
        box = self._node.box
        if box is None:
            return QRect()
        y = box.port_at(self.ref.name, self.ref.output, self.ref.index)[1]
        half = box.width if self.param is not None else box.width / 2
        left = box.x + box.width - half if self.ref.output else box.x
        return self._canvas.place((left, y - 10.0, half, 20.0))

    def role(self) -> QAccessible.Role:
        """A field where there is a value, else a leaf of the tree."""
        param = self.param
        if param is None:
            return QAccessible.Role.TreeItem
        return QAccessible.Role.ComboBox if param.choices else ROLES.get(param.type, ROLES["Text"])

    def state(self) -> QAccessible.State:
        """Focused, ticked, wrong."""
        state, param = QAccessible.State(), self.param
        state.focusable = True
        state.focused = self._canvas.port() == self.ref
        state.editable = param is not None
        state.invalid = self.ref.name in self._canvas.canvas.state.problems(self.ref.node)
        if param is not None and param.type == "Bool":
            state.checkable = True
            state.checked = bool(self._value(param))
        return state

    def text(self, kind: Text) -> str:
        """Its name, its value, and as its description type and links."""
        param = self.param
        if kind == Text.Name:
            return label_of(self.ref.name)
        if kind == Text.Value:
            return format_value(param, self._value(param)) if param is not None else ""
        if kind == Text.Description and self.isValid():
            return described_port(self._canvas.canvas.scene, self.ref)
        return param.help if param is not None and kind == Text.Help else ""

    def setText(self, kind: Text, text: str) -> None:
        """Take another value, as typed."""
        param = self.param
        value = read_value(param, text) if param is not None and kind == Text.Value else None
        if value is not None:
            self._canvas.canvas.editor.apply(SetParam(self.ref.node, self.ref.name, value))

    def _value(self, param: Param) -> Scalar:
        box = self._node.box
        return box.node.params.get(param.name, param.default) if box is not None else param.default


class CanvasReader(QAccessibleWidget):
    """The canvas as a tree of nodes; real widgets upon it, as a field that is typed in, come after them."""

    def __init__(self, canvas: Handled) -> None:
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

    def __init__(self, canvas: Handled) -> None:
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
    if not isinstance(thing, Handled):
        return None
    for reader in [reader for reader in _readers if not Shiboken.isValid(reader)]:
        _readers.remove(reader)
        for node in reader.nodes.values():
            node.forget()
    reader = CanvasReader(thing)
    _readers.append(reader)
    return reader
