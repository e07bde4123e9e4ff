from __future__ import annotations

import gc
import json
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from nodegraph.formats import native
from tests.ui.window.hand import Start, answer, edit, opened, steps
from ui.config import paths
from ui.panels.explain.panel import Explain
from ui.panels.history import History
from ui.shell.main_window import MainWindow

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


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
    assert native.load(flow).nodes["sampler"].params["steps"] == 55
    assert window.tabs.tabText(0) == "flow"


def test_undo_and_redo_by_keys(window: MainWindow, flow: Path, qtbot: QtBot) -> None:
    view = opened(window, flow)
    edit(view, 55)
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert steps(view) == 30
    qtbot.keyClick(window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert steps(view) == 55


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
    assert native.load(flow).nodes["sampler"].params["steps"] == written


def test_a_closed_tab_leaves_no_journal_and_can_be_reopened(window: MainWindow, flow: Path) -> None:
    view = opened(window, flow)
    edit(view, 77)
    window.documents.save()
    assert window.documents.close()
    assert list(paths.journal_folder().iterdir()) == []
    window.documents.reopen()
    assert window.tabs.tabText(0) == "flow"


def test_staying_keeps_the_window(window: MainWindow, flow: Path) -> None:
    edit(opened(window, flow), 1)
    answer("Cancel")
    assert not window.close()
    assert window.tabs.count() == 1


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


def test_closed_windows_are_gone(start: Start, flow: Path) -> None:
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


def test_a_panel_is_made_when_it_is_first_seen(window: MainWindow, flow: Path) -> None:
    view = opened(window, flow)
    dock = window.docks.docks["explain"]
    assert not dock.findChildren(Explain)
    window.docks.toggle("explain")
    assert len(dock.findChildren(Explain)) == 1
    width = dock.width()
    window.documents.new()
    window.docks.toggle("explain")
    window.tabs.setCurrentWidget(view)
    QTest.qWait(1)
    assert not dock.findChildren(Explain)
    dock.show()
    QTest.qWait(1)
    assert len(dock.findChildren(Explain)) == 1 and dock.width() == width


def test_the_system_s_colours_are_followed_while_it_runs(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    hints = window.app.qt.styleHints()
    for dark, name in ((False, "Light"), (True, "Dark"), (False, "Light")):
        monkeypatch.setattr(type(window.app), "_system_dark", lambda _app, dark=dark: dark)
        hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light)
        assert window.app.look.theme.name == name
    window.app.change(theme="contrast")
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert window.app.look.theme.name == "High contrast"


def test_a_fourth_panel_opens_as_a_tab_and_comes_to_the_front(window: MainWindow, flow: Path) -> None:
    opened(window, flow)
    docks = window.docks
    for name in ("inspector", "help", "problems"):
        docks.toggle(name)
        assert not window.tabifiedDockWidgets(docks.docks[name])
    docks.toggle("explain")
    QTest.qWait(20)
    assert window.tabifiedDockWidgets(docks.docks["explain"]) == [docks.docks["inspector"]]
    front = lambda name: not docks.docks[name].visibleRegion().isEmpty()  # noqa: E731
    assert front("explain") and not front("inspector")
    docks.toggle("inspector")
    QTest.qWait(20)
    assert front("inspector") and docks.shown("explain"), "what lies behind comes to the front"
    docks.toggle("inspector")
    QTest.qWait(20)
    assert not docks.shown("inspector") and front("explain")


def test_new_tabs_have_names_of_their_own(window: MainWindow) -> None:
    names = [window.documents.new().editor.name for _ in range(3)]
    assert names == ["Untitled", "Untitled 2", "Untitled 3"]
    other = window.app.new_window()
    assert other.documents.new().editor.name == "Untitled 4"
    view = window.tabs.view_at(0)
    assert view is not None
    window.documents.drop(view, keep=False)
    assert window.documents.new().editor.name == "Untitled"


def test_a_torn_off_tab_goes_back(window: MainWindow, flow: Path) -> None:
    opened(window, flow)
    view = opened(window, flow)
    edit(view, 9)
    window.documents.tear_off()
    [other] = [one for one in window.app.windows if one is not window]
    assert other.tabs.views() == [view]
    other.menus.actions["window.join"].trigger()
    assert window.app.windows == [window] and window.view is view
    assert steps(view) == 9 and view.editor.stack.canUndo()


def test_an_empty_canvas_says_how_to_begin(window: MainWindow, flow: Path) -> None:
    empty, full = window.documents.new(), opened(window, flow)
    assert not empty.hint.isHidden() and "Tab" in empty.hint.text()
    assert full.hint.isHidden()
    empty.editor.push("Begin", full.editor.graph)
    assert empty.hint.isHidden()
    empty.editor.stack.undo()
    assert not empty.hint.isHidden()


def test_files_that_are_gone_leave_the_recent_ones(window: MainWindow, flow: Path) -> None:
    opened(window, flow)
    window.menus._list_recent()
    assert any(flow.stem in entry.text() for entry in window.menus.menus["File/Recent"].actions())
    flow.unlink()
    window.menus._list_recent()
    assert window.menus.menus["File/Recent"].actions() == [] and window.app.settings.recent == ()
