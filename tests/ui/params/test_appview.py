from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from nodegraph.analysis.starred import opens_as_app, stars
from nodegraph.edits import RemoveNodes, SetParam
from nodegraph.formats.native import load
from tests.ui.params.conftest import graph
from ui.editors.number import NumberEditor
from ui.panels.app_view.panel import AppPanel
from ui.shell.document_view import DocumentView
from ui.shell.main_window import MainWindow

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def view(window: MainWindow) -> DocumentView:
    made = window.documents.new()
    made.editor.push("Begin", graph())
    window.show()
    QTest.qWaitForWindowExposed(window)
    window.activateWindow()
    return made


def opened(window: MainWindow, view: DocumentView) -> AppPanel:
    """The app view, opened with its keys."""
    QTest.keyClick(window, Qt.Key.Key_M, ALT)
    assert isinstance(view.app, AppPanel)
    QTest.qWait(20)
    return view.app


def test_alt_m_shows_a_drafted_form_and_again_the_graph(window: MainWindow, view: DocumentView) -> None:
    panel = opened(window, view)
    assert [name for _, name in panel.form.keys][:4] == ["prompt", "image_file", "checkpoint", "width"]
    assert not view.widget.isVisible() and not window.docks.docks["outline"].isVisible()
    QTest.keyClick(window, Qt.Key.Key_M, ALT)
    assert view.app is None and view.widget.isVisible() and window.docks.docks["outline"].isVisible()
    assert view.editor.stack.count() == 1


def test_values_typed_in_the_form_are_in_the_graph(window: MainWindow, view: DocumentView) -> None:
    panel = opened(window, view)
    row = next(row for row in panel.form.rows if row.key == ("all", "steps"))
    assert isinstance(row.row.editor, NumberEditor)
    row.row.editor.line.setFocus()
    QTest.keyClicks(row.row.editor.line, "33")
    QTest.keyClick(row.row.editor.line, Qt.Key.Key_Return)
    assert view.editor.graph.nodes["all"].params["steps"] == 33
    view.editor.apply(SetParam("all", "steps", 44))
    assert row.row.editor.line.text() == "44"


def test_rows_move_by_keys_and_by_dragging_and_each_is_one_step(
    window: MainWindow, view: DocumentView
) -> None:
    panel = opened(window, view)
    panel.toggle_arranging(True)
    QTest.qWait(20)
    first, second = panel.form.keys[:2]
    QTest.keyClick(panel.form.rows[0].grip, Qt.Key.Key_Down, ALT)
    assert panel.form.keys[:2] == (second, first) and stars(view.editor.graph) == panel.form.keys
    assert QApplication.focusWidget() is panel.form.rows[1].grip
    before = view.editor.stack.index()
    grip = panel.form.rows[0].grip
    QTest.mousePress(grip, Qt.MouseButton.LeftButton)
    for row in panel.form.rows[1:3]:
        to = grip.mapFromGlobal(row.mapToGlobal(QPoint(4, row.height() - 2)))
        QTest.mouseMove(grip, to)
    QTest.mouseRelease(grip, Qt.MouseButton.LeftButton)
    assert panel.form.keys.index(second) > 0 and view.editor.stack.index() == before + 1
    view.editor.stack.undo()
    assert panel.form.keys[0] == second


def test_values_are_taken_out_and_added(window: MainWindow, view: DocumentView) -> None:
    panel = opened(window, view)
    panel.toggle_arranging(True)
    out = panel.form.rows[0]
    QTest.mouseClick(out.out, Qt.MouseButton.LeftButton)
    assert out.key not in panel.form.keys
    popup = panel.ask_value()
    QTest.keyClicks(popup.line, "number.val")
    QTest.keyClick(popup.line, Qt.Key.Key_Return)
    assert panel.form.keys[-1] == ("number", "value")


def test_it_opens_as_an_app_if_its_author_says_so(
    window: MainWindow, view: DocumentView, tmp_path: Path
) -> None:
    panel = opened(window, view)
    panel.toggle_arranging(True)
    QTest.mouseClick(panel.opens, Qt.MouseButton.LeftButton, pos=QPoint(8, panel.opens.height() // 2))
    path = tmp_path / "app.json"
    assert window.documents._write(view, path) and opens_as_app(load(path))
    again = window.documents.open(path)
    assert again is not None and isinstance(again.app, AppPanel)


def test_problems_stand_on_rows_and_those_elsewhere_lead_to_the_graph(
    window: MainWindow, view: DocumentView
) -> None:
    panel = opened(window, view)
    view.editor.apply(SetParam("all", "steps", 500))
    view.editor.apply(SetParam("all", "eta", 9.0))
    QTest.qWait(80)
    row = next(row for row in panel.form.rows if row.key == ("all", "steps"))
    assert row.row.wrong.isVisible() and row.row.mend.isVisible()
    assert panel.wrong.isVisible()
    QTest.mouseClick(row.row.mend, Qt.MouseButton.LeftButton)
    assert view.editor.graph.nodes["all"].params["steps"] == 100
    QTest.mouseClick(panel.wrong, Qt.MouseButton.LeftButton)
    assert view.app is None and view.editor.selection.active == "all"


def test_nodes_that_go_take_their_rows_along(window: MainWindow, view: DocumentView) -> None:
    panel = opened(window, view)
    view.editor.apply(RemoveNodes(("all",)))
    assert panel.form.keys == (("number", "value"),)
    view.editor.apply(RemoveNodes(("number",)))
    assert not panel.form.keys
    view.editor.stack.undo()
    view.editor.stack.undo()
    assert len(panel.form.keys) > 5


def test_it_follows_the_theme_and_the_text_size(window: MainWindow, view: DocumentView) -> None:
    opened(window, view)
    window.app.change(text_size=150, theme="light")
    panel = view.app
    assert isinstance(panel, AppPanel)
    assert panel.form.rows[0].row.editor.pixels == window.app.look.metrics.body
