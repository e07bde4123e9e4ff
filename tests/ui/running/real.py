"""The editor as it is started by a user: the installed nodes, the practice model, a real engine process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtTest import QTest

from ui.app import specs
from ui.canvas.canvas import Canvas
from ui.canvas.rendering.paint_rows import field_rect
from ui.runs.run_service import RunService
from ui.shell.application import Application

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from ui.runs.document_run import DocumentRun
    from ui.shell.main_window import MainWindow
    from ui.shell.run_panels import RunPanels

LONG = 90_000
"""Milliseconds after which something is given up; loading torch beside other programs takes its time."""


class User:
    """Looks at the window and moves mouse and keys."""

    def __init__(self, qtbot: QtBot, app: Application) -> None:
        self.qtbot = qtbot
        self.app = app

    @property
    def window(self) -> MainWindow:
        return self.app.windows[0]

    @property
    def run_panels(self) -> RunPanels:
        assert self.window.run_panels is not None
        return self.window.run_panels

    @property
    def sheet(self) -> DocumentRun:
        assert self.run_panels.sheet is not None
        return self.run_panels.sheet

    @property
    def canvas(self) -> Canvas:
        assert self.window.view is not None and isinstance(self.window.view.widget, Canvas)
        return self.window.view.widget

    def wait(self, until: Callable[[], bool | None]) -> None:
        self.qtbot.waitUntil(until, timeout=LONG)

    def wait_runs(self, count: int) -> None:
        """Until so many asked-for runs are over and their pictures are in the strip."""
        queue, rows = self.run_panels.run_service.runner.queue, self.run_panels.strip.rows
        self.wait(lambda: len(queue.over) >= count and queue.running is None)
        assert queue.over[0].state == "done", queue.over[0].error
        # Each of them came to a picture of its own.
        self.wait(lambda: rows.rowCount() >= count)
        QTest.qWait(300)

    def row(self, node: str, name: str) -> QPointF:
        """The middle of a parameter's field, in scene units."""
        box = self.canvas.scene.nodes[node]
        row = next(row for row in box.layout.rows if row.param is not None and row.param.name == name)
        return field_rect(box, row).translated(box.x, box.y).center()


@contextmanager
def launched(qtbot: QtBot, qapp: QApplication) -> Iterator[User]:
    """The editor from start to end, as `ui.app.main` starts it."""
    app = Application(qapp, specs(), Canvas)
    app.run_service = RunService(app)
    app.start()
    try:
        yield User(qtbot, app)
    finally:
        for window in list(app.windows):
            for view in window.tabs.views():
                window.documents.drop(view, keep=True)
            app.windows.remove(window)
            window.deleteLater()
        app.end()
        app.setParent(None)
        app.deleteLater()
        QTest.qWait(1)
