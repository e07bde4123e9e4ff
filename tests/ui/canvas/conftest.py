"""The usual workflow on a canvas, with a hand over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtTest import QTest

from nodegraph.graph import Graph
from tests.ui.canvas.hand import Hand, make_canvas
from tests.ui.canvas.worlds import default_workflow, graph_of

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

MakeHand = Callable[[Graph], Hand]


@pytest.fixture
def make_hand(qtbot: QtBot) -> Iterator[MakeHand]:
    """Put a graph on a canvas; what stands open at the end is closed."""

    def make(graph: Graph) -> Hand:
        canvas = make_canvas(graph)
        qtbot.addWidget(canvas)
        canvas.show()
        QTest.qWaitForWindowExposed(canvas)
        return Hand(canvas)

    yield make


@pytest.fixture
def hand(make_hand: MakeHand) -> Hand:
    return make_hand(graph_of(default_workflow()))
