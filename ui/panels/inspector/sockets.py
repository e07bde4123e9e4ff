"""The inputs of a node in the inspector: each with what feeds it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from nodegraph.model.graph import Node, Source
from nodegraph.model.spec import Socket
from ui.canvas.scene.specs import spec_of
from ui.document.editor import Editor
from ui.i18n.labels import label_of
from ui.i18n.translate import plain, tr
from ui.panels.inspector.link import LinkButton
from ui.search.find.query import node_title
from ui.theme import type_color
from ui.theme.appearance import Appearance
from ui.widgets.plain_label import PlainLabel

CONTEXT = "Inspector"


def socket_lines(
    editor: Editor, node: Node, socket: Socket, look: Appearance, body: QWidget, show: Callable[[str], object]
) -> QVBoxLayout:
    """One line for each link of an input, or one that says that there is none."""
    column = QVBoxLayout()
    column.setSpacing(0)
    for source in node.inputs.get(socket.name, ()) or (None,):
        line = QHBoxLayout()
        line.setSpacing(8)
        dot = PlainLabel("●", body)
        dot.setStyleSheet(f"color: {type_color(look.theme, socket.type).name()};")
        name = PlainLabel(label_of(socket.name), body)
        name.setToolTip(plain(f"{socket.type}\n{socket.help}".strip()))
        line.addWidget(dot)
        line.addWidget(name)
        line.addStretch(1)
        line.addWidget(_unlinked(socket, body) if source is None else _link(editor, source, body, show))
        column.addLayout(line)
    return column


def _unlinked(socket: Socket, body: QWidget) -> QLabel:
    quiet = PlainLabel(tr(CONTEXT, "optional") if socket.optional else tr(CONTEXT, "not linked"), body)
    quiet.setProperty("role", "quiet")
    return quiet


def _link(editor: Editor, source: Source, body: QWidget, show: Callable[[str], object]) -> LinkButton:
    found = editor.graph.nodes.get(source.node)
    title = node_title(found, spec_of(found, editor.graph, editor.specs)[0]) if found else source.node
    button = LinkButton(f"{title} · {label_of(source.output)}", body)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.clicked.connect(lambda: show(source.node))
    return button
