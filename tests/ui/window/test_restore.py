from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QPushButton

from nodegraph.edits import SetParam
from nodegraph.formats import native
from nodegraph.journal import codec
from nodegraph.journal.recovery import recoverable
from tests.ui.catalogue import SPECS, text_to_picture
from tests.ui.standin import StandIn
from tests.ui.window.hand import Start, answer, crash, edit, opened, steps
from ui.config import paths, session
from ui.shell.application import Application
from ui.shell.dialogs.settings import SettingsDialog
from ui.shell.document_view import DocumentView
from ui.shell.view_state import place


def test_everything_comes_back_after_a_crash(start: Start, flow: Path) -> None:
    app = start()
    window = app.windows[0]
    view = opened(window, flow)
    other = opened(window, flow)
    edit(view, 1)
    edit(view, 2)
    view.editor.stack.undo()
    untitled = window.documents.new()
    untitled.editor.push("Begin", text_to_picture())
    window.tabs.setCurrentWidget(other)
    app.save_session(wait=True)
    again = start().windows[0]
    views = again.tabs.views()
    assert [v.editor.name for v in views] == ["flow", "flow", "Untitled"]
    assert again.tabs.currentIndex() == 1
    assert (steps(views[0]), views[0].editor.unsaved, views[0].editor.stack.count()) == (1, True, 2)
    views[0].editor.stack.redo()
    assert steps(views[0]) == 2
    views[0].editor.stack.setIndex(0)
    assert not views[0].editor.unsaved
    assert not views[1].editor.unsaved
    assert len(views[2].editor.graph.nodes) == 7


def test_a_crash_before_the_session_was_written_loses_nothing(start: Start, flow: Path) -> None:
    app = start()
    edit(opened(app.windows[0], flow), 9)
    paths.session_file().unlink(missing_ok=True)
    views = start().windows[0].tabs.views()
    assert [steps(view) for view in views] == [9]


@pytest.mark.parametrize("button", ["Save", "Keep for next start", "Discard"])
def test_closing_the_window_asks_once_for_all_tabs(
    start: Start, flow: Path, tmp_path: Path, button: str
) -> None:
    app = start()
    window = app.windows[0]
    second = tmp_path / "second.json"
    second.write_bytes(flow.read_bytes())
    for path in (flow, second):
        edit(opened(window, path), 88)
    answer(button)
    assert window.close()
    assert app.windows == []
    expected = 88 if button == "Save" else 30
    assert native.load(second).nodes["sampler"].params["steps"] == expected
    views = start().windows[0].tabs.views()
    kept = button == "Keep for next start"
    assert [(steps(view), view.editor.unsaved) for view in views] == [(88 if kept else expected, kept)] * 2


def test_windows_docks_tabs_and_views_are_restored(start: Start, flow: Path) -> None:
    app = start()
    window = app.windows[0]
    view = opened(window, flow)
    view.canvas.set_view_state({"zoom": 2.0})
    window.resize(780, 700)
    window.docks.toggle("history")
    window.docks.toggle("outline")
    size = window.size()
    assert window.close()
    again = start().windows[0]
    assert again.size() == size
    assert (again.docks.shown("history"), again.docks.shown("outline")) == (True, False)
    assert [place(v) for v in again.tabs.views()] == [{"zoom": 2.0}]


def test_an_odd_session_file_is_no_harm(start: Start) -> None:
    file = paths.session_file()
    file.write_text('{"windows": [{"tabs": [{"path": 5}, 7], "geometry": "é"}, 3]}')
    assert [window.tabs.count() for window in start().windows] == [0]
    assert session.load(file)[0].geometry == ""


def test_quitting_two_windows_asks_once_and_brings_both_back(start: Start, flow: Path) -> None:
    app = start()
    window = app.windows[0]
    for number in (1, 2, 3):
        edit(opened(window, flow), number)
    window.documents.tear_off()
    answer("Keep for next start")
    assert app.quit()
    again = start()
    assert [[steps(v) for v in w.tabs.views()] for w in again.windows] == [[1, 2], [3]]
    for other in again.windows[1:]:
        for view in other.tabs.views():
            other.documents.drop(view, keep=False)
        other.close()


def saved_and_quit(app: Application, flow: Path) -> None:
    window = app.windows[0]
    view = opened(window, flow)
    edit(view, 1)
    edit(view, 2)
    assert window.documents.save()
    assert window.close()


def test_a_saved_workflow_keeps_its_undo_steps_when_the_editor_is_closed(start: Start, flow: Path) -> None:
    saved_and_quit(start(), flow)
    window = start().windows[0]
    [view] = window.tabs.views()
    assert (steps(view), view.editor.unsaved, view.editor.stack.count()) == (2, False, 2)
    assert window.bar.currentMessage() == ""
    view.editor.stack.undo()
    assert (steps(view), view.editor.unsaved) == (1, True)


