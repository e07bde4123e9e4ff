from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QAction,
    QGuiApplication,
    QInputMethodEvent,
    QKeySequence,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.canvas.hand import CTRL
from tests.ui.params.conftest import Desk
from ui.canvas.rendering.paint_rows import field_rect
from ui.editors.text import PromptEditor, TextEditor
from ui.editors.weights import reweighted


def prompt(run_service: Desk) -> PromptEditor:
    run_service.click(run_service.row("all", "prompt"))
    editor = run_service.rows.editor
    assert isinstance(editor, PromptEditor)
    return editor


def test_a_click_edits_text_and_enter_keeps_it(run_service: Desk) -> None:
    run_service.click(run_service.row("all", "name"))
    assert isinstance(run_service.rows.editor, TextEditor)
    run_service.type("holiday")
    run_service.hit(Qt.Key.Key_Return)
    assert run_service.value("all", "name") == "holiday" and run_service.steps == 1
    run_service.click(run_service.row("all", "name"))
    run_service.type("x")
    run_service.hit(Qt.Key.Key_Escape)
    assert run_service.value("all", "name") == "holiday"


def test_letters_are_no_commands_while_typing(run_service: Desk) -> None:
    muted = []
    action = QAction("mute", run_service.canvas)
    action.setShortcuts([QKeySequence("M"), QKeySequence("Tab"), QKeySequence("Backspace")])
    action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    action.triggered.connect(lambda: muted.append(1))
    run_service.canvas.addAction(action)
    run_service.click(run_service.row("all", "name"))
    run_service.type("mm")
    run_service.hit(Qt.Key.Key_Backspace)
    run_service.hit(Qt.Key.Key_Tab)
    assert not muted and run_service.value("all", "name") == "m"
    assert run_service.rows.box is not None and run_service.rows.box.name == "prompt"


def test_a_prompt_is_written_as_one_step_and_kept_by_ctrl_enter(run_service: Desk) -> None:
    prompt(run_service)
    run_service.type(" in the evening")
    run_service.hit(Qt.Key.Key_Return)
    run_service.type("oil")
    run_service.hit(Qt.Key.Key_Return, CTRL)
    assert run_service.value("all", "prompt") == "a red house by a lake in the evening\noil"
    assert run_service.steps == 1 and run_service.rows.editor is None


def test_a_prompt_reaches_the_graph_after_a_pause_and_escape_brings_it_back(run_service: Desk) -> None:
    prompt(run_service)
    run_service.type(" one")
    QTest.qWait(450)
    assert run_service.value("all", "prompt") == "a red house by a lake one"
    run_service.type(" two")
    QTest.qWait(450)
    assert run_service.steps == 1
    run_service.hit(Qt.Key.Key_Escape)
    assert run_service.value("all", "prompt") == "a red house by a lake"
    assert run_service.rows.editor is None


def test_ctrl_enter_keeps_before_a_command_runs(run_service: Desk) -> None:
    seen = []
    action = QAction("run", run_service.canvas)
    action.setShortcut(QKeySequence("Ctrl+Return"))
    action.triggered.connect(lambda: seen.append(run_service.value("all", "prompt")))
    run_service.canvas.addAction(action)
    prompt(run_service)
    run_service.type("!")
    run_service.hit(Qt.Key.Key_Return, CTRL)
    assert seen == ["a red house by a lake!"]
    run_service.type("?")
    run_service.hit(Qt.Key.Key_Escape)
    assert run_service.value("all", "prompt") == "a red house by a lake!"


def test_an_input_method_composes_before_keys_count(run_service: Desk) -> None:
    editor = prompt(run_service)
    editor.page.selectAll()
    QApplication.sendEvent(editor.page, QInputMethodEvent("にほ", []))
    assert editor.composing
    run_service.hit(Qt.Key.Key_Escape)
    assert run_service.rows.editor is editor
    done = QInputMethodEvent("", [])
    done.setCommitString("日本")
    QApplication.sendEvent(editor.page, done)
    assert not editor.composing
    run_service.hit(Qt.Key.Key_Return, CTRL)
    assert run_service.value("all", "prompt") == "日本"


def test_many_lines_are_pasted_as_they_are(run_service: Desk) -> None:
    editor = prompt(run_service)
    editor.page.selectAll()
    QGuiApplication.clipboard().setText("a house\nred, (old:1.2)\n\tby a lake")
    run_service.hit(Qt.Key.Key_V, CTRL)
    run_service.hit(Qt.Key.Key_Tab)
    assert run_service.value("all", "prompt") == "a house\nred, (old:1.2)\n\tby a lake"


