"""A person at the whole editor: keys go where the focus is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from nodegraph.model.graph import Graph, Node
from tests.ui.canvas.hand import Hand
from ui.canvas.canvas import Canvas
from ui.document.editor import Editor

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.shell.document_view import DocumentView
    from ui.shell.main_window import MainWindow

HELD = {
    "Ctrl": Qt.KeyboardModifier.ControlModifier,
    "Shift": Qt.KeyboardModifier.ShiftModifier,
    "Alt": Qt.KeyboardModifier.AltModifier,
}


class Person:
    """At the editor, with the usual workflow open."""

    def __init__(self, window: MainWindow, view: DocumentView, bot: QtBot, folder: Path) -> None:
        self.window, self.view, self.bot, self.folder = window, view, bot, folder

    @property
    def canvas(self) -> Canvas:
        assert isinstance(self.view.widget, Canvas)
        return self.view.widget

    @property
    def hand(self) -> Hand:
        return Hand(self.canvas)

    @property
    def editor(self) -> Editor:
        return self.view.level

    @property
    def graph(self) -> Graph:
        return self.view.level.graph

    @property
    def zoom(self) -> float:
        return self.canvas.camera.zoom

    def node(self, name: str) -> Node:
        return self.graph.nodes[name]

    def select(self, *names: str) -> None:
        self.editor.selection.set(names)

    def key(self, keys: str) -> None:
        """Press and let go of each key of a sequence, where the focus is."""
        for stroke in keys.split(" "):
            *names, last = stroke.split("+")
            held = Qt.KeyboardModifier.NoModifier
            for name in names:
                held |= HELD[name]
            target = QApplication.focusWidget()
            assert target is not None
            QTest.keyClick(target, getattr(Qt.Key, f"Key_{last}"), held)

    def write(self, text: str) -> None:
        target = QApplication.focusWidget()
        assert target is not None
        QTest.keyClicks(target, text)

    def popup(self, kind: type[QWidget]) -> bool:
        return isinstance(self.window.popups.current, kind)
