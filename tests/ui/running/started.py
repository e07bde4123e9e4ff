"""The editor over the test nodes, as a user has started it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from tests.ui.running.graphs import WAIT
from ui.shell.application import Application

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.runs.document_run import DocumentRun
    from ui.shell.main_window import MainWindow
    from ui.shell.run_panels import RunPanels

Start = Callable[[], Application]


def parts(app: Application) -> tuple[MainWindow, RunPanels, DocumentRun]:
    window = app.windows[0]
    assert window.run_panels is not None and window.run_panels.sheet is not None
    return window, window.run_panels, window.run_panels.sheet


def wait_done(qtbot: QtBot, run_panels: RunPanels, count: int) -> None:
    queue = run_panels.run_service.runner.queue
    qtbot.waitUntil(lambda: len(queue.over) >= count and queue.running is None, timeout=WAIT)


def pick(qtbot: QtBot, *words: str) -> None:
    """Click through the menu that is open: an entry, or an entry of the menu under it."""
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu), timeout=WAIT)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    _pick(menu, words)


def pick_soon(*words: str) -> None:
    """The same for a menu that holds up whoever opens it."""

    def choose() -> None:
        menu = QApplication.activePopupWidget()
        if isinstance(menu, QMenu):
            _pick(menu, words)
        else:
            QTimer.singleShot(50, choose)

    QTimer.singleShot(50, choose)


def _pick(menu: QMenu, words: tuple[str, ...]) -> None:
    entries = {one.text().replace("&", ""): one for one in menu.actions()}
    assert words[0] in entries, list(entries)
    action = entries[words[0]]
    assert action.isEnabled(), words[0]
    below = action.menu()
    if isinstance(below, QMenu):
        menu.setActiveAction(action)
        below.popup(menu.mapToGlobal(QPoint(menu.width(), 0)))
        _pick(below, words[1:])
        return
    QTest.mouseMove(menu, menu.actionGeometry(action).center())
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    left = QApplication.activePopupWidget()
    if left is not None:
        left.close()
