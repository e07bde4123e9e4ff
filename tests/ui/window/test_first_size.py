"""A new window fits its screen at every scale."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from nodegraph.edits.document import Document
from tests.ui.catalogue import SPECS, text_to_picture
from tests.ui.window.hand import crash
from ui.canvas.canvas import Canvas
from ui.document.editor import Editor
from ui.shell.application import Application
from ui.shell.main_window import FIRST_SIZE, MARGIN, MainWindow

Open = Callable[[QSize], MainWindow]


@pytest.fixture
def open_on(qapp: QApplication) -> Iterator[Open]:
    """Opens the editor on a screen of the given size."""
    running: list[Application] = []

    def opened(screen: QSize) -> MainWindow:
        running.append(Application(qapp, SPECS, Canvas, screen))
        window = running[0].start()
        window.documents._show(Editor(running[0].specs, Document(text_to_picture())))
        QApplication.processEvents()
        return window

    yield opened
    for app in running:
        crash(app)


@pytest.mark.parametrize(
    "screen",
    [
        QSize(2560, 1400),
        QSize(1920, 1040),
        QSize(1440, 860),
        QSize(1366, 728),
        QSize(1280, 680),
        QSize(960, 500),
    ],
    ids=lambda size: f"{size.width()}x{size.height()}",
)
def test_a_new_window_with_a_document_fits_its_screen(open_on: Open, screen: QSize) -> None:
    window = open_on(screen)
    room = screen - MARGIN
    assert window.width() <= room.width() and window.height() <= room.height()
    assert window.minimumSizeHint().width() <= room.width()
    assert window.minimumSizeHint().height() <= room.height()
    assert window.size() == FIRST_SIZE.boundedTo(room)


def test_without_a_given_screen_a_window_fits_the_one_it_opens_on(qapp: QApplication) -> None:
    app = Application(qapp, SPECS, Canvas)
    window = app.start()
    assert window.size() == FIRST_SIZE.boundedTo(window.screen().availableSize() - MARGIN)
    crash(app)
