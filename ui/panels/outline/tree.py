"""The outline panel: the tree with its filter, its keys and its menu."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QLineEdit, QMenu, QTreeView, QVBoxLayout, QWidget

from nodegraph.edits import Batch, Connect, Disconnect, Edit, RemoveFrames, RemoveNodes, RemoveNotes, SetMode
from nodegraph.model.graph import Mode, Source
from nodegraph.subgraphs.lookup import spec_of
from ui.document.editor import Editor
from ui.document.exposed_parameter import Exposed
from ui.panels.exposure.menu import add_exposure
from ui.panels.outline.model import ID, KIND, OutlineModel
from ui.panels.outline.text import Ref, label, links_at, partners, title_of
from ui.search.find.query import find
from ui.search.rank import Entry, rank
from ui.theme import type_color
from ui.theme.appearance import Appearance
from ui.widgets.popup import ChoicePopup, Row


class Outline(QWidget):
    """Shows one document. Enter goes there (or connects a port), F2 renames, Delete deletes or disconnects."""

    show_asked = Signal(str)
    """A node to look at on the canvas."""

    def __init__(self, editor: Editor, look: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._look = look
        self._syncing = False
        self.model = OutlineModel(editor, look, self)
        self.filter = QLineEdit(self)
        self.filter.setPlaceholderText(self.tr("Filter, as type:KSampler steps>20"))
        self.filter.setAccessibleName(self.tr("Filter the outline"))
        self.filter.setClearButtonEnabled(True)
        self.tree = self._make_tree()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 8, 0, 0)
        box.setSpacing(8)
        line = QHBoxLayout()
        line.setContentsMargins(8, 0, 8, 0)
        line.addWidget(self.filter)
        box.addLayout(line)
        box.addWidget(self.tree, 1)
        self._stood: tuple[str, Ref] | None = None
        self.model.refilling.connect(self._note)
        self.model.refilled.connect(self._return)
        self.filter.textChanged.connect(self._filter)
        editor.selection.changed.connect(self._follow)
        editor.changed.connect(self._refilter)
        self._follow()

    def _make_tree(self) -> QTreeView:
        tree = QTreeView(self)
        tree.setModel(self.model)
        tree.setAccessibleName(self.tr("Outline of the workflow"))
        tree.setUniformRowHeights(True)
        tree.setIndentation(16)
        tree.setSelectionMode(QTreeView.SelectionMode.ExtendedSelection)
        tree.setEditTriggers(QTreeView.EditTrigger.EditKeyPressed)
        tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        tree.customContextMenuRequested.connect(self._menu_at)
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        tree.header().setStretchLastSection(True)
        tree.header().resizeSection(0, 174)
        tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        tree.installEventFilter(self)
        tree.doubleClicked.connect(self.activate)
        tree.selectionModel().selectionChanged.connect(self._select)
        return tree

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Enter and Delete on the tree."""
        if watched is not self.tree or self.tree.state() == QTreeView.State.EditingState:
            return False
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.activate(self.tree.currentIndex())
                return True
            if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
                self.delete()
                return True
            if event.key() == Qt.Key.Key_Menu:
                self._menu_at(self.tree.visualRect(self.tree.currentIndex()).center())
                return True
        return False

    def activate(self, index: QModelIndex) -> None:
        """Look at a node, connect a port, edit a parameter."""
        port = self.model.port(index)
        value = index.siblingAtColumn(1)
        if port is None:
            if index.siblingAtColumn(0).data(KIND) == "node":
                self.show_asked.emit(index.siblingAtColumn(0).data(ID))
        elif value.flags() & Qt.ItemFlag.ItemIsEditable:
            self.tree.edit(value)
        else:
            self.connect_port(port)

    def connect_port(self, port: Ref) -> None:
        """Choose what a port is linked to, by name."""
        popup = PartnerPopup(self.window(), self._look, self._editor, port)
        popup.linked.connect(self._connect)
        popup.given_up.connect(self.tree.setFocus)
        popup.open_at(None, popup.sizeHint().expandedTo(popup.minimumSizeHint()))

    def _connect(self, source: Ref, target: Ref) -> None:
        self._editor.apply(connection(self._editor, source, target))
        self.tree.setFocus()

    def delete(self) -> None:
        """Delete the selected nodes, frames and notes, or the links at the selected ports."""
        graph, edits = self._editor.graph, list[Edit]()
        rows = self.tree.selectionModel().selectedRows()
        nodes = tuple(row.data(ID) for row in rows if row.data(KIND) == "node")
        if nodes:
            edits.append(RemoveNodes(nodes))
        frames = tuple(row.data(ID) for row in rows if row.data(KIND) == "frame")
        notes = tuple(row.data(ID) for row in rows if row.data(KIND) == "note")
        edits += [RemoveFrames(frames)] if frames else []
        edits += [RemoveNotes(notes)] if notes else []
        ports = [port for row in rows if (port := self.model.port(row)) is not None]
        links = [link for port in ports if port.node not in nodes for link in links_at(graph, port)]
        if links:
            edits.insert(0, Disconnect(tuple(links)))
        if edits:
            title = edits[0].title if len(edits) == 1 else self.tr("Delete selection")
            self._editor.apply(Batch(tuple(edits), title))

    def menu(self) -> QMenu:
        """What can be done with the selected rows."""
        menu = QMenu(self)
        index = self.tree.currentIndex()
        port = self.model.port(index)
        kind = index.siblingAtColumn(0).data(KIND)
        if port is not None:
            menu.addAction(self.tr("Connect…"), lambda: self.connect_port(port))
            disconnect = menu.addAction(self.tr("Disconnect"), self.delete)
            disconnect.setEnabled(bool(links_at(self._editor.graph, port)))
            exposed = None if port.output else Exposed.of(self._editor, port.node, port.name)
            if exposed is not None:
                add_exposure(menu, exposed, self)
        elif kind == "node":
            menu.addAction(self.tr("Show on canvas"), lambda: self.activate(index))
            menu.addAction(self.tr("Rename"), lambda: self.tree.edit(index.siblingAtColumn(0)))
            menu.addAction(self.tr("Mute"), lambda: self._toggle("mute"))
            menu.addAction(self.tr("Bypass"), lambda: self._toggle("bypass"))
        if port is None and kind:
            menu.addAction(self.tr("Delete"), self.delete)
        return menu

    def _menu_at(self, place: QPoint) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if menu.actions():
            menu.popup(self.tree.viewport().mapToGlobal(place))

    def _toggle(self, mode: Mode) -> None:
        nodes = tuple(sorted(self._editor.selection.nodes))
        if not nodes:
            return
        off = all(self._editor.graph.nodes[name].mode == mode for name in nodes)
        self._editor.apply(SetMode(nodes, "run" if off else mode))

    def _select(self) -> None:
        if self._syncing:
            return
        rows = self.tree.selectionModel().selectedRows()
        chosen: dict[str, set[str]] = {"node": set(), "frame": set(), "note": set()}
        for row in rows:
            kind = row.data(KIND)
            chosen[kind if kind in chosen else "node"].add(row.data(ID))
        self._syncing = True
        self._editor.selection.set(chosen["node"], (), chosen["frame"], chosen["note"])
        self._syncing = False

    def _follow(self) -> None:
        if self._syncing:
            return
        selection = self._editor.selection
        wanted = [("node", id) for id in selection.nodes] + [("frame", id) for id in selection.frames]
        wanted += [("note", id) for id in selection.notes]
        rows = self._ranges(self.model.row_of(kind, id).row() for kind, id in wanted)
        flags = QItemSelectionModel.SelectionFlag
        self._syncing = True
        self.tree.selectionModel().select(rows, flags.ClearAndSelect | flags.Rows)
        if selection.active:
            index = self.model.row_of("node", selection.active)
            self.tree.selectionModel().setCurrentIndex(index, flags.NoUpdate)
            self.tree.scrollTo(index)
        self._syncing = False

    def _ranges(self, rows: Iterable[int]) -> QItemSelection:
        """Rows of the top level as few ranges: Qt's work grows with the square of their number."""
        found = sorted(row for row in rows if row >= 0)
        ranges = QItemSelection()
        for _, run in groupby(enumerate(found), lambda item: item[1] - item[0]):
            numbers = [row for _, row in run]
            last = self.model.columnCount() - 1
            ranges.append(
                QItemSelectionRange(self.model.index(numbers[0], 0), self.model.index(numbers[-1], last))
            )
        return ranges

    def _note(self) -> None:
        index = self.tree.currentIndex()
        port = self.model.port(index)
        self._stood = (index.siblingAtColumn(0).data(KIND), port) if port is not None else None

    def _return(self) -> None:
        """Stand where one stood, though the row is another."""
        if self._stood is None:
            return
        kind, port = self._stood
        index = self.model.port_row(port.node, port.name, kind)
        if index.isValid():
            flags = QItemSelectionModel.SelectionFlag
            self.tree.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)

    def _refilter(self) -> None:
        if self.filter.text():
            self._filter(self.filter.text())

    def _filter(self, text: str) -> None:
        hits = {(hit.kind, hit.id) for hit in find(text, self._editor.graph, self._editor.specs)}
        for row in range(self.model.rowCount()):
            index = self.model.index(row, 0)
            shown = not text.strip() or (index.data(KIND), index.data(ID)) in hits
            self.tree.setRowHidden(row, QModelIndex(), not shown)