def test_weight_keys_work_on_the_selection(run_service: Desk) -> None:
    editor = prompt(run_service)
    cursor = editor.page.textCursor()
    cursor.setPosition(2)
    cursor.setPosition(11, cursor.MoveMode.KeepAnchor)
    editor.page.setTextCursor(cursor)
    run_service.hit(Qt.Key.Key_Up, CTRL)
    run_service.hit(Qt.Key.Key_Up, CTRL)
    assert editor.page.toPlainText() == "a (red house:1.1) by a lake"
    run_service.hit(Qt.Key.Key_Down, CTRL)
    run_service.hit(Qt.Key.Key_Down, CTRL)
    assert editor.page.toPlainText() == "a red house by a lake"
    assert editor.page.textCursor().selectedText() == "red house"
    run_service.hit(Qt.Key.Key_Z, CTRL)
    assert editor.page.toPlainText() == "a (red house:1.05) by a lake"


def test_weights_of_the_word_at_the_cursor() -> None:
    change = reweighted("red house, lake", 6, 6, 2)
    assert change is not None and change.text == "(house:1.1)"
    change = reweighted("(house:1.1)", 3, 3, -4)
    assert change is not None and change.text == "(house:0.9)"
    assert reweighted("  ", 1, 1, 1) is None


@settings(deadline=None)
@given(st.text(alphabet="ab (),:.1\\\n", max_size=30), st.data(), st.integers(1, 4))
def test_raising_and_lowering_a_weight_gives_the_text_back(
    text: str, data: st.DataObject, steps: int
) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    up = reweighted(text, start, end, steps)
    if up is None or ":" in text or any(sign in text[up.start : up.end] for sign in "()\\"):
        return
    raised = text[: up.start] + up.text + text[up.end :]
    down = reweighted(raised, *up.select, -steps)
    assert down is not None
    assert raised[: down.start] + down.text + raised[down.end :] == text


@pytest.mark.parametrize(
    ("text", "start", "end", "wanted"),
    [("a\\(b", 3, 4, "a\\((b:1.05)"), ("a\\(b", 2, 4, "a(\\(b:1.05)"), ("a\\(b", 0, 2, "(a\\(:1.05)b")],
)
def test_weights_take_no_sign_from_its_backslash(text: str, start: int, end: int, wanted: str) -> None:
    change = reweighted(text, start, end, 1)
    assert change is not None
    assert text[: change.start] + change.text + text[change.end :] == wanted


def test_every_row_is_reached_and_left_by_tab_alone(run_service: Desk) -> None:
    assert run_service.rows.open("all", "steps", by_key=True)
    seen = []
    while run_service.rows.box is not None:
        seen.append(run_service.rows.box.name)
        run_service.hit(Qt.Key.Key_Tab)
    names = [p.name for p in run_service.canvas.scene.nodes["all"].spec.params if not p.advanced]
    assert seen == [name for name in names if name != "linked"]
    assert run_service.steps == 0 and run_service.canvas.hasFocus()


def test_the_editor_is_readable_at_any_zoom(make_desk: object) -> None:
    for zoom in (0.2, 0.7, 1.0, 2.0, 4.0):
        run_service: Desk = make_desk(zoom=zoom)  # type: ignore[operator]  # a fixture that makes desks
        assert run_service.rows.open("all", "steps", by_key=True)
        box = run_service.rows.box
        assert box is not None
        assert 20 <= box.height() <= 60 and box.editor.pixels >= 11
        assert run_service.canvas.rect().contains(box.geometry())
        before = box.pos()
        run_service.canvas.camera.pan(QPointF(20, 10))
        run_service.canvas.camera_changed.emit()
        assert box.pos() != before or zoom == 4.0
        run_service.canvas.close()


def test_a_page_that_almost_fits_lies_exactly_over_its_row(run_service: Desk) -> None:
    run_service.click(run_service.row("all", "prompt"))
    box, row = run_service.canvas.scene.nodes["all"], run_service.rows.row_of("all", "prompt")
    assert row is not None and run_service.rows.box is not None
    rect = field_rect(box, row).translated(box.x, box.y)
    seen = QRectF(
        run_service.canvas.camera.to_view(rect.topLeft()), rect.size() * run_service.canvas.camera.zoom
    )
    assert run_service.rows.box.geometry() == seen.toAlignedRect()
    run_service.hit(Qt.Key.Key_Escape)
    run_service.canvas.zoom_by(0.5)
    run_service.click(run_service.row("all", "prompt"))
    assert run_service.rows.box.height() > 1.5 * seen.height() * run_service.canvas.camera.zoom, (
        "small rows open large"
    )
