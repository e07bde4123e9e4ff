"""The tree behind the outline: nodes first, their ports and parameters made when they are opened."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QStandardItem, QStandardItemModel

from nodegraph.edits import SetParam, SetTitle
from nodegraph.model.diff import diff
from nodegraph.model.graph import Graph, Node
from nodegraph.model.note_images import first_line
from nodegraph.model.spec import NodeSpec, Param
from nodegraph.subgraphs.expand import is_instance
from nodegraph.subgraphs.lookup import spec_of
from ui.document.editor import Editor
from ui.i18n.labels import read_value, write_value
from ui.i18n.translate import plain
from ui.panels.outline.text import Ref, feeds, label, linked_from
from ui.search.find.query import node_title
from ui.theme import category_color, type_color
from ui.theme.appearance import Appearance
from ui.theme.icons import icon

Index = QModelIndex | QPersistentModelIndex
Cells = tuple[QStandardItem, QStandardItem]
"""The two columns of a row: the name, and the value."""
KIND = Qt.ItemDataRole.UserRole + 1
"""What a row is: "node", "input", "param", "output", "frame" or "note"."""
ID = Qt.ItemDataRole.UserRole + 2
"""The node's, frame's or note's id."""
NAME = Qt.ItemDataRole.UserRole + 3
"""The port's or parameter's name."""