def connection(editor: Editor, source: Ref, target: Ref) -> Connect:
    """The edit that links an output to an input; a variadic input takes it as one more."""
    spec = spec_of(editor.graph, editor.graph.nodes[target.node].type, editor.specs)
    socket = spec.socket(target.name) if spec else None
    index = None if socket is not None and socket.variadic else 0
    return Connect(Source(source.node, source.name), target.node, target.name, index)


class PartnerPopup(ChoicePopup):
    """Lists the ports that a port can be linked with."""

    linked = Signal(object, object)
    """The output and the input, as Refs."""

    def __init__(self, parent: QWidget, look: Appearance, editor: Editor, port: Ref) -> None:
        graph, specs = editor.graph, editor.specs
        self._port = port
        self._found = {f"{ref.node}.{ref.name}": ref for ref in partners(graph, specs, port)}
        self._entries = [
            Entry(id, f"{title_of(graph, specs, ref.node)} › {label(ref.name)}", (id,))
            for id, ref in self._found.items()
        ]
        self._specs, self._graph = specs, graph
        super().__init__(
            parent, look, self.tr("Connect"), self.tr("Connect {port} with…").format(port=label(port.name))
        )
        self.chosen.connect(self._link)
        self.setMinimumSize(420, 320)

    def rows_for(self, query: str) -> Sequence[Row]:
        """The ports by name."""
        from ui.search.add_node.insert import port_type

        rows = []
        for match in rank(query, self._entries, limit=200):
            ref = self._found[match.entry.id]
            kind = port_type(self._graph, self._specs, ref) or ""
            color = type_color(self.look.theme, kind).name()
            rows.append(
                Row(
                    match.entry.id,
                    match.entry.title,
                    hint=kind,
                    icon="output" if ref.output else "input",
                    color=color,
                )
            )
        return rows

    def _link(self, id: str, other: bool) -> None:
        found = self._found[id]
        self.linked.emit(*((self._port, found) if self._port.output else (found, self._port)))
