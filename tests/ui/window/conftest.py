from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from nodegraph.formats import native
from tests.ui.catalogue import SPECS, text_to_picture
from tests.ui.running.painting_nodes import SPECS as PAINTING
from tests.ui.standin import StandIn
from tests.ui.window.hand import Start, crash, furnish, opened
from tests.ui.window.person import Person
from ui.shell.application import Application
from ui.shell.main_window import MainWindow

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


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


@pytest.fixture
def app(start: Start) -> Application:
    return start()


@pytest.fixture
def window(app: Application) -> MainWindow:
    return app.windows[0]


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    path = tmp_path / "flow.json"
    native.save(text_to_picture(), path)
    return path


@pytest.fixture
def furnished(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """A window with everything in it."""
    app = furnish(qapp, tmp_path)
    yield app.windows[0]
    crash(app)


@pytest.fixture
def person(qapp: QApplication, qtbot: QtBot, tmp_path: Path, flow: Path) -> Iterator[Person]:
    """Somebody with the usual workflow open, at 100 %, and the focus on the canvas."""
    app = furnish(qapp, tmp_path, {**SPECS, **PAINTING})
    window = app.windows[0]
    view = opened(window, flow)
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is view.widget)
    found = Person(window, view, qtbot, tmp_path)
    QTest.qWait(1)
    found.canvas.frame_all()
    found.canvas.zoom_to(1.0)
    yield found
    crash(app)
