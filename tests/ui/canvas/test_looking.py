"""Looking around, word for word: F, A, Home, Shift+F and the minimap, none of which is a step of undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from nodegraph.model.graph import Frame
from tests.ui.canvas.conftest import MakeHand
from tests.ui.canvas.hand import Hand
from tests.ui.canvas.worlds import default_workflow, graph_of
from ui.canvas.minimap import Minimap
from ui.canvas.scene.state import NodeState

FRAME = Frame("f", "Everything that is text", ("prompt", "avoid"), (328, -48, 320, 432))


def close_by(make_hand: MakeHand) -> tuple[Hand, Minimap]:
    """A graph of which a part is in view, and its minimap."""
    hand = make_hand(graph_of(default_workflow(), (FRAME,)))
    hand.canvas.show_minimap(True)
    hand.canvas.zoom_to(2.0)
    assert hand.canvas.minimap.isVisible()
    return hand, hand.canvas.minimap


def shown_at(hand: Hand, node: str) -> QColor:
    """The colour of a node in the minimap."""
    minimap = hand.canvas.minimap
    scale, origin = minimap._fit()
    rect = hand.canvas.scene.nodes[node].rect
    at = QPointF(rect.right() - 4, rect.bottom() - 4) * scale + origin
    return minimap.grab().toImage().pixelColor(at.toPoint())


def like(one: QColor, other: QColor) -> bool:
    """The rectangle of the view may lie over it."""
    pairs = ((one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue()))
    return all(abs(a - b) <= 40 for a, b in pairs)


def test_it_shows_what_runs_what_failed_and_what_is_wrong(make_hand: MakeHand) -> None:
    hand, _ = close_by(make_hand)
    theme, state = hand.canvas.theme, hand.canvas.state
    plain = shown_at(hand, "save")
    state.set("save", NodeState("running"))
    assert like(shown_at(hand, "save"), theme.color("accent"))
    state.set("save", NodeState("failed", message="The disk is full."))
    assert like(shown_at(hand, "save"), theme.color("error"))
    state.set("save", NodeState())
    assert shown_at(hand, "save") == plain
    state.set_problems({"save": {"image": "This input needs a link."}})
    assert like(shown_at(hand, "save"), theme.color("error"))
    state.set_problems({})
    assert shown_at(hand, "save") == plain


def test_it_shows_the_names_of_frames(make_hand: MakeHand) -> None:
    _, minimap = close_by(make_hand)
    named = minimap.grab().toImage()
    unnamed = make_hand(graph_of(default_workflow(), (Frame("f", "", FRAME.members, FRAME.rect),))).canvas
    unnamed.show_minimap(True)
    unnamed.zoom_to(2.0)
    assert unnamed.minimap.grab().toImage() != named


def test_a_drag_on_it_pans_and_the_wheel_zooms(make_hand: MakeHand) -> None:
    hand, minimap = close_by(make_hand)
    camera = hand.canvas.camera
    none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    QTest.mousePress(minimap, left, none, QPoint(60, 70))
    first = camera.visible().center()
    QTest.mouseMove(minimap, QPoint(90, 70))
    at = QPointF(120, 80)
    move = QMouseEvent(
        QEvent.Type.MouseMove, at, minimap.mapToGlobal(at), Qt.MouseButton.NoButton, left, none
    )
    QApplication.sendEvent(minimap, move)
    second = camera.visible().center()
    QTest.mouseRelease(minimap, left, none, QPoint(120, 80))
    assert second.x() > first.x() and second.y() > first.y()
    zoom = camera.zoom
    turn = QWheelEvent(
        at,
        minimap.mapToGlobal(at),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        none,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(minimap, turn)
    assert camera.zoom > zoom and hand.canvas.editor.stack.count() == 0


def test_the_map_is_drawn_anew_only_where_it_shows_something_else(
    make_hand: MakeHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand, minimap = close_by(make_hand)
    drawn: list[float] = []
    born = Minimap._frames

    def frames(self: Minimap, painter: QPainter, scale: float, origin: QPointF) -> None:
        drawn.append(scale)
        born(self, painter, scale, origin)

    monkeypatch.setattr(Minimap, "_frames", frames)
    middle = hand.canvas.scene.bounds().center()
    hand.canvas.camera.look_at((middle.x(), middle.y(), 4.0))
    assert hand.canvas.scene.bounds().contains(hand.canvas.camera.visible().adjusted(-20, -20, 20, 20))
    before = minimap.grab().toImage()
    drawn.clear()
    hand.canvas.camera.pan(QPointF(-40, -20))
    hand.canvas.camera_went()
    after = minimap.grab().toImage()
    assert after != before and not drawn
    hand.canvas.state.set("sampler", NodeState("running"))
    assert minimap.grab().toImage() != after and len(drawn) == 1
    hand.canvas.state.set("sampler", NodeState("running", 0.5, "10/20"))
    minimap.grab()
    assert len(drawn) == 1
