"""The inspector: the selected node's parameters with their editors and help, and its inputs."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from nodegraph.analysis.starred import stars
from nodegraph.model.graph import Graph, Node
from nodegraph.model.spec import NodeSpec
from nodegraph.subgraphs.exposure import sections
from ui.canvas.scene.specs import spec_of
from ui.document.editor import Editor
from ui.editors.binding import Binding
from ui.i18n.labels import label_of
from ui.panels.inspector.fitting import fit_lines
from ui.panels.inspector.presets import PresetMenu
from ui.panels.inspector.row import ParamRow
from ui.panels.inspector.sockets import socket_lines
from ui.panels.problems.validation import validation_of
from ui.search.find.query import node_title
from ui.theme.appearance import Appearance
from ui.widgets.plain_label import PlainLabel

MARGIN = 12
LEAST_WIDTH = 24
"""The width of the panel, in heights of a line of text, at least: a seed with its buttons fits."""


class Inspector(QScrollArea):
    """Everything that can be set on the active node; it follows the selection and the graph."""

    show_asked = Signal(str)

    def __init__(self, editor: Editor, look: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._look = look
        self._shape: tuple[object, ...] | None = None
        self.rows: dict[str, ParamRow] = {}
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Inspector"))
        self.setMinimumWidth(round(look.metrics.body * LEAST_WIDTH))
        self._validation = validation_of(editor)
        self._fitting = QTimer(self)
        self._fitting.setSingleShot(True)
        self._fitting.timeout.connect(self._fit)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.refresh)
        editor.selection.changed.connect(self._soon.start)
        editor.changed.connect(self._changed)
        self._validation.changed.connect(self._mark)
        self.refresh()

    def refresh(self) -> None:
        """Show the active node; where only values differ the editors stay."""
        node = self._editor.graph.nodes.get(self._editor.selection.active)
        shape = self._shape_of(node)
        if shape != self._shape:
            self._shape = shape
            self._build(node)
        for row in self.rows.values():
            row.refresh()
        self._mark()

    def _changed(self, _old: Graph, _new: Graph) -> None:
        node = self._editor.graph.nodes.get(self._editor.selection.active)
        if self._shape_of(node) != self._shape:
            self._soon.start(0)
        else:
            for row in self.rows.values():
                row.refresh()
            self._fitting.start(0)

    def _shape_of(self, node: Node | None) -> tuple[object, ...] | None:
        liked = stars(self._editor.graph)
        if node is None:
            return (liked, *(self._editor.graph.nodes[n].type for n, _ in liked))
        liked = tuple(key for key in liked if key[0] == node.id)
        spec = spec_of(node, self._editor.graph, self._editor.specs)[0]
        sources = tuple((name, tuple(s.node for s in found)) for name, found in node.inputs.items())
        return (node.id, id(spec) if node.type in self._editor.specs else spec, node.title, sources, liked)

    def _build(self, node: Node | None) -> None:
        body = QWidget()
        body.setObjectName("Inspector")
        box = QVBoxLayout(body)
        box.setContentsMargins(MARGIN, 8, MARGIN, MARGIN)
        box.setSpacing(4)
        self.rows = {}
        if node is None:
            self._favourites(box, body)
        else:
            self._fill(box, body, node)
        box.addStretch(1)
        self.setWidget(body)

    def _fill(self, box: QVBoxLayout, body: QWidget, node: Node) -> None:
        spec = spec_of(node, self._editor.graph, self._editor.specs)[0]
        box.addLayout(self._head(node, spec, body))
        first = spec.help.split("\n\n")[0].replace("\n", " ")
        for text in (first, node.id):
            quiet = PlainLabel(text, body)
            quiet.setProperty("role", "quiet" if text is first else "small")
            quiet.setWordWrap(True)
            quiet.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            quiet.setVisible(bool(text))
            box.addWidget(quiet)
        liked = {name for other, name in stars(self._editor.graph) if other == node.id}
        rest = [p for p in spec.params if p.name not in liked]
        groups = [(self.tr("Favourites"), [p for p in spec.params if p.name in liked])]
        for section, found in sections(p for p in rest if not p.advanced):
            groups.append((section or self.tr("Parameters"), found))
        groups.append((self.tr("Advanced"), [p for p in rest if p.advanced]))
        for title, params in groups:
            if params:
                box.addWidget(heading(title, body))
            for param in params:
                self._row(box, body, Binding(self._editor, node.id, param), param.name)
        if spec.sockets:
            box.addWidget(heading(self.tr("Inputs"), body))
        for socket in spec.sockets:
            box.addLayout(socket_lines(self._editor, node, socket, self._look, body, self.show_asked.emit))

    def _head(self, node: Node, spec: NodeSpec, body: QWidget) -> QHBoxLayout:
        title = PlainLabel(node_title(node, spec), body)
        title.setProperty("role", "title")
        title.setWordWrap(True)
        line = QHBoxLayout()
        line.addWidget(title, 1)
        if spec.params:
            self.presets = QPushButton(self.tr("Presets"), body)
            self.presets.setProperty("role", "link")
            self.presets.setToolTip(self.tr("Values of this kind of node, kept under names"))
            self.presets.clicked.connect(lambda: self.preset_menu().popup(self._below(self.presets)))
            line.addWidget(self.presets, 0, Qt.AlignmentFlag.AlignTop)
        return line

    def preset_menu(self) -> PresetMenu:
        """The presets of the active node's type."""
        node = self._editor.graph.nodes[self._editor.selection.active]
        return PresetMenu(self._editor, node, spec_of(node, self._editor.graph, self._editor.specs)[0], self)

    def _below(self, widget: QWidget) -> QPoint:
        return widget.mapToGlobal(QPoint(0, widget.height()))

    def _favourites(self, box: QVBoxLayout, body: QWidget) -> None:
        """Nothing is selected: what the artist starred, wherever it is."""
        quiet = PlainLabel(self.tr("Select a node to see and set its values."), body)
        quiet.setProperty("role", "quiet")
        quiet.setWordWrap(True)
        box.addWidget(quiet)
        found = [(key, Binding.of(self._editor, *key)) for key in stars(self._editor.graph)]
        if any(binding is not None for _, binding in found):
            box.addWidget(heading(self.tr("Favourites"), body))
        for (node, name), binding in found:
            if binding is not None:
                shown = node_title(binding.found, binding.spec)
                self._row(box, body, binding, f"{node}.{name}", f"{label_of(name)} · {shown}")

    def _row(self, box: QVBoxLayout, body: QWidget, binding: Binding, name: str, title: str = "") -> None:
        row = ParamRow(binding, self._look, body, title)
        row.show_asked.connect(self.show_asked)
        self.rows[name] = row
        box.addWidget(row)

    def _mark(self) -> None:
        for row in self.rows.values():
            found = self._validation.of(row.binding.node, row.binding.param.name)
            row.mark(found[0] if found else None)
        self._fitting.start(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines wrap anew."""
        super().resizeEvent(event)
        self._fitting.start(0)

    def _fit(self) -> None:
        fit_lines(self, self.rows.values(), 2 * MARGIN)


def heading(text: str, parent: QWidget) -> QLabel:
    """A quiet line above a group."""
    label = PlainLabel(text, parent)
    label.setProperty("role", "heading")
    label.setContentsMargins(0, 12, 0, 2)
    return label