class OutlineModel(QStandardItemModel):
    """Two columns: what it is, and its value or where it is linked. Values and titles can be edited."""

    refilling, refilled = Signal(), Signal()
    """The rows of a node are about to be made anew, and have been."""

    def __init__(self, editor: Editor, look: Appearance, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._look = look
        self._rows: dict[tuple[str, str], QStandardItem] = {}
        self._filled: set[str] = set()
        self._changing = False
        self.setHorizontalHeaderLabels([self.tr("Name"), self.tr("Value")])
        editor.changed.connect(self._changed)
        self._add(editor.graph)

    def row_of(self, kind: str, id: str) -> QModelIndex:
        """Where a node, frame or note stands."""
        item = self._rows.get((kind, id))
        return item.index() if item else QModelIndex()

    def port_row(self, node: str, name: str, kind: str) -> QModelIndex:
        """Where a port or parameter stands; its node is opened for that."""
        parent = self._rows.get(("node", node))
        if parent is None:
            return QModelIndex()
        self._fill(parent, node)
        rows = (parent.child(row) for row in range(parent.rowCount()))
        found = (row for row in rows if row.data(NAME) == name and row.data(KIND) == kind)
        return next((row.index() for row in found), QModelIndex())

    def port(self, index: Index) -> Ref | None:
        """The port that a row is; None for other rows."""
        index = index.sibling(index.row(), 0)
        kind = index.data(KIND)
        if kind not in ("input", "param", "output"):
            return None
        return Ref(index.data(ID), index.data(NAME), kind == "output")

    def hasChildren(self, parent: Index | None = None) -> bool:
        """Nodes have ports and parameters."""
        if parent is None or not parent.isValid():
            return True
        return self._unopened(parent) or super().hasChildren(parent)

    def canFetchMore(self, parent: Index) -> bool:
        """Whether a node has not been opened yet."""
        return not self._changing and self._unopened(parent)

    def _unopened(self, index: Index) -> bool:
        node = index.column() == 0 and index.data(KIND) == "node"
        return node and index.data(ID) not in self._filled

    def fetchMore(self, parent: Index) -> None:
        """Make the rows of a node."""
        item = self.itemFromIndex(parent)
        if item is not None:
            self._fill(item, parent.data(ID))

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Take a typed title or value as an edit of the document; the row follows the document."""
        if role != Qt.ItemDataRole.EditRole:
            return super().setData(index, value, role)
        first = index.sibling(index.row(), 0)
        node = first.data(ID)
        if index.column() == 0:
            return self._editor.apply(SetTitle(node, str(value).strip()))
        param = self._param(node, first.data(NAME))
        read = read_value(param, str(value)) if param else None
        if read is None:
            self._editor.status.emit(
                self.tr("“{text}” is no value for {name}.").format(text=value, name=first.data(NAME))
            )
            return False
        return self._editor.apply(SetParam(node, first.data(NAME), read))

    def _param(self, node: str, name: str) -> Param | None:
        spec = self._spec(self._editor.graph.nodes[node])
        return spec.param(name) if spec else None

    def _spec(self, node: Node) -> NodeSpec | None:
        return spec_of(self._editor.graph, node.type, self._editor.specs)

    def _changed(self, old: Graph, new: Graph) -> None:
        self._changing = True
        self._follow(old, new)
        self._changing = False

    def _follow(self, old: Graph, new: Graph) -> None:
        changes = diff(old, new)
        self._remove("node", changes.removed)
        self._remove("frame", (id for id in changes.frames if id not in new.frames))
        self._remove("note", (id for id in changes.notes if id not in new.notes))
        fresh = self._add(new)
        touched = {*changes.changed, *changes.added}
        for id in changes.subgraphs and [id for id in self._filled if is_instance(new.nodes[id].type)]:
            self._refill(new.nodes[id])
        touched |= {link.source.node for id in touched for link in _links(old, new, id)}
        touched |= {link.target for id in touched for link in new.consumers.get(id, ())}
        touched |= {link.source.node for id in changes.removed for link in old.nodes[id].links()}
        for id in (touched & new.nodes.keys()) - fresh:
            self._write_node(new.nodes[id])
        for id in changes.frames & new.frames.keys():
            self._rows["frame", id].setText(new.frames[id].title or self.tr("Frame"))
        for id in changes.notes & new.notes.keys():
            self._rows["note", id].setText(first_line(new.notes[id].text) or self.tr("Note"))

    def _refill(self, node: Node) -> None:
        """The subgraph of an opened node has changed, and shows other ports or the same in another order."""
        item, spec = self._rows["node", node.id], self._spec(node)
        rows = [item.child(row).data(NAME) for row in range(item.rowCount())]
        if spec is None or rows == [part.name for part in (*spec.inputs, *spec.outputs)]:
            self._write_rows(item, node, spec)
            return
        self.refilling.emit()
        self._filled.discard(node.id)
        item.removeRows(0, item.rowCount())
        self._fill(item, node.id)
        self.refilled.emit()

    def _remove(self, kind: str, ids: Iterable[str]) -> None:
        for id in ids:
            item = self._rows.pop((kind, id), None)
            self._filled.discard(id)
            if item is not None:
                self.removeRow(item.row())

    def _add(self, graph: Graph) -> set[str]:
        """Add and write the rows that are missing, all at once; the nodes among them."""
        fresh = {id: node for id, node in graph.nodes.items() if ("node", id) not in self._rows}
        rows: list[Cells] = []
        for id, node in fresh.items():
            cells = self._cells("node", id)
            self._describe_node(cells, node)
            rows.append(cells)
        for id, frame in graph.frames.items():
            if ("frame", id) not in self._rows:
                rows.append(self._cells("frame", id, frame.title or self.tr("Frame")))
        for id, note in graph.notes.items():
            if ("note", id) not in self._rows:
                rows.append(self._cells("note", id, first_line(note.text) or self.tr("Note")))
        if rows:
            # One insertion: at each one the views move every row that is selected, and at each changed cell they
            # look through all rows for it. They ask for the second column when they paint what was inserted.
            first = self.rowCount()
            self.invisibleRootItem().appendRows([name for name, _ in rows])
            with QSignalBlocker(self):
                for row, (_, value) in enumerate(rows, first):
                    self.setItem(row, 1, value)
        return set(fresh)

    def _cells(self, kind: str, id: str, text: str = "") -> Cells:
        """A row that is not in the model yet."""
        muted = self._look.theme.muted
        item, value = QStandardItem(icon(kind, muted), text), QStandardItem("")
        item.setData(kind, KIND)
        item.setData(id, ID)
        item.setEditable(kind == "node")
        value.setEditable(False)
        value.setForeground(QColor(muted))
        self._rows[kind, id] = item
        return item, value

    def _write_node(self, node: Node) -> None:
        item = self._rows["node", node.id]
        self._describe_node((item, self.item(item.row(), 1)), node)
        if node.id in self._filled:
            self._write_rows(item, node, self._spec(node))

    def _describe_node(self, cells: Cells, node: Node) -> None:
        (item, value), spec = cells, self._spec(node)
        item.setText(node_title(node, spec))
        category = category_color(self._look.theme, spec.category).name() if spec else self._look.theme.error
        item.setIcon(icon("node" if spec else "warning", category))
        states = {"mute": self.tr("muted"), "bypass": self.tr("bypassed"), "run": ""}
        state = states[node.mode] if spec else self.tr("type {type} is missing").format(type=node.type)
        value.setText(state or node.id)
        item.setData(f"{item.text()}, {value.text()}", Qt.ItemDataRole.AccessibleTextRole)

    def _fill(self, item: QStandardItem, id: str) -> None:
        node = self._editor.graph.nodes.get(id)
        if id in self._filled or node is None:
            return
        self._filled.add(id)
        spec = self._spec(node)
        theme = self._look.theme
        for socket in spec.sockets if spec else ():
            self._child(item, "input", socket.name, type_color(theme, socket.type).name())
        for param in spec.params if spec else ():
            self._child(item, "param", param.name, theme.muted)
        for output in spec.outputs if spec else ():
            self._child(item, "output", output.name, type_color(theme, output.type).name())
        self._write_rows(item, node, spec)

    def _child(self, parent: QStandardItem, kind: str, name: str, color: str) -> None:
        item, value = QStandardItem(icon(kind, color), label(name)), QStandardItem("")
        item.setData(kind, KIND)
        item.setData(parent.data(ID), ID)
        item.setData(name, NAME)
        item.setEditable(False)
        parent.appendRow([item, value])

    def _write_rows(self, parent: QStandardItem, node: Node, spec: NodeSpec | None) -> None:
        graph, specs = self._editor.graph, self._editor.specs
        spoken = {"input": self.tr("input"), "param": self.tr("parameter"), "output": self.tr("output")}
        for row in range(parent.rowCount()):
            item, value = parent.child(row, 0), parent.child(row, 1)
            kind, name = item.data(KIND), item.data(NAME)
            if kind == "output":
                text = feeds(graph, specs, node.id, name)
                text = f"→ {text}" if text else ""
            else:
                text = linked_from(graph, specs, node, name)
                text = f"← {text}" if text else ""
            param = spec.param(name) if spec and kind == "param" else None
            value.setEditable(param is not None and not text)
            if param is not None and not text:
                text = write_value(param, node.params.get(name, param.default))
            value.setText(text)
            value.setToolTip(plain(text))
            item.setData(f"{spoken[kind]} {item.text()}, {text}", Qt.ItemDataRole.AccessibleTextRole)


def _links(old: Graph, new: Graph, id: str) -> list:  # type: ignore[type-arg]
    nodes = (graph.nodes[id] for graph in (old, new) if id in graph.nodes)
    return [link for node in nodes for link in node.links()]