def test_a_file_changed_while_the_editor_was_closed_is_what_opens(start: Start, flow: Path) -> None:
    saved_and_quit(start(), flow)
    native.save(SetParam("sampler", "steps", 99).apply(text_to_picture()), flow)
    [view] = start().windows[0].tabs.views()
    assert (steps(view), view.editor.unsaved, view.editor.stack.count()) == (99, False, 0)
    assert not view.bar.isVisible()
    assert recoverable(paths.journal_folder()) == []


def test_a_saved_workflow_whose_file_is_gone_comes_back_all_the_same(start: Start, flow: Path) -> None:
    saved_and_quit(start(), flow)
    flow.unlink()
    [view] = start().windows[0].tabs.views()
    assert steps(view) == 2
    assert view.bar.isVisible()


def test_twenty_tabs_come_back_as_they_were(start: Start, flow: Path, tmp_path: Path) -> None:
    app = start()
    window = app.windows[0]
    for number in range(18):
        file = tmp_path / f"flow_{number}.json"
        file.write_bytes(flow.read_bytes())
        view = opened(window, file)
        for at in range(number):
            edit(view, at + 1)
        view.editor.stack.setIndex(number // 2)
        view.editor.selection.set(["sampler", "prompt"][: number % 3], frames=["frame"][: number % 2])
        view.canvas.set_view_state({"x": number, "y": -number, "zoom": 0.25 + number / 16})
    template = window.documents.open_template(flow)
    window.documents.new()
    assert template is not None
    window.tabs.strip.moveTab(18, 2)
    window.tabs.setCurrentIndex(7)
    before = [described(view) for view in window.tabs.views()]
    answer("Keep for next start")
    assert app.quit()
    again = start().windows[0]
    assert again.tabs.currentIndex() == 7
    assert [described(view) for view in again.tabs.views()] == before


def described(view: DocumentView) -> tuple[object, ...]:
    history = view.editor.history()
    graphs = [codec.encode(history.at(index)) for index in range(len(history.steps) + 1)]
    return (view.editor.path, view.editor.unsaved, history.index, graphs, place(view))


def test_a_second_editor_leaves_the_windows_of_the_first_alone(
    start: Start, flow: Path, qapp: QApplication
) -> None:
    first = start()
    edit(opened(first.windows[0], flow), 4)
    first.save_session(wait=True)
    second = Application(qapp, SPECS, StandIn)
    try:
        other = second.start([flow])
        assert [steps(view) for view in other.tabs.views()] == [30]
        assert "open already" in other.bar.currentMessage()
        second.save_session(wait=True)
        assert len(session.load(paths.session_file())[0].tabs) == 1
        edit(other.tabs.views()[0], 77)
    finally:
        crash(second)
    [window] = start().windows
    assert [steps(view) for view in window.tabs.views()] == [4, 77]


def test_panels_hidden_by_focus_mode_are_there_at_the_next_start(start: Start, flow: Path) -> None:
    window = start().windows[0]
    opened(window, flow)
    window.docks.toggle("history")
    window.docks.toggle_focus()
    assert not window.docks.docks["history"].isVisible()
    assert window.close()
    again = start().windows[0]
    assert again.docks.shown("history") and again.docks.shown("outline")


@pytest.mark.parametrize("text_size", [100, 200])
def test_a_dock_holds_its_title_and_what_it_shows_apart(start: Start, flow: Path, text_size: int) -> None:
    window = start().windows[0]
    opened(window, flow)
    window.docks.toggle("inspector")
    window.app.change(text_size=text_size, density="large")
    QTest.qWait(50)
    for name in ("outline", "inspector"):
        dock = window.docks.docks[name]
        assert dock.titleBarWidget().geometry().bottom() < dock.widget().geometry().top()
    assert window.docks.docks["inspector"].height() >= 0.3 * window.height()


@pytest.mark.parametrize("text_size", [100, 200])
def test_the_settings_show_every_word_and_fit_the_screen(start: Start, text_size: int) -> None:
    app = start()
    dialog = SettingsDialog(app, app.windows[0])
    dialog.show()
    app.change(text_size=text_size, density="large", scale=200)
    dialog.fields["scale"].setCurrentIndex(3)  # type: ignore[union-attr]
    QTest.qWait(50)
    for child in (
        dialog.findChildren(QCheckBox) + dialog.findChildren(QPushButton) + dialog.findChildren(QComboBox)
    ):
        if child.isVisible():
            assert child.width() >= child.minimumSizeHint().width(), child.accessibleName()
    assert dialog.height() <= dialog.screen().availableGeometry().height()
    dialog.close()
    dialog.deleteLater()
