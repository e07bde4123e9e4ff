"""The whole way without a mouse: from an empty window to a saved text_to_image."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget

from nodegraph.cli.opening import node_types
from nodegraph.formats.native import load
from nodegraph.model.graph import Graph
from tests.ui.window.hand import crash
from ui.canvas.canvas import Canvas
from ui.shell.application import Application

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.shell.main_window import MainWindow

TYPES = node_types()
CTRL = Qt.KeyboardModifier.ControlModifier
IDS = {
    "checkpoint_loader": "checkpoint",
    "text_encode": "prompt",
    "text_encode_2": "negative",
    "empty_latent": "size",
    "ksampler": "sampler",
    "vaedecode": "decode",
    "vae_decode": "decode",
    "save_image": "save",
}


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot) -> Iterator[MainWindow]:
    app = Application(qapp, TYPES, Canvas)
    app.start()
    yield app.windows[0]
    crash(app)


class Keys:
    """Everything goes to whatever has the focus."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window

    @property
    def focus(self) -> QWidget:
        return QApplication.focusWidget() or self.window

    @property
    def graph(self) -> Graph:
        assert self.window.view is not None
        return self.window.view.editor.graph

    def press(self, *keys: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        for key in keys:
            QTest.keyClick(self.focus, key, modifiers)
            QTest.qWait(1)

    def type(self, text: str) -> None:
        QTest.keyClicks(self.focus, text)

    def add(self, title: str, alone: bool = False) -> None:
        """Tab, the title, Enter; with Ctrl it is not wired."""
        self.press(Qt.Key.Key_Tab)
        self.type(title)
        self.press(Qt.Key.Key_Return, modifiers=CTRL if alone else Qt.KeyboardModifier.NoModifier)

    def go(self, node: str) -> None:
        """Find a node by its name."""
        self.press(Qt.Key.Key_F, modifiers=CTRL)
        self.type(node)
        self.press(Qt.Key.Key_Return)
        assert self.window.view is not None and self.window.view.editor.selection.active == node

    def port(self, node: str, name: str, output: bool = False) -> None:
        """Into the node, down to a port, and Enter on it."""
        self.go(node)
        spec = TYPES[self.graph.nodes[node].type]
        shown = [s.name for s in spec.sockets] + [p.name for p in spec.params if not p.advanced]
        at = shown.index(name) if not output else len(shown) + [o.name for o in spec.outputs].index(name)
        self.press(Qt.Key.Key_Return, *[Qt.Key.Key_Down] * at, Qt.Key.Key_Return)

    def link(self, node: str, name: str, partner: str) -> None:
        """Link an input with an output that is chosen by name."""
        self.port(node, name)
        self.type(partner)
        self.press(Qt.Key.Key_Return, Qt.Key.Key_Escape)

    def set(self, node: str, name: str, text: str) -> None:
        """Type a value."""
        self.port(node, name)
        self.press(Qt.Key.Key_A, modifiers=CTRL)
        self.type(text)
        self.press(Qt.Key.Key_Return, modifiers=CTRL if name == "text" else Qt.KeyboardModifier.NoModifier)
        self.press(Qt.Key.Key_Escape)

    def save_as(self, path: Path) -> None:
        """Ctrl+S, and the path into the dialog."""
        QTimer.singleShot(200, lambda: self._name(path))
        self.press(Qt.Key.Key_S, modifiers=CTRL)

    def _name(self, path: Path) -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        line = dialog.findChild(QLineEdit)
        assert line is not None
        line.selectAll()
        QTest.keyClicks(line, str(path))
        QTest.keyClick(line, Qt.Key.Key_Return)


def plain(graph: Graph, names: dict[str, str]) -> dict[str, object]:
    """Types, values and links, whatever the nodes are called and wherever they stand."""
    found: dict[str, object] = {}
    for node in graph.nodes.values():
        values = {p.name: node.params.get(p.name, p.default) for p in TYPES[node.type].params}
        links = {
            name: [(names.get(s.node, s.node), s.output) for s in sources]
            for name, sources in node.inputs.items()
        }
        found[names.get(node.id, node.id)] = (node.type, values, links)
    return found


def test_text_to_image_is_built_and_saved_without_a_mouse(window: MainWindow, tmp_path: Path) -> None:
    QTest.qWaitForWindowExposed(window)
    window.activateWindow()
    keys = Keys(window)
    keys.press(Qt.Key.Key_N, modifiers=CTRL)
    keys.add("load checkpoint")
    keys.add("prompt")
    keys.go("checkpoint_loader")
    keys.add("prompt")
    keys.add("empty latent", alone=True)
    keys.go("text_encode")
    keys.add("ksampler")
    keys.link("ksampler", "model", "checkpoint_loader.model")
    keys.link("ksampler", "negative", "text_encode_2")
    keys.link("ksampler", "latent", "empty_latent")
    keys.go("ksampler")
    keys.add("decode picture")
    decode = next(name for name, node in keys.graph.nodes.items() if node.type == "VAEDecode")
    keys.link(decode, "vae", "checkpoint_loader.vae")
    keys.go(decode)
    keys.add("save image")
    keys.set("text_encode", "text", "a red house left of a green tree on a meadow at sunset")
    for name in ("width", "height"):
        keys.set("empty_latent", name, "128")
    keys.set("ksampler", "seed", "7")
    keys.set("ksampler", "cfg", "4")
    keys.set("save_image", "prefix", "text_to_image")
    path = tmp_path / "mine.json"
    keys.save_as(path)
    expected = load("workflows/text_to_image.json")
    assert plain(load(path), IDS) == plain(expected, {})
    assert window.view is not None and not window.view.editor.unsaved
