"""Where one stands in a document: its canvas, those of the subgraphs gone into, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QToolButton, QWidget

from nodegraph.edits.ports import MakeUnique
from nodegraph.model.graph import Graph
from nodegraph.subgraphs.expand import PREFIX, definition, is_instance, uses
from ui.document.editor import Editor
from ui.document.subgraph_editor import SubgraphEditor
from ui.i18n.translate import plain
from ui.panels.subgraph_ports.panels import SubgraphPortPanels


@dataclass(frozen=True)
class Level:
    """A subgraph that was gone into by the node `instance` of the level outside."""

    editor: SubgraphEditor
    widget: QWidget
    instance: str


class SubgraphNavigation(QStackedWidget):
    """Shows the innermost level; Esc leaves it."""

    switched = Signal(QWidget, QWidget)
    """The widget that was in front and the one that is."""

    def __init__(
        self, editor: Editor, base: QWidget, make: Callable[[Editor], QWidget], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._root = editor
        self._make = make
        self.base = base
        self.inner: list[Level] = []
        self.addWidget(base)
        self.setFocusProxy(base)

    @property
    def editor(self) -> Editor:
        """The editor of the level in front."""
        return self.inner[-1].editor if self.inner else self._root

    def enter(self, instance: str, frame: bool = True) -> bool:
        """Go into the subgraph that a node stands for, to see all of it; False where it stands for none."""
        outside = self.editor
        node = outside.graph.nodes.get(instance)
        found = definition(outside.graph, node.type) if node is not None and is_instance(node.type) else None
        if found is None:
            return False
        editor = SubgraphEditor(self._root, found.name)
        widget = self._make(editor)
        editor.setParent(widget)
        SubgraphPortPanels.on(widget, editor)
        level = Level(editor, widget, instance)
        editor.gone.connect(lambda: self._gone(level), Qt.ConnectionType.QueuedConnection)
        widget.installEventFilter(self)
        self.addWidget(widget)
        self._switch([*self.inner, level])
        if frame:
            QTimer.singleShot(0, widget, lambda: _frame(widget))
        return True

    @property
    def front(self) -> QWidget:
        """The canvas in front."""
        return self.inner[-1].widget if self.inner else self.base

    def leave(self) -> bool:
        """Go back to the level outside; False where this is the document itself."""
        return self.leave_to(len(self.inner) - 1)

    def leave_to(self, depth: int) -> bool:
        """Go back to a level: 0 is the document itself."""
        if not 0 <= depth < len(self.inner):
            return False
        left = self.inner[depth:]
        self._switch(self.inner[:depth])
        if left[0].instance in self.editor.graph.nodes:
            self.editor.selection.set([left[0].instance])
        for level in left:
            level.editor.part()
            self.removeWidget(level.widget)
            level.widget.deleteLater()
        return True

    def enter_subgraph(self, name: str) -> bool:
        """Go where a subgraph is used, from the document inwards; False where nothing uses it."""
        way = _way(self._root.graph, name)
        if way is None:
            return False
        self.leave_to(0)
        return all(self.enter(instance) for instance in way)

    def _gone(self, level: Level) -> None:
        """The subgraph is no longer there, as after undoing how it was made."""
        if level in self.inner:
            self.leave_to(self.inner.index(level))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc that ends no gesture leaves the level."""
        if watched is not self.currentWidget() or not isinstance(event, QKeyEvent):
            return False
        pressed = event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape
        return pressed and getattr(watched, "gesture", None) is None and self.leave()

    def _switch(self, levels: list[Level]) -> None:
        self._root.fields.flush()
        before = self.currentWidget()
        self.inner = levels
        now = levels[-1].widget if levels else self.base
        self.setCurrentWidget(now)
        self.setFocusProxy(now)
        now.setFocus()
        self.switched.emit(before, now)


class Breadcrumbs(QFrame):
    """The way from the document to the level in front; a press goes back there."""

    def __init__(self, levels: SubgraphNavigation, root: Editor, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("Bar")
        self._levels = levels
        self._root = root
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 4, 12, 4)
        self._row.setSpacing(2)
        levels.switched.connect(self.refresh)
        root.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the way anew."""
        self.setVisible(bool(self._levels.inner))
        while item := self._row.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        if not self._levels.inner:
            return
        self._crumb(self._root.name, 0)
        for depth, level in enumerate(self._levels.inner, 1):
            self._row.addWidget(QLabel("›", self))
            self._crumb(level.editor.subgraph, depth)
        self._row.addStretch(1)
        self._shared(self._levels.inner[-1])

    def _crumb(self, text: str, depth: int) -> None:
        crumb = QToolButton(self)
        crumb.setText(text)
        crumb.setAutoRaise(True)
        crumb.setEnabled(depth < len(self._levels.inner))
        crumb.clicked.connect(lambda: self._levels.leave_to(depth))
        crumb.setToolTip(plain(self.tr("Go back to {name}").format(name=text)))
        self._row.addWidget(crumb)

    def _shared(self, level: Level) -> None:
        count = uses(self._root.graph)[level.editor.subgraph]
        if count < 2:
            return
        label = QLabel(self.tr("Used {count} times: a change here changes all").format(count=count), self)
        label.setProperty("role", "small")
        button = QPushButton(self.tr("Make unique"), self)
        button.setToolTip(self.tr("Give this node a subgraph of its own"))
        button.clicked.connect(lambda: self._make_unique(level))
        self._row.addWidget(label)
        self._row.addSpacing(8)
        self._row.addWidget(button)

    def _make_unique(self, level: Level) -> None:
        levels = self._levels
        levels.leave()
        if levels.editor.apply(unique(self._root.graph, levels.editor.graph, level.instance)):
            levels.enter(level.instance)


def unique(root: Graph, graph: Graph, instance: str) -> MakeUnique:
    """The edit that gives a node of `graph` a subgraph of its own, under a free name."""
    name, number = graph.nodes[instance].type.removeprefix(PREFIX), 2
    while f"{name} {number}" in root.subgraphs:
        number += 1
    return MakeUnique(instance, f"{name} {number}")


def _way(graph: Graph, name: str) -> tuple[str, ...] | None:
    """The nodes to go into, one after the other, to come to a subgraph."""
    waiting: list[tuple[tuple[str, ...], Graph]] = [((), graph)]
    seen: set[str] = set()
    for way, level in waiting:
        for node in level.nodes.values():
            inner = node.type.removeprefix(PREFIX)
            if not is_instance(node.type) or inner in seen or inner not in graph.subgraphs:
                continue
            if inner == name:
                return (*way, node.id)
            seen.add(inner)
            waiting.append(((*way, node.id), Graph(graph.subgraphs[inner].nodes)))
    return None


def _frame(widget: QWidget) -> None:
    frame_first = getattr(widget, "frame_first", None)
    if frame_first is not None:
        frame_first()
