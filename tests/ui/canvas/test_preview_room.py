"""A preview grows into free room and never over the node below."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPixmap

from nodegraph.edits import Move
from tests.ui.canvas.hand import Hand


def picture(width: int, height: int) -> QPixmap:
    pixmap = QPixmap(width, height)
    pixmap.fill(0xFF3366)
    return pixmap


@pytest.mark.parametrize("gap", [8.0, 60.0, 120.0, 2000.0])
@pytest.mark.parametrize(("width", "height"), [(64, 64), (64, 256), (256, 64)])
def test_a_preview_covers_no_node_below(hand: Hand, gap: float, width: int, height: int) -> None:
    scene = hand.canvas.scene
    bare = scene.nodes["decode"]
    bottom = bare.y + bare.height
    hand.canvas.editor.apply(Move({"save": (bare.x, bottom + gap)}))
    hand.canvas.state.set_preview("decode", picture(width, height))
    decode, save = scene.nodes["decode"], scene.nodes["save"]
    assert decode.y + decode.height <= save.y
    room = decode.layout.preview
    if gap == 2000.0:
        assert room is not None
        assert round(room[3] / room[2], 3) == round(height / width, 3)
    if gap == 8.0:
        assert room is None
    hand.canvas.grab()


def test_a_preview_takes_the_room_that_becomes_free_and_gives_it_back(hand: Hand) -> None:
    scene = hand.canvas.scene
    hand.canvas.editor.apply(Move({"save": (1016.0, 176.0)}))
    hand.canvas.state.set_preview("decode", picture(64, 64))
    before = scene.nodes["decode"].height
    hand.drag(hand.title("save"), hand.title("save") + QPointF(0, 500))
    assert scene.nodes["decode"].height > before
    hand.canvas.editor.stack.undo()
    assert scene.nodes["decode"].height == before
