"""The usual workflow on a canvas, with a hand over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtTest import QTest

from nodegraph.edits import Move
from nodegraph.edits.document import Document
from nodegraph.edits.ports import AddPort
from nodegraph.edits.subgraphs import MakeSubgraph
from nodegraph.model.graph import Graph, Port
from tests.ui.canvas.catalogue import SPECS
from tests.ui.canvas.hand import Hand, make_canvas
from tests.ui.canvas.worlds import default_workflow, graph_of
from ui.canvas.canvas import Canvas
from ui.document.editor import Editor
from ui.shell.application import Application

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from ui.shell.document_view import DocumentView
    from ui.shell.main_window import MainWindow

MakeHand = Callable[[Graph], Hand]


@pytest.fixture
def make_hand(qtbot: QtBot) -> Iterator[MakeHand]:
    """Put a graph on a canvas; what stands open at the end is closed."""

    def make(graph: Graph) -> Hand:
        canvas = make_canvas(graph)
        qtbot.addWidget(canvas)
        canvas.show()
        QTest.qWaitForWindowExposed(canvas)
        return Hand(canvas)

    yield make


@pytest.fixture
def hand(make_hand: MakeHand) -> Hand:
    return make_hand(graph_of(default_workflow()))


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot) -> Iterator[MainWindow]:
    app = Application(qapp, SPECS, Canvas)
    app.start()
    window = app.windows[0]
    window.documents._show(Editor(SPECS, Document(graph_of(default_workflow()))))
    QTest.qWaitForWindowActive(window)
    yield window
    for view in window.tabs.views():
        window.documents.drop(view, keep=False)
    window.close()
    app.end()
    app.deleteLater()
    QTest.qWait(1)


@pytest.fixture
def view(window: MainWindow) -> DocumentView:
    found = window.view
    assert found is not None
    QTest.qWait(20)
    return found


@pytest.fixture
def group(view: DocumentView) -> str:
    """The sampler and its latent as node `group`, which shows steps, cfg, denoise and width."""
    editor = view.editor
    editor.apply(MakeSubgraph(("latent", "sampler"), "Sampling", "group"))
    for node, name in (("sampler", "steps"), ("sampler", "cfg"), ("sampler", "denoise"), ("latent", "width")):
        editor.apply(AddPort("Sampling", Port(name, node, name)))
    editor.selection.set(["group"])
    editor.apply(Move({"group": (0.0, 900.0)}))
    return "group"
