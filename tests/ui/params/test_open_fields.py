"""A value that is still open in a field counts everywhere: what is shown is what is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox, QPlainTextEdit, QWidget

from nodegraph.edits import AddNote, ChangeNote, Edit, SetParam, SetTitle
from nodegraph.formats import native
from nodegraph.journal.recovery import recover, recoverable
from nodegraph.model.graph import Note
from nodegraph.support.messages import Phrase
from tests.ui.params.catalogue import SPECS
from tests.ui.params.conftest import graph
from tests.ui.window.hand import crash
from ui.canvas.canvas import Canvas
from ui.config import paths
from ui.editors.base import ParamEditor
from ui.panels.canvas_editors import attach
from ui.panels.inspector.panel import Inspector
from ui.shell import menus
from ui.shell.actions.action import always
from ui.shell.actions.table import ACTIONS
from ui.shell.application import Application
from ui.shell.command_context import CommandContext
from ui.shell.document_view import DocumentView
from ui.shell.main_window import MainWindow

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

CTRL = Qt.KeyboardModifier.ControlModifier
TYPED: dict[str, tuple[str, object]] = {
    "steps": ("24*2", 48),
    "cfg": ("4.5", 4.5),
    "denoise": ("1/4", 0.25),
    "seed": ("42", 42),
    "color": ("#00ff00", "#00ff00"),
    "image_file": ("b.png", "b.png"),
    "name": ("a boat", "a boat"),
    "prompt": ("a boat", "a boat"),
    "title": ("A boat", "A boat"),
    "note": ("a boat", "a boat"),
}
"""Every kind of field that is typed into: what is typed, and the value it makes."""


def value(view: DocumentView, kind: str) -> object:
    """What the graph holds in the place of a kind of field."""
    now = view.editor.graph
    if kind == "title":
        return now.nodes["all"].title
    if kind == "note":
        return now.notes["n"].text
    param = SPECS["Everything"].param(kind)
    assert param is not None
    return now.nodes["all"].params.get(kind, param.default)


def type_into(view: DocumentView, kind: str, text: str = "") -> QWidget:
    """Open a field, and type over what is in it, without keeping it."""
    canvas = view.base
    assert isinstance(canvas, Canvas)
    canvas.setFocus()
    if kind == "title":
        canvas.rename("all")
    elif kind == "note":
        canvas.edit_note("n")
    else:
        rows = attach(canvas, view.window().app.look)  # type: ignore[attr-defined]  # a MainWindow
        assert rows is not None
        assert rows.open("all", kind, by_key=True)
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit | QPlainTextEdit), field
    QTest.keyClick(field, Qt.Key.Key_A, CTRL)
    QTest.keyClicks(field, text or TYPED[kind][0])
    return field


@pytest.fixture
def noted(view: DocumentView) -> DocumentView:
    view.editor.apply(AddNote(Note("n", "words", (600.0, 0.0))))
    QTest.qWaitForWindowExposed(view.window())
    view.window().activateWindow()
    return view


Seen = list[tuple[str, object]]


@pytest.fixture
def probed(
    qapp: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[DocumentView, Seen, Callable[[str], None]]]:
    """A document in a window whose actions only note what the graph holds when they are done."""
    seen: Seen = []
    made: list[DocumentView] = []
    wanted: list[str] = [""]

    def probe(id: str) -> Callable[[CommandContext], object]:
        return lambda _: seen.append((id, value(made[0], wanted[0])))

    actions = tuple(replace(action, run=probe(action.id), enabled=always) for action in ACTIONS)
    monkeypatch.setattr(menus, "ACTIONS", actions)
    app = Application(qapp, SPECS, Canvas)
    window = app.start()
    made.append(window.documents.new())
    made[0].editor.push("Begin", AddNote(Note("n", "words", (600.0, 0.0))).apply(graph()))
    QTest.qWaitForWindowExposed(window)
    window.activateWindow()
    yield made[0], seen, lambda kind: wanted.__setitem__(0, kind)
    made[0].editor.fields.clear()
    crash(app)


@pytest.mark.parametrize("kind", TYPED)
def test_every_action_finds_what_is_typed_in_the_graph(
    probed: tuple[DocumentView, Seen, Callable[[str], None]], kind: str
) -> None:
    view, seen, want = probed
    want(kind)
    window = view.window()
    assert isinstance(window, MainWindow)
    before = view.editor.graph
    for action in ACTIONS:
        type_into(view, kind)
        window.menus.actions[action.id].trigger()
        assert seen[-1:] == [(action.id, TYPED[kind][1])], action.id
        canvas = view.base
        assert isinstance(canvas, Canvas)
        canvas.setFocus()
        QTest.keyClick(canvas, Qt.Key.Key_Escape)
        view.editor.push("Back", before)


@pytest.mark.parametrize("kind", TYPED)
@pytest.mark.parametrize("way", ["menu", "keys", "as"])
def test_save_writes_what_is_shown(
    noted: DocumentView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, way: str
) -> None:
    window = noted.window()
    assert isinstance(window, MainWindow)
    file = tmp_path / "flow.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    if way != "as":
        assert window.documents._write(noted, file)
    field = type_into(noted, kind)
    if way == "keys":
        QTest.keyClick(field, Qt.Key.Key_S, CTRL)
    else:
        window.menus.actions["file.save" if way == "menu" else "file.save_as"].trigger()
    kept = native.load(file)
    found = {"title": kept.nodes["all"].title, "note": kept.notes["n"].text}
    assert found.get(kind, kept.nodes["all"].params.get(kind)) == TYPED[kind][1]
    assert not noted.editor.unsaved


def answer_dialog(text: str, seen: list[str]) -> None:
    """Press this button of the question that opens next, and note its title."""

    def press() -> None:
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            seen.append(box.text())
            next(b for b in box.buttons() if b.text().replace("&", "") == text).click()

    QTimer.singleShot(50, press)


@pytest.mark.parametrize("kind", TYPED)
@pytest.mark.parametrize("way", ["tab", "window"])
def test_closing_asks_about_what_is_typed_and_leaves_no_tab_behind(
    noted: DocumentView, tmp_path: Path, kind: str, way: str
) -> None:
    window = noted.window()
    assert isinstance(window, MainWindow)
    assert window.documents._write(noted, tmp_path / "flow.json")
    type_into(noted, kind)
    asked: list[str] = []
    answer_dialog("Don’t save" if way == "tab" else "Discard", asked)
    app = window.app
    if way == "tab":
        window.menus.actions["file.close"].trigger()
    else:
        window.close()
    assert len(asked) == 1
    QTest.qWait(1)
    assert recoverable(paths.journal_folder()) == []
    if way == "tab":
        assert window.tabs.count() == 0
    else:
        assert app.windows == []
        # The fixture closes a window that is there.
        app.new_window()


@pytest.mark.parametrize("kind", TYPED)
def test_what_is_kept_for_the_next_start_holds_what_is_typed(
    noted: DocumentView, tmp_path: Path, kind: str
) -> None:
    window = noted.window()
    assert isinstance(window, MainWindow)
    type_into(noted, kind)
    asked: list[str] = []
    answer_dialog("Keep for next start", asked)
    app = window.app
    assert app.quit() and asked
    [found] = [recover(path) for path in recoverable(paths.journal_folder())]
    assert found is not None
    kept = found.history.graph
    found.journal.close()
    texts = {"title": kept.nodes["all"].title, "note": kept.notes["n"].text}
    assert texts.get(kind, kept.nodes["all"].params.get(kind)) == TYPED[kind][1]
    app.new_window()


@pytest.mark.parametrize("kind", TYPED)
def test_going_to_another_tab_keeps_what_is_typed(noted: DocumentView, kind: str) -> None:
    window = noted.window()
    assert isinstance(window, MainWindow)
    window.documents.new()
    window.tabs.setCurrentWidget(noted)
    type_into(noted, kind)
    window.tabs.setCurrentIndex(1)
    assert value(noted, kind) == TYPED[kind][1]


@pytest.mark.parametrize("kind", TYPED)
def test_undo_from_the_menu_takes_back_what_is_typed(noted: DocumentView, kind: str) -> None:
    window = noted.window()
    assert isinstance(window, MainWindow)
    before = value(noted, kind)
    type_into(noted, kind)
    window.menus.actions["edit.undo"].trigger()
    assert value(noted, kind) == before
    window.menus.actions["edit.redo"].trigger()
    assert value(noted, kind) == TYPED[kind][1]


@pytest.mark.parametrize("kind", ["steps", "seed", "cfg", "color"])
def test_an_invalid_value_is_neither_saved_over_nor_lost(
    qtbot: QtBot, noted: DocumentView, tmp_path: Path, kind: str
) -> None:
    window = noted.window()
    assert isinstance(window, MainWindow)
    assert window.documents._write(noted, tmp_path / "flow.json")
    written = (tmp_path / "flow.json").read_bytes()
    field = type_into(noted, kind, "boat")
    window.menus.actions["file.save_as"].trigger()
    assert (tmp_path / "flow.json").read_bytes() == written
    assert window.bar.currentMessage() and QApplication.focusWidget() is field
    asked: list[str] = []
    answer_dialog("Go back to it", asked)
    window.menus.actions["file.close"].trigger()
    assert asked and window.tabs.count() == 1
    qtbot.waitUntil(lambda: QApplication.focusWidget() is field, timeout=5000)
    assert isinstance(field, QLineEdit) and field.text() == "boat"
    answer_dialog("Close without it", asked)
    window.menus.actions["file.close"].trigger()
    assert len(asked) == 2 and window.tabs.count() == 0


@pytest.mark.parametrize("kind", TYPED)
def test_a_kill_loses_nothing_that_was_typed_steadily(
    qtbot: QtBot, noted: DocumentView, kind: str, own_home: Path
) -> None:
    type_into(noted, kind)
    journal = noted.recorder.journal
    assert journal is not None

    def draft_written() -> bool:
        journal.write()
        return b'"do":"draft"' in journal.path.read_bytes()

    qtbot.waitUntil(draft_written, timeout=5000)
    copy = own_home / "copy.journal"
    copy.write_bytes(journal.path.read_bytes())
    found = recover(copy)
    assert found is not None
    kept = found.history.graph
    texts = {"title": kept.nodes["all"].title, "note": kept.notes["n"].text}
    assert texts.get(kind, kept.nodes["all"].params.get(kind)) == TYPED[kind][1]
    found.journal.close()
    again = recover(copy)
    assert again is not None and again.history.graph == kept
    again.journal.close()


@pytest.mark.parametrize("kind", TYPED)
def test_a_draft_that_is_given_up_does_not_come_back(
    qtbot: QtBot, noted: DocumentView, kind: str, own_home: Path
) -> None:
    before = noted.editor.graph
    field = type_into(noted, kind)
    journal = noted.recorder.journal
    assert journal is not None
    noted.editor.drafted.connect(lambda *_: journal.write())
    with qtbot.waitSignal(noted.editor.drafted, timeout=5000):
        pass
    QTest.keyClick(field, Qt.Key.Key_Escape)
    journal.write()
    copy = own_home / "copy.journal"
    copy.write_bytes(journal.path.read_bytes())
    found = recover(copy)
    assert found is not None
    assert found.history.graph == before
    found.journal.close()


@pytest.mark.parametrize("kind", ["prompt", "name", "note", "image_file"])
def test_escape_says_how_a_long_text_comes_back(noted: DocumentView, kind: str) -> None:
    window = noted.window()
    assert isinstance(window, MainWindow)
    before, long = value(noted, kind), "a long text that nobody wants to type a second time"
    field = type_into(noted, kind, long)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert value(noted, kind) == before
    assert "Redo" in window.bar.currentMessage()
    window.menus.actions["edit.redo"].trigger()
    assert value(noted, kind) == long


def test_the_inspector_counts_as_well(panel: Inspector, view: DocumentView) -> None:
    window = view.window()
    assert isinstance(window, MainWindow)
    row = next(e for e in panel.findChildren(ParamEditor) if e.binding.param.name == "prompt")
    row.begin()
    field = QApplication.focusWidget()
    assert isinstance(field, QPlainTextEdit)
    QTest.keyClicks(field, "!")
    window.menus.refresh()
    assert value(view, "prompt") == "a red house by a lake!"


ODD = ["a\r\nb", "a\rb", "a\u00a0b", "a\u2028b", "a\u2029b", "a\tb ", "  a\n\n"]


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("kind", ["prompt", "name", "image_file", "note", "title"])
def test_opening_and_leaving_a_text_changes_nothing_in_it(noted: DocumentView, kind: str, text: str) -> None:
    editor, canvas = noted.editor, noted.base
    assert isinstance(canvas, Canvas)
    edits: dict[str, Edit] = {
        "note": ChangeNote(replace(editor.graph.notes["n"], text=text), Phrase("Write"))
    }
    edits["title"] = SetTitle("all", text)
    assert editor.apply(edits.get(kind, SetParam("all", kind, text)))
    steps = editor.stack.index()
    if kind == "title":
        canvas.rename("all")
    elif kind == "note":
        canvas.edit_note("n")
    else:
        rows = attach(canvas, noted.window().app.look)  # type: ignore[attr-defined]  # a MainWindow
        assert rows is not None and rows.open("all", kind, by_key=True)
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit | QPlainTextEdit)
    QTest.keyClick(field, Qt.Key.Key_End, CTRL)
    canvas.setFocus()
    QTest.qWait(1)
    assert value(noted, kind) == text and editor.stack.index() == steps


def test_typing_into_a_prompt_of_another_system_changes_only_what_is_typed(noted: DocumentView) -> None:
    canvas = noted.base
    assert isinstance(canvas, Canvas)
    assert noted.editor.apply(SetParam("all", "prompt", "one\r\ntwo\u00a0three\u2028four"))
    rows = attach(canvas, noted.window().app.look)  # type: ignore[attr-defined]  # a MainWindow
    assert rows is not None and rows.open("all", "prompt", by_key=True)
    field = QApplication.focusWidget()
    assert isinstance(field, QPlainTextEdit)
    QTest.keyClick(field, Qt.Key.Key_End, CTRL)
    QTest.keyClicks(field, "!")
    canvas.setFocus()
    QTest.qWait(1)
    assert value(noted, "prompt") == "one\r\ntwo\u00a0three\u2028four!"


@pytest.mark.parametrize("kind", ["steps", "prompt", "note"])
@pytest.mark.parametrize(
    ("preset", "key", "modifiers"),
    [
        ("Nuke", Qt.Key.Key_F5, Qt.KeyboardModifier.NoModifier),
        ("Default", Qt.Key.Key_Return, CTRL | Qt.KeyboardModifier.ShiftModifier),
        ("ComfyUI", Qt.Key.Key_S, CTRL),
    ],
)
def test_keys_of_any_preset_find_it_too(
    probed: tuple[DocumentView, Seen, Callable[[str], None]],
    kind: str,
    preset: str,
    key: Qt.Key,
    modifiers: Qt.KeyboardModifier,
) -> None:
    view, seen, want = probed
    want(kind)
    window = view.window()
    assert isinstance(window, MainWindow)
    window.app.change(keymap=preset)
    field = type_into(view, kind)
    QTest.keyClick(field, key, modifiers)
    if kind == "note" and key == Qt.Key.Key_Return:
        # In a note Enter ends the writing, and runs nothing.
        assert seen == [] and value(view, kind) == TYPED[kind][1]
    else:
        assert [found for _, found in seen] == [TYPED[kind][1]]
