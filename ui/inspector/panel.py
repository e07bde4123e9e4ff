"""The inspector: the selected node's parameters with their editors and help, and its inputs."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from nodegraph.graph import Graph, Node
from nodegraph.spec import NodeSpec, Param, Socket
from ui.canvas.specs import spec_of
from ui.canvas.values import label_of
from ui.editor import Editor
from ui.find.query import node_title
from ui.inspector.row import ParamRow
from ui.look import Look
from ui.params.binding import Binding
from ui.problems.validation import validation_of
from ui.theme import type_color


class Inspector(QScrollArea):
    """Everything that can be set on the active node; it follows the selection and the graph."""

    show_asked = Signal(str)

    def __init__(self, editor: Editor, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._look = look
        self._shape: tuple[object, ...] | None = None
        self.rows: dict[str, ParamRow] = {}
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Inspector"))
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
        if node is None:
            return None
        spec = spec_of(node, self._editor.graph, self._editor.specs)[0]
        sources = tuple((name, tuple(s.node for s in found)) for name, found in node.inputs.items())
        return (node.id, id(spec) if node.type in self._editor.specs else spec, node.title, sources)

    def _build(self, node: Node | None) -> None:
        body = QWidget()
        body.setObjectName("Inspector")
        box = QVBoxLayout(body)
        box.setContentsMargins(12, 8, 12, 12)
        box.setSpacing(4)
        self.rows = {}
        if node is None:
            quiet = QLabel(self.tr("Select a node to see and set its values."), body)
            quiet.setProperty("role", "quiet")
            quiet.setWordWrap(True)
            box.addWidget(quiet)
        else:
            self._fill(box, body, node)
        box.addStretch(1)
        self.setWidget(body)

    def _fill(self, box: QVBoxLayout, body: QWidget, node: Node) -> None:
        spec = spec_of(node, self._editor.graph, self._editor.specs)[0]
        title = QLabel(node_title(node, spec), body)
        title.setProperty("role", "title")
        title.setWordWrap(True)
        box.addWidget(title)
        first = spec.help.split("\n\n")[0].replace("\n", " ")
        for text in (first, node.id):
            quiet = QLabel(text, body)
            quiet.setProperty("role", "quiet" if text is first else "small")
            quiet.setWordWrap(True)
            quiet.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            quiet.setVisible(bool(text))
            box.addWidget(quiet)
        self._params(box, body, node, [p for p in spec.params if not p.advanced], self.tr("Parameters"))
        self._params(box, body, node, [p for p in spec.params if p.advanced], self.tr("Advanced"))
        if spec.sockets:
            box.addWidget(heading(self.tr("Inputs"), body))
        for socket in spec.sockets:
            box.addLayout(self._socket(socket, node, body))

    def _params(self, box: QVBoxLayout, body: QWidget, node: Node, params: list[Param], title: str) -> None:
        if params:
            box.addWidget(heading(title, body))
        for param in params:
            row = ParamRow(Binding(self._editor, node.id, param), self._look, body)
            row.show_asked.connect(self.show_asked)
            self.rows[param.name] = row
            box.addWidget(row)

    def _socket(self, socket: Socket, node: Node, body: QWidget) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(0)
        sources = node.inputs.get(socket.name, ())
        for source in sources or (None,):
            line = QHBoxLayout()
            line.setSpacing(8)
            dot = QLabel("●", body)
            dot.setStyleSheet(f"color: {type_color(self._look.theme, socket.type).name()};")
            name = QLabel(label_of(socket.name), body)
            name.setToolTip(f"{socket.type}\n{socket.help}".strip())
            line.addWidget(dot)
            line.addWidget(name, 1)
            if source is None:
                state = self.tr("optional") if socket.optional else self.tr("not linked")
                quiet = QLabel(state, body)
                quiet.setProperty("role", "quiet")
                line.addWidget(quiet)
            else:
                line.addWidget(self._from(source.node, source.output, body))
            column.addLayout(line)
        return column

    def _from(self, node: str, output: str, body: QWidget) -> QPushButton:
        found = self._editor.graph.nodes.get(node)
        spec: NodeSpec | None = self._editor.specs.get(found.type) if found else None
        title = node_title(found, spec) if found else node
        button = QPushButton(f"{title} · {label_of(output)}", body)
        button.setProperty("role", "link")
        button.setToolTip(self.tr("Go to this node"))
        button.clicked.connect(lambda: self.show_asked.emit(node))
        return button

    def _mark(self) -> None:
        active = self._editor.selection.active
        for name, row in self.rows.items():
            found = self._validation.of(active, name)
            row.mark(found[0] if found else None)
        self._fitting.start(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines wrap anew."""
        super().resizeEvent(event)
        self._fitting.start(0)

    def _fit(self) -> None:
        """Be as high as the lines need at this width: the scroll area alone squeezes wrapped lines."""
        body = self.widget()
        layout = body.layout() if body is not None else None
        if body is None or layout is None:
            return
        for row in self.rows.values():
            row.setMinimumHeight(_height(row.layout(), self.viewport().width() - 24))
        layout.invalidate()
        body.setMinimumHeight(_height(layout, self.viewport().width()))


def _height(layout: QLayout | None, width: int) -> int:
    if layout is None:
        return 0
    return (
        layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
    )


def heading(text: str, parent: QWidget) -> QLabel:
    """A quiet line above a group."""
    label = QLabel(text, parent)
    label.setProperty("role", "heading")
    label.setContentsMargins(0, 12, 0, 2)
    return label
