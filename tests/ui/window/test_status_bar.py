"""The parts of the status bar stand beside each other however long their words are."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from ui.shell.status_bar import StatusBar, SteadyLabel


@pytest.mark.parametrize("width", [360, 500, 1440])
def test_labels_never_overlap_or_leave_the_window(qtbot: QtBot, width: int) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    bar = StatusBar(window)
    window.setStatusBar(bar)
    other = SteadyLabel(bar)
    bar.addPermanentWidget(other)
    window.resize(width, 300)
    window.show()
    qtbot.waitExposed(window)
    for count in (3, 3000, 30_000_000):
        other.say(f"reading {count} node types of all the node packs")
        bar.counts.say(f"{count} of {count} nodes selected")
        spans = sorted((label.geometry().left(), label.geometry().right()) for label in (bar.counts, other))
        assert all(a[1] < b[0] for a, b in pairwise(spans)), spans
        assert spans[0][0] >= 0 and spans[-1][1] < bar.width() and window.width() == width
    if width == 360:
        assert "30000000" in bar.counts.toolTip()
