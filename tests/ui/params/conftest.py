from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from nodegraph.edits.document import Document
from nodegraph.model.graph import Graph, Node, Source
from nodegraph.node_api.model_files import NoFiles
from nodegraph.support.suggestions import ending, nearest
from tests.ui.canvas.hand import Hand
from tests.ui.params.catalogue import SPECS
from tests.ui.window.hand import crash
from ui.canvas.canvas import Canvas
from ui.canvas.rendering.paint_rows import field_rect
from ui.config import model_files
from ui.config.settings import Settings
from ui.document.editor import Editor
from ui.editors.rows import RowEditors
from ui.panels.canvas_editors import attach
from ui.panels.inspector.panel import Inspector
from ui.shell.application import Application
from ui.shell.document_view import DocumentView
from ui.shell.main_window import MainWindow
from ui.theme.appearance import Appearance
from ui.theme.style import style_sheet

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

LOOK = Appearance.of(Settings(theme="dark"), True)
MODELS = (
    "anime/dream.safetensors",
    "anime/line.safetensors",
    "practice.safetensors",
    "real/photo.safetensors",
)


class Folders(NoFiles):
    """Model folders that hold what a test says."""

    def __init__(self) -> None:
        self.kinds: dict[str, tuple[str, ...]] = {"checkpoints": MODELS}

    def names(self, kind: str) -> Sequence[str]:
        return self.kinds.get(kind, ())

    def find(self, kind: str, name: str) -> Path | None:
        return Path(name) if name in self.names(kind) else None

    def missing(self, kind: str, name: str) -> str:
        return f"There is no {kind} file {name!r}{ending(nearest(name, self.names(kind)))}"


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch) -> Folders:
    found = Folders()
    monkeypatch.setattr(model_files, "model_files", lambda: found)
    return found


class Desk(Hand):
    """A hand over a canvas whose rows can be edited."""

    def __init__(self, canvas: Canvas, rows: RowEditors) -> None:
        super().__init__(canvas)
        self.rows = rows

    @property
    def editor(self) -> Editor:
        return self.canvas.editor

    @property
    def steps(self) -> int:
        return self.editor.stack.index()

    def value(self, node: str, name: str) -> object:
        found = self.graph.nodes[node].params
        return found.get(name, SPECS[self.graph.nodes[node].type].param(name).default)  # type: ignore[union-attr]  # tests name what is there

    def row(self, node: str, name: str, part: float = 0.5) -> QPointF:
        """A point on a row, `part` of its way across."""
        box = self.canvas.scene.nodes[node]
        row = self.rows.row_of(node, name)
        assert row is not None, name
        rect = field_rect(box, row).translated(box.x, box.y)
        return QPointF(rect.left() + rect.width() * part, rect.center().y())

    def type(self, text: str) -> None:
        """Letters to whatever has the focus."""
        QTest.keyClicks(self.focus(), text)

    def hit(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """A key to whatever has the focus."""
        QTest.keyClick(self.focus(), key, modifiers)

    def focus(self) -> QWidget:
        found = QApplication.focusWidget()
        assert found is not None
        return found


def graph() -> Graph:
    """One node with a row of each kind, and one that feeds it."""
    return Graph.of(
        Node("number", "Number", pos=(0, 0)),
        Node("all", "Everything", pos=(280, 0), inputs={"linked": (Source("number", "value"),)}),
    )


MakeDesk = Callable[..., Desk]


@pytest.fixture
def make_desk(qapp: QApplication, qtbot: QtBot) -> Iterator[MakeDesk]:
    qapp.setStyle("Fusion")

    def make(made: Graph | None = None, look: Appearance = LOOK, zoom: float = 1.0) -> Desk:
        qapp.setStyleSheet(style_sheet(look.theme, look.metrics))
        qapp.setPalette(look.theme.qt_palette())
        editor = Editor(SPECS, Document(made or graph()))
        canvas = Canvas(editor, look.theme)
        editor.setParent(canvas)
        canvas.resize(1000, 760)
        canvas.camera.size = canvas.size().toSizeF()
        corner = canvas.scene.bounds().topLeft()
        canvas.camera.look_at((corner.x() - 40 + 500 / zoom, corner.y() - 40 + 380 / zoom, zoom))
        rows = attach(canvas, look)
        assert rows is not None
        qtbot.addWidget(canvas)
        canvas.show()
        QTest.qWaitForWindowExposed(canvas)
        canvas.activateWindow()
        canvas.setFocus()
        return Desk(canvas, rows)

    yield make
    qapp.setStyleSheet("")


@pytest.fixture
def run_service(make_desk: MakeDesk) -> Desk:
    return make_desk()


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot) -> Iterator[MainWindow]:
    app = Application(qapp, SPECS, Canvas)
    app.start()
    yield app.windows[0]
    crash(app)


@pytest.fixture
def view(window: MainWindow) -> DocumentView:
    """A document with a node of each kind of row, which is selected."""
    made = window.documents.new()
    made.editor.push("Begin", graph())
    made.editor.selection.set(["all"])
    return made


@pytest.fixture
def panel(window: MainWindow, view: DocumentView) -> Inspector:
    if not window.docks.shown("inspector"):
        window.docks.toggle("inspector")
    found = window.docks.panel("inspector")
    assert isinstance(found, Inspector)
    QTest.qWaitForWindowExposed(window)
    window.activateWindow()
    QTest.qWait(10)
    return found
