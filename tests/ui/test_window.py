from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton

from nodegraph import fileformat
from nodegraph.edits import SetParam
from tests.ui.catalogue import SPECS, text_to_picture
from tests.ui.standin import StandIn
from ui import paths, session
from ui.application import Application
from ui.panels.history import History
from ui.view import DocumentView
from ui.window import MainWindow

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

Start = Callable[[], Application]


@pytest.fixture
def start(qapp: QApplication, qtbot: QtBot) -> Iterator[Start]:
    """Starts the editor as often as asked; a start ends the one before it without asking, as a crash does."""
    running: list[Application] = []

    def again() -> Application:
        for app in running:
            crash(app)
        running[:] = [Application(qapp, SPECS, StandIn)]
        running[0].start()
        return running[0]

    yield again
    for app in running:
        crash(app)


def crash(app: Application) -> None:
    """Let go of everything as a killed process would, once its journal is written."""
    for window in list(app.windows):
        for view in window.tabs.views():
            if view.recorder.journal is not None:
                view.recorder.journal.close()
                view.recorder.journal = None
            window.documents.drop(view, keep=True)
        app.windows.remove(window)
        window.deleteLater()
    app.end()
    app.setParent(None)
    app.deleteLater()
    QTest.qWait(1)


@pytest.fixture
def app(start: Start) -> Application:
    return start()


@pytest.fixture
def window(app: Application) -> MainWindow:
    return app.windows[0]


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    path = tmp_path / "flow.json"
    fileformat.save(text_to_picture(), path)
    return path


def opened(window: MainWindow, path: Path) -> DocumentView:
    view = window.documents.open(path)
    assert view is not None
    return view


def answer(text: str) -> None:
    """Click this button in the question that opens next."""

    def click() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox), box
        button = next(b for b in box.findChildren(QPushButton) if b.text().replace("&", "") == text)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    QTimer.singleShot(50, click)


def edit(view: DocumentView, steps: int) -> None:
    assert view.editor.apply(SetParam("sampler", "steps", steps))


def steps(view: DocumentView) -> object:
    return view.editor.graph.nodes["sampler"].params["steps"]


def test_the_window_starts_with_the_start_page_and_opens_a_tab(window: MainWindow, flow: Path) -> None:
    assert window.view is None
    assert window.start.isVisible()
    view = opened(window, flow)
    assert window.view is view
    assert window.tabs.tabText(0) == "flow"
    assert not window.start.isVisible()
    assert window.app.settings.recent == (str(flow),)


