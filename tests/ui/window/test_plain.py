"""What a stranger wrote is shown as it is written, never as HTML that names files to be loaded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QToolTip, QWidget

from nodegraph.edits import SetPortal
from nodegraph.formats import native
from nodegraph.model.graph import Frame, Note
from tests.ui.catalogue import text_to_picture
from tests.ui.window.hand import opened
from ui.i18n.translate import plain
from ui.shell import app_view_switch as opening
from ui.shell.document_view import DocumentView
from ui.shell.main_window import MainWindow

WORDS = '<img src="file:///secret.png"> & words'


@pytest.fixture
def strange(furnished: MainWindow, tmp_path: Path) -> DocumentView:
    """A workflow in which everything that can be called something is called that."""
    graph = text_to_picture()
    nodes = [replace(node, title=WORDS) for node in graph.nodes.values()]
    nodes = [replace(n, params={**n.params, "text": WORDS}) if "text" in n.params else n for n in nodes]
    graph = graph.with_nodes([*nodes, replace(nodes[0], id="odd", type=WORDS, inputs={}, pos=(0.0, 500.0))])
    graph = replace(graph, notes={"n": Note("n", WORDS, (0, -200))})
    graph = replace(graph, frames={"f": Frame("f", WORDS, (), (0, -400, 300, 100))})
    link = next(graph.nodes["sampler"].links())
    native.save(SetPortal(link, WORDS).apply(graph), tmp_path / "<b>flow<b>.json")
    return opened(furnished, tmp_path / "<b>flow<b>.json")


def taken_for_html(window: QWidget) -> dict[str, str]:
    """Labels that show a text of the workflow as HTML, by what they show."""
    auto = Qt.TextFormat.AutoText
    labels = [label for label in window.findChildren(QLabel) if label.textFormat() == auto]
    return {
        label.text(): type(label.parent()).__name__ for label in labels if GuiQt.mightBeRichText(label.text())
    }


def tooltips(window: QWidget) -> list[str]:
    """Tooltips of widgets and of the rows of lists and trees that Qt would take for HTML with a picture in it."""
    found = [widget.toolTip() for widget in window.findChildren(QWidget)]
    for view in window.findChildren(QAbstractItemView):
        model, waiting = view.model(), [QModelIndex()]
        while model is not None and waiting:
            above = waiting.pop()
            for row in range(model.rowCount(above)):
                for column in range(1 if isinstance(model, QAbstractListModel) else model.columnCount(above)):
                    index = model.index(row, column, above)
                    found.append(str(index.data(Qt.ItemDataRole.ToolTipRole) or ""))
                waiting.append(model.index(row, 0, above))
    return [text for text in found if "<img" in text and GuiQt.mightBeRichText(text)]


@pytest.mark.parametrize(
    "panel", ["inspector", "problems", "history", "explain", "bookmarks", "queue", "outline"]
)
def test_panels_show_words_as_they_are(furnished: MainWindow, strange: DocumentView, panel: str) -> None:
    if not furnished.docks.shown(panel):
        furnished.docks.toggle(panel)
    for node in strange.editor.graph.nodes:
        strange.editor.selection.set([node])
        QTest.qWait(20)
        assert taken_for_html(furnished) == {} and tooltips(furnished) == []


def test_the_app_view_shows_words_as_they_are(furnished: MainWindow, strange: DocumentView) -> None:
    opening.show(furnished, strange)
    QTest.qWait(50)
    assert strange.app is not None
    assert any(WORDS in label.text() for label in strange.app.findChildren(QLabel))
    assert taken_for_html(furnished) == {} and tooltips(furnished) == []


def test_tooltips_show_words_as_they_are(furnished: MainWindow, strange: DocumentView) -> None:
    assert plain("a < b") == "a < b"
    assert plain("<b>a\nb") == "<qt>&lt;b&gt;a<br>b</qt>"
    canvas = strange.widget
    shown = set()
    for x in range(0, canvas.width(), 12):
        for y in range(0, canvas.height(), 12):
            at = QPoint(x, y)
            QApplication.sendEvent(canvas, QHelpEvent(QEvent.Type.ToolTip, at, canvas.mapToGlobal(at)))
            shown.add(QToolTip.text())
    told = [text for text in shown if "secret" in text]
    assert any("→" in text for text in told), "links tell of their ends"
    assert not [text for text in told if "<img" in text and GuiQt.mightBeRichText(text)]
