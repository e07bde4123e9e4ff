from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from nodegraph.edits import Disconnect, RemoveNodes, SetParam
from nodegraph.model.graph import Graph, Link, Node, Source
from nodegraph.node_api import events
from tests.ui.params.catalogue import EVERYTHING
from tests.ui.params.conftest import Folders
from ui.canvas.canvas import Canvas
from ui.editors.binding import quoted
from ui.editors.number import NumberEditor
from ui.editors.tips import facts, input_tip, tip
from ui.panels.help.panel import Help
from ui.panels.help.text import help_html, prose
from ui.panels.inspector.panel import Inspector
from ui.panels.inspector.row import ParamRow
from ui.panels.problems.panel import Card, FailureCard, Problems
from ui.panels.problems.validation import sentence_of, validation_of
from ui.runs.node_state import NodeStates
from ui.shell.document_view import DocumentView
from ui.shell.main_window import MainWindow
from ui.theme import DARK

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def inspector(window: MainWindow) -> Inspector:
    if not window.docks.shown("inspector"):
        window.docks.toggle("inspector")
    found = window.docks.panel("inspector")
    assert isinstance(found, Inspector)
    QTest.qWait(1)
    return found


def row(window: MainWindow, name: str) -> ParamRow:
    return inspector(window).rows[name]


def canvas_of(view: DocumentView) -> Canvas:
    assert isinstance(view.widget, Canvas)
    return view.widget


def test_the_inspector_has_every_parameter_with_its_help(window: MainWindow, view: DocumentView) -> None:
    rows = inspector(window).rows
    assert list(rows) == [p.name for p in EVERYTHING.params]
    assert rows["steps"].help.text() == "How often noise is taken away." and rows["steps"].help.isVisibleTo(
        window
    )
    assert rows["linked"].source.text() == "from number · Value"
    assert not rows["linked"].editor.isVisibleTo(window)
    asked: list[Any] = []
    inspector(window).show_asked.connect(asked.append)
    rows["linked"].source.click()
    assert asked == ["number"]


def test_typing_in_the_inspector_shows_on_the_canvas_and_back(window: MainWindow, view: DocumentView) -> None:
    editor = row(window, "steps").editor
    assert isinstance(editor, NumberEditor)
    editor.line.setFocus()
    QTest.keyClicks(editor.line, "2*30")
    QTest.keyClick(editor.line, Qt.Key.Key_Return)
    assert canvas_of(view).scene.nodes["all"].node.params["steps"] == 60
    view.editor.apply(SetParam("all", "steps", 33))
    assert editor.line.text() == "33" and row(window, "steps").editor is editor
    view.editor.stack.undo()
    assert editor.line.text() == "60"


def test_scrubbing_in_the_inspector(window: MainWindow, view: DocumentView) -> None:
    editor = row(window, "cfg").editor
    assert isinstance(editor, NumberEditor)
    before = view.editor.stack.index()
    middle = editor.line.rect().center()
    QTest.mousePress(editor.line, Qt.MouseButton.LeftButton, pos=middle)
    for way in (5, 20, 35):
        QTest.mouseMove(editor.line, middle + type(middle)(way, 0))
    QTest.mouseRelease(editor.line, Qt.MouseButton.LeftButton, pos=middle + type(middle)(35, 0))
    assert view.editor.graph.nodes["all"].params["cfg"] == pytest.approx(8.0)
    assert view.editor.stack.index() == before + 1


def test_values_are_reset_and_copied(window: MainWindow, view: DocumentView) -> None:
    view.editor.apply(SetParam("all", "prompt", 'it\'s a "house"'))
    shown = row(window, "prompt")
    assert shown.reset.isEnabled()
    menu = shown.menu()
    for action in menu.actions():
        if action.text() == "Copy as command-line option":
            action.trigger()
    menu.deleteLater()
    assert QGuiApplication.clipboard().text() == "--set 'all.prompt=it'\\''s a \"house\"'"
    shown.reset.click()
    assert "prompt" not in view.editor.graph.nodes["all"].params and not shown.reset.isEnabled()