def test_a_tab_shows_unsaved_work_and_ctrl_s_writes_it(window: MainWindow, flow: Path, qtbot: QtBot) -> None:
    view = opened(window, flow)
    edit(view, 55)
    assert window.tabs.tabText(0) == "flow •"
    qtbot.keyClick(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert fileformat.load(flow).nodes["sampler"].params["steps"] == 55
    assert window.tabs.tabText(0) == "flow"


def test_undo_and_redo_by_keys(window: MainWindow, flow: Path, qtbot: QtBot) -> None:
    view = opened(window, flow)
    edit(view, 55)
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert steps(view) == 30
    qtbot.keyClick(window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert steps(view) == 55


def test_undoing_everything_gives_the_file_byte_for_byte(window: MainWindow, flow: Path) -> None:
    before = flow.read_bytes()
    view = opened(window, flow)
    for number in range(40):
        edit(view, number)
    view.editor.stack.setIndex(0)
    assert window.documents._write(view, flow)
    assert flow.read_bytes() == before


def test_the_same_file_twice_is_two_tabs(window: MainWindow, flow: Path) -> None:
    first, second = opened(window, flow), opened(window, flow)
    edit(first, 3)
    assert window.tabs.count() == 2
    assert steps(second) == 30


@pytest.mark.parametrize(
    ("button", "closed", "written"), [("Save", True, 77), ("Don’t save", True, 30), ("Cancel", False, 30)]
)
def test_closing_a_changed_tab_asks_once(
    window: MainWindow, flow: Path, button: str, closed: bool, written: int
) -> None:
    view = opened(window, flow)
    edit(view, 77)
    answer(button)
    assert window.documents.close() is closed
    assert window.tabs.count() == (0 if closed else 1)
    assert fileformat.load(flow).nodes["sampler"].params["steps"] == written


def test_a_closed_tab_leaves_no_journal_and_can_be_reopened(window: MainWindow, flow: Path) -> None:
    view = opened(window, flow)
    edit(view, 77)
    window.documents.save()
    view.recorder.write()
    assert window.documents.close()
    assert list(paths.journal_folder().iterdir()) == []
    window.documents.reopen()
    assert window.tabs.tabText(0) == "flow"


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
    app.save_session()
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
    assert fileformat.load(second).nodes["sampler"].params["steps"] == expected
    views = start().windows[0].tabs.views()
    kept = button == "Keep for next start"
    assert [(steps(view), view.editor.unsaved) for view in views] == [(88 if kept else expected, kept)] * 2


def test_staying_keeps_the_window(window: MainWindow, flow: Path) -> None:
    edit(opened(window, flow), 1)
    answer("Cancel")
    assert not window.close()
    assert window.tabs.count() == 1


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
    assert [dict(v.camera()) for v in again.tabs.views()] == [{"zoom": 2.0}]


def test_a_torn_off_tab_keeps_its_undo_steps(window: MainWindow, flow: Path) -> None:
    opened(window, flow)
    view = opened(window, flow)
    edit(view, 5)
    window.documents.tear_off()
    other = window.app.windows[1]
    assert (window.tabs.count(), other.tabs.count()) == (1, 1)
    assert other.view is view
    view.editor.stack.undo()
    assert steps(view) == 30
    assert other.close()


def test_a_file_changed_by_someone_else_is_noticed_and_can_be_loaded(
    window: MainWindow, flow: Path, qtbot: QtBot
) -> None:
    view = opened(window, flow)
    edit(view, 5)
    theirs = SetParam("sampler", "steps", 99).apply(text_to_picture())
    fileformat.save(theirs, flow)
    qtbot.waitUntil(view.bar.isVisible, timeout=3000)
    qtbot.mouseClick(view.bar.reload, Qt.MouseButton.LeftButton)
    assert (steps(view), view.editor.unsaved, view.bar.isVisible()) == (99, False, False)
    view.editor.stack.undo()
    assert steps(view) == 5


def test_a_file_written_again_with_the_same_contents_is_not_changed(window: MainWindow, flow: Path) -> None:
    view = opened(window, flow)
    flow.write_bytes(flow.read_bytes())
    view.look_at_disk()
    assert not view.bar.isVisible()


@pytest.mark.parametrize(("button", "kept"), [("Replace", 5), ("Cancel", 99)])
def test_saving_over_a_changed_file_asks(window: MainWindow, flow: Path, button: str, kept: int) -> None:
    view = opened(window, flow)
    edit(view, 5)
    fileformat.save(SetParam("sampler", "steps", 99).apply(text_to_picture()), flow)
    answer(button)
    window.documents.save()
    assert fileformat.load(flow).nodes["sampler"].params["steps"] == kept


def test_a_folder_that_cannot_be_written_is_a_sentence(
    window: MainWindow, flow: Path, tmp_path: Path
) -> None:
    view = opened(window, flow)
    (tmp_path / "file").write_text("")
    assert not window.documents._write(view, tmp_path / "file" / "flow.json")
    assert "flow.json" in window.bar.currentMessage()


def test_a_damaged_file_is_a_sentence_and_no_tab(window: MainWindow, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    assert window.documents.open(bad) is None
    assert window.tabs.count() == 0
    assert "bad.json" in window.bar.currentMessage()


def test_the_history_panel_jumps(window: MainWindow, flow: Path, qtbot: QtBot) -> None:
    view = opened(window, flow)
    for number in (1, 2, 3):
        edit(view, number)
    window.docks.toggle("history")
    panel = window.docks.panel("history")
    assert isinstance(panel, History)
    model = panel.steps.model()
    assert [model.index(row, 0).data() for row in range(4)] == ["As opened", *["Change steps of sampler"] * 3]
    box = panel.steps.visualRect(model.index(1, 0))
    qtbot.mouseClick(panel.steps.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert steps(view) == 1
    edit(view, 8)
    QTest.qWait(20)
    branch = panel.branches.visualRect(panel.branches.model().index(0, 0))
    qtbot.mouseClick(panel.branches.viewport(), Qt.MouseButton.LeftButton, pos=branch.center())
    assert steps(view) == 3


def drop(window: MainWindow, place: QPoint, *files: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in files])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent

    QApplication.sendEvent(window, QDragEnterEvent(place, copy, data, left, none))
    QApplication.sendEvent(window, QDragMoveEvent(place, copy, data, left, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(place), copy, data, left, none))


def test_a_dropped_workflow_opens_in_a_tab_of_its_own(window: MainWindow, flow: Path) -> None:
    view = opened(window, flow)
    drop(window, QPoint(700, 400), flow)
    assert window.tabs.count() == 2
    assert not view.editor.unsaved


def test_dropped_models_and_pictures_become_their_loaders(window: MainWindow, tmp_path: Path) -> None:
    view = window.documents.new()
    lora = tmp_path / "loras" / "style" / "ink.safetensors"
    base = tmp_path / "sd15.safetensors"
    picture = tmp_path / "cat.png"
    drop(window, QPoint(300, 400), lora, base, picture)
    nodes = {node.type: node.params for node in view.editor.graph.nodes.values()}
    assert nodes == {
        "LoraLoader": {"lora": "style/ink.safetensors"},
        "CheckpointLoader": {"checkpoint": "sd15.safetensors"},
        "LoadImage": {"image": picture.as_posix()},
    }
    assert view.editor.stack.count() == 1
    assert not window.drops.zones.isVisible()


def test_a_picture_dropped_on_the_right_half_opens_its_workflow(window: MainWindow, tmp_path: Path) -> None:
    view = window.documents.new()
    bare = tmp_path / "bare.png"
    bare.write_bytes(b"\x89PNG\r\n\x1a\n")
    drop(window, QPoint(window.width() - 50, 400), bare)
    assert view.editor.graph.nodes == {}
    assert "bare.png" in window.bar.currentMessage()


def test_closed_windows_are_gone(start: Start, flow: Path) -> None:
    import gc
    import weakref

    app = start()
    window = app.windows[0]
    gone = weakref.ref(opened(window, flow).editor)
    window.close()
    del window
    QTest.qWait(20)
    gc.collect()
    assert gone() is None
    assert [w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow)] == []


def test_bookmarks_are_set_and_recalled(window: MainWindow, flow: Path, qtbot: QtBot) -> None:
    view = opened(window, flow)
    view.editor.selection.set(["sampler"])
    qtbot.keyClick(view.widget, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    view.editor.selection.set(["save"])
    qtbot.keyClick(view.widget, Qt.Key.Key_3)
    assert view.editor.selection.nodes == {"sampler"}
    window.documents.save()
    assert json.loads(flow.read_text())["view"]["bookmarks"] == {"3": "sampler"}


def test_focus_mode_hides_all_but_the_canvas_and_brings_it_back(
    window: MainWindow, flow: Path, qtbot: QtBot
) -> None:
    opened(window, flow)
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert not window.menuBar().isVisible()
    assert not window.docks.docks["outline"].isVisible()
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert window.menuBar().isVisible()
    assert window.docks.docks["outline"].isVisible()


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
