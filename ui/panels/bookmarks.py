"""Nine places in a document: set with Ctrl+1..9, recalled with 1..9."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QLabel, QListView, QVBoxLayout, QWidget

from nodegraph.edits import Batch, SetView
from nodegraph.model.graph import Graph
from ui.document.editor import Editor
from ui.search.find.query import node_title
from ui.theme import category_color
from ui.theme.appearance import Appearance
from ui.widgets.popup.rows import Row, RowPainter, Rows

if TYPE_CHECKING:
    from ui.context import WindowContext

KEY = "bookmarks"


def bookmarks(graph: Graph) -> dict[int, str]:
    """Number -> node of every bookmark whose node is still there."""
    kept = graph.view.get(KEY)
    if not isinstance(kept, Mapping):
        return {}
    found = {int(number): node for number, node in kept.items() if str(number).isdigit()}
    return {number: node for number, node in sorted(found.items()) if node in graph.nodes}


def set_bookmark(graph: Graph, number: int, node: str, title: str) -> Batch:
    """The edit that puts a bookmark on a node, or takes it away where it is there already."""
    kept = {key: value for key, value in bookmarks(graph).items() if value != node}
    if bookmarks(graph).get(number) != node:
        kept[number] = node
    marks = {str(key): value for key, value in sorted(kept.items())}
    return Batch((SetView({**graph.view, KEY: marks}),), title)


def go_or_set(window: WindowContext, verb: str, number: int) -> None:
    """Set bookmark `number` on the selected node, go to it, or (verb "next") go to the next one."""
    view = window.view
    if view is None:
        return
    editor, tr = view.editor, window.tr
    kept = bookmarks(editor.graph)
    if verb == "set" and view.levels.inner:
        window.say(tr("Bookmarks are for nodes outside subgraphs; press Esc to leave this one first."))
    elif verb == "set" and editor.selection.active:
        title = tr("Set bookmark {number}").format(number=number)
        editor.apply(set_bookmark(editor.graph, number, editor.selection.active, title))
    elif verb == "go" and number in kept:
        window.show_outside(kept[number])
    elif verb == "next" and kept:
        nodes = list(kept.values())
        now = editor.selection.active
        at = nodes.index(now) + 1 if now in nodes else 0
        window.show_outside(nodes[at % len(nodes)])
    elif verb != "set":
        window.say(tr("There is no such bookmark. Select a node and press Ctrl with a digit to set one."))


class Bookmarks(QWidget):
    """Lists the bookmarks of one document."""

    show_asked = Signal(str)

    def __init__(self, editor: Editor, look: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._look = look
        self._rows = Rows(self)
        self.list = QListView(self)
        self.list.setModel(self._rows)
        self.list.setItemDelegate(RowPainter(look, self.list))
        self.list.setAccessibleName(self.tr("Bookmarks"))
        self.empty = QLabel(
            self.tr("Select a node and press Ctrl+1 to 9; the digit alone comes back to it."), self
        )
        self.empty.setWordWrap(True)
        self.empty.setProperty("role", "quiet")
        self.empty.setContentsMargins(12, 12, 12, 12)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 4, 0, 0)
        box.addWidget(self.empty)
        box.addWidget(self.list, 1)
        self.list.activated.connect(self._show)
        self.list.clicked.connect(self._show)
        editor.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """List the bookmarks anew."""
        graph, specs = self._editor.graph, self._editor.specs
        rows = []
        for number, node in bookmarks(graph).items():
            spec = specs.get(graph.nodes[node].type)
            color = category_color(self._look.theme, spec.category).name() if spec else ""
            title = node_title(graph.nodes[node], spec)
            rows.append(Row(node, title, hint=str(number), icon="bookmark", color=color))
        self._rows.set(rows)
        self.empty.setVisible(not rows)
        self.list.setVisible(bool(rows))

    def _show(self, index: QModelIndex) -> None:
        row = self._rows.row(index.row())
        if row is not None:
            self.show_asked.emit(row.id)