def test_a_flag_reads_back_as_it_was() -> None:
    import shlex

    for text in ("a b", "it's", '$HOME `x` \\ "q"', "line\nline", "", "plain.value=3"):
        assert shlex.split(quoted(text)) == [text]


def test_a_problem_stands_at_its_row_and_is_mended(window: MainWindow, view: DocumentView) -> None:
    shown = row(window, "steps")
    view.editor.apply(SetParam("all", "steps", 500))
    validation_of(view.editor).check()
    assert shown.wrong.text() == "Steps is 500, above 100; use 1 to 100."
    assert canvas_of(view).state.problems("all")["steps"].startswith("Node all")
    assert shown.mend.text() == "Use 100"
    shown.mend.click()
    validation_of(view.editor).check()
    assert view.editor.graph.nodes["all"].params["steps"] == 100
    assert not shown.wrong.isVisibleTo(window) and not canvas_of(view).state.problems("all")


def test_changes_are_checked_by_themselves_a_moment_later(view: DocumentView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(validation_of(view.editor).changed, timeout=5000):
        view.editor.apply(SetParam("all", "sampler", "gone"))
    assert [p.field for p in validation_of(view.editor).problems] == ["sampler"]


def test_a_model_file_that_vanished_is_told_and_one_that_came_is_seen(
    view: DocumentView, folders: Folders
) -> None:
    validation = validation_of(view.editor)
    validation.check()
    assert validation.problems == []
    folders.kinds["checkpoints"] = ("practise.safetensors",)
    validation._state_changed(Qt.ApplicationState.ApplicationActive)
    validation.check()
    (problem,) = validation.problems
    assert problem.field == "checkpoint" and "practise.safetensors" in problem.sentence
    assert validation.fix(problem)
    validation.check()
    assert validation.problems == []
    assert view.editor.graph.nodes["all"].params["checkpoint"] == "practise.safetensors"


def test_the_panel_lists_problems_and_mends_them(window: MainWindow, view: DocumentView) -> None:
    window.docks.toggle("problems")
    panel = window.docks.panel("problems")
    assert isinstance(panel, Problems)
    assert panel.heading.text() == "Nothing is wrong: this workflow can run."
    view.editor.apply(SetParam("all", "steps", 0))
    view.editor.apply(SetParam("all", "color", "blue-ish"))
    panel.validation.check()
    assert len(panel.cards) == 2 and panel.heading.text().startswith("2 problems")
    asked: list[Any] = []
    panel.show_asked.connect(asked.append)
    panel.cards[0].setFocus()
    QTest.keyClick(panel.cards[0], Qt.Key.Key_Return)
    QTest.mouseClick(panel.cards[1], Qt.MouseButton.LeftButton)
    assert asked == ["all", "all"]
    card = panel.cards[0]
    assert isinstance(card, Card)
    button = card.mend
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    panel.validation.check()
    assert len(panel.cards) == 1


def test_a_node_that_failed_shows_its_exception_under_details(window: MainWindow, view: DocumentView) -> None:
    window.docks.toggle("problems")
    panel = window.docks.panel("problems")
    assert isinstance(panel, Problems)
    state = NodeStates(panel)
    panel.follow(state)
    details = "ValueError: no such layer at pack/nodes.py:12\nTraceback (most recent call last):\n  ..."
    state.hear(events.NodeFailed("all", "Everything", "no such layer", ("image = Image(1x8x8x3)",), details))
    state.flush()
    (card,) = panel.cards
    assert isinstance(card, FailureCard) and panel.heading.text() == "The last run failed."
    assert card.toggle is not None and card.details is not None and not card.details.isVisible()
    QTest.mouseClick(card.toggle, Qt.MouseButton.LeftButton)
    assert card.details.isVisible()
    assert card.details.toPlainText() == f"image = Image(1x8x8x3)\n{details}"
    state.hear(events.RunStarted(("all",), ()))
    state.flush()
    assert panel.cards == []


def test_diagnostics_name_versions_settings_and_no_paths(window: MainWindow) -> None:
    window.app.change(recent=("/home/someone/secret.json",))
    window.menus.actions["help.diagnostics"].trigger()
    text = QGuiApplication.clipboard().text()
    assert "nodegraph " in text and "Python " in text and "theme = " in text and "Log of engine:" in text
    assert "secret" not in text and str(Path.home()) not in text


def test_f8_goes_round_the_nodes_with_problems(window: MainWindow, view: DocumentView) -> None:
    bad = Node("other", "Everything", pos=(900, 0), params={"steps": -1})
    view.editor.push("Add", view.editor.graph.with_nodes([bad]))
    view.editor.apply(SetParam("all", "steps", 0))
    seen = []
    for _ in range(3):
        QTest.keyClick(window, Qt.Key.Key_F8)
        seen.append(view.editor.selection.active)
    assert seen == ["other", "all", "other"]
    view.editor.apply(SetParam("all", "steps", 1))
    view.editor.apply(RemoveNodes(("other",)))
    QTest.keyClick(window, Qt.Key.Key_F8)


def test_with_problems_everything_else_still_edits(window: MainWindow, view: DocumentView) -> None:
    view.editor.apply(SetParam("all", "steps", 500))
    validation_of(view.editor).check()
    assert view.editor.apply(SetParam("all", "cfg", 3.0))
    assert view.editor.apply(Disconnect((Link(Source("number", "value"), "all", "linked"),)))
    assert row(window, "linked").editor.isVisibleTo(window)


def test_f1_shows_the_help_of_the_selected_node(window: MainWindow, view: DocumentView) -> None:
    QTest.keyClick(window, Qt.Key.Key_F1)
    panel = window.docks.panel("help")
    assert isinstance(panel, Help) and window.docks.shown("help")
    text = panel.toPlainText()
    assert "Has a row of each kind." in text and "1 to 100" in text and "What to begin with." in text
    view.editor.selection.clear()
    assert panel.toPlainText() == "Select a node to read what it does."


def test_help_writes_no_markup_of_strangers() -> None:
    assert (
        prose("a <b>x</b> `code`\n\nsecond") == "<p>a &lt;b&gt;x&lt;/b&gt; <code>code</code></p><p>second</p>"
    )
    from dataclasses import replace

    html = help_html(replace(EVERYTHING, title="<img src=x>"), DARK)
    assert "<img" not in html


def test_tooltips_say_name_type_range_and_default() -> None:
    assert input_tip(EVERYTHING, "steps") == (
        "Steps · whole number",
        "How often noise is taken away.\n1 to 100, usually 20",
    )
    assert input_tip(EVERYTHING, "image") == ("Image · Image", "What to begin with.\noptional")
    width, sampler = EVERYTHING.param("width"), EVERYTHING.param("sampler")
    assert width is not None and facts(width) == "64 to 4096, in steps of 8, usually 512"
    assert sampler is not None and facts(sampler) == "usually euler"
    assert "&lt;" in tip("<x>", "", "wrong")


def test_a_node_of_an_unknown_type_is_shown_and_keeps_its_values(
    window: MainWindow, view: DocumentView
) -> None:
    strange = Node("strange", "Nowhere", params={"a": 1, "b": "two"})
    view.editor.push("Add", view.editor.graph.with_nodes([strange]))
    view.editor.selection.set(["strange"])
    assert list(inspector(window).rows) == ["a", "b"]
    validation_of(view.editor).check()
    assert "not installed" in canvas_of(view).state.problems("strange")[""]
    problem = validation_of(view.editor).of("strange")[0]
    assert sentence_of(problem).startswith("The type Nowhere is not installed")


def test_an_empty_selection_and_many_values_do_not_hurt(window: MainWindow, view: DocumentView) -> None:
    view.editor.selection.clear()
    assert inspector(window).rows == {}
    view.editor.push("Clear", Graph())
    assert inspector(window).rows == {}
