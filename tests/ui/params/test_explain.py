from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from nodegraph.edits import RemoveNodes, SetParam
from ui.panels.explain.panel import QUIET_MS, Explain

if TYPE_CHECKING:
    from ui.shell.document_view import DocumentView
    from ui.shell.main_window import MainWindow


@pytest.fixture
def panel(window: MainWindow, view: DocumentView) -> Explain:
    """The panel, opened with its keys."""
    view.editor.selection.clear()
    QTest.qWaitForWindowExposed(window)
    window.activateWindow()
    QTest.qWait(5)
    QTest.keyClick(window, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    assert window.docks.shown("explain")
    found = window.docks.panel("explain")
    assert isinstance(found, Explain)
    QTest.qWait(20)
    return found


def middle(panel: Explain, node: str) -> QPoint:
    start, _ = panel._places[node]
    return panel.page.cursorRect(panel._cursor(start + 4, start + 4)).center()


def grounds(panel: Explain) -> list[str]:
    """The nodes whose paragraph is marked."""
    found = []
    for node, (start, _) in panel._places.items():
        brush = panel.page.document().findBlock(start).blockFormat().background()
        if brush.style() != Qt.BrushStyle.NoBrush and brush.color().alpha():
            found.append(node)
    return found


def test_it_tells_the_walk_and_follows_the_graph(panel: Explain, window: MainWindow) -> None:
    assert "2  Everything" in panel.page.toPlainText() and "steps 20" in panel.page.toPlainText()
    assert window.view is not None
    window.view.editor.apply(SetParam("all", "steps", 33))
    QTest.qWait(QUIET_MS + 60)
    assert "steps 33" in panel.page.toPlainText()
    window.view.editor.apply(RemoveNodes(("all", "number")))
    QTest.qWait(QUIET_MS + 60)
    assert panel.page.toPlainText() == "This workflow is empty."


def test_a_click_on_a_sentence_selects_its_node_and_the_selected_node_is_marked(
    panel: Explain, window: MainWindow
) -> None:
    assert window.view is not None
    selection = window.view.editor.selection
    for node in ("all", "number"):
        QTest.mouseClick(panel.page.viewport(), Qt.MouseButton.LeftButton, pos=middle(panel, node))
        assert selection.active == node
        assert grounds(panel) == [node]
    selection.clear()
    assert grounds(panel) == []


def test_it_is_copied_as_text_and_as_markdown(panel: Explain, window: MainWindow) -> None:
    assert window.view is not None
    window.view.editor.apply(SetParam("all", "prompt", "a *red* house"))
    QTest.mouseClick(panel.copy_text, Qt.MouseButton.LeftButton)
    assert "2. Everything\n" in QGuiApplication.clipboard().text()
    assert "a *red* house" in QGuiApplication.clipboard().text()
    QTest.mouseClick(panel.copy_markdown, Qt.MouseButton.LeftButton)
    assert "2. **Everything**\n" in QGuiApplication.clipboard().text()
    assert "a \\*red\\* house" in QGuiApplication.clipboard().text()


def test_the_keyboard_reaches_every_sentence(panel: Explain, window: MainWindow) -> None:
    assert window.view is not None
    panel.page.setFocus()
    QTest.keyClick(panel.page, Qt.Key.Key_Tab)
    QTest.keyClick(panel.page, Qt.Key.Key_Return)
    assert window.view.editor.selection.active == "number"
