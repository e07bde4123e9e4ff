"""Hands for a document with subgraphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui.canvas.hand import CTRL, SHIFT, Hand
from tests.ui.canvas.worlds import default_workflow, graph_of
from ui.canvas.canvas import Canvas

if TYPE_CHECKING:
    from ui.shell.document_view import DocumentView

START = graph_of(default_workflow())


def hand_of(view: DocumentView) -> Hand:
    assert isinstance(view.widget, Canvas)
    return Hand(view.widget)


def grouped(view: DocumentView) -> str:
    """Both prompts folded by Ctrl+G; the id of the node that stands for them."""
    hand = hand_of(view)
    hand.click(hand.title("prompt"))
    hand.click(hand.title("avoid"), modifiers=SHIFT)
    hand.key(Qt.Key.Key_G, CTRL)
    QTest.keyClick(hand.canvas.focusWidget() or hand.canvas, Qt.Key.Key_Escape)
    (name,) = view.editor.selection.nodes
    hand.canvas.setFocus()
    return name


def inside(view: DocumentView) -> Hand:
    name = grouped(view)
    hand_of(view).key(Qt.Key.Key_Tab)
    assert view.level is not view.editor and view.levels.inner[-1].instance == name
    QTest.qWait(20)
    return hand_of(view)
