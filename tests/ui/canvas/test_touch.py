from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.canvas.hand import NONE, Hand
from ui.canvas.interaction.gestures.look_around import ZoomHeld
from ui.canvas.interaction.shake import Shake
from ui.canvas.interaction.touch import HOLD_MS

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

SCREEN = None


@pytest.fixture
def fingers(hand: Hand) -> Callable[..., None]:
    """Put fingers down, move them, lift them: each call is one frame of places, by finger."""
    global SCREEN
    SCREEN = SCREEN or QTest.createTouchDevice()
    down: set[int] = set()

    def frame(*places: QPointF | None) -> None:
        sequence = QTest.touchEvent(hand.canvas, SCREEN, False)
        for finger, place in enumerate(places):
            if place is None and finger in down:
                sequence.release(finger, last[finger], hand.canvas)
                down.discard(finger)
            elif place is not None:
                point = place.toPoint()
                (sequence.move if finger in down else sequence.press)(finger, point, hand.canvas)
                down.add(finger)
                last[finger] = point
        sequence.commit()

    last: dict[int, QPoint] = {}
    return frame


def test_two_fingers_pan_and_pinch_around_their_middle(hand: Hand, fingers: Callable[..., None]) -> None:
    camera = hand.canvas.camera
    fingers(QPointF(300, 300))
    fingers(QPointF(300, 300), QPointF(500, 300))
    before = camera.origin
    fingers(QPointF(340, 330), QPointF(540, 330))
    assert camera.zoom == 1.0 and camera.origin == before - QPointF(40, 30)
    under = camera.to_scene(QPointF(440, 330))
    fingers(QPointF(240, 330), QPointF(640, 330))
    assert camera.zoom == pytest.approx(2.0)
    away = camera.to_view(under) - QPointF(440, 330)
    assert abs(away.x()) <= 1 and abs(away.y()) <= 1
    fingers(None, None)
    assert hand.canvas.gesture is None and not hand.canvas.editor.stack.canUndo()


def test_a_finger_drags_taps_and_taps_twice(hand: Hand, fingers: Callable[..., None]) -> None:
    at = QPointF(hand.view(hand.title("latent")))
    fingers(at)
    fingers(at + QPointF(30, 0))
    fingers(at + QPointF(80, 16))
    fingers(None)
    assert hand.graph.nodes["latent"].pos == (432, 432)
    empty = QPointF(hand.view((620.0, 640.0)))
    fingers(empty)
    fingers(None)
    assert not hand.canvas.editor.selection.nodes
    fingers(empty)
    fingers(None)
    assert len(hand.searches) == 1


def test_a_second_finger_puts_the_link_back(hand: Hand, fingers: Callable[..., None]) -> None:
    at = QPointF(hand.view(hand.port("latent", "latent", True)))
    fingers(at)
    fingers(at + QPointF(60, 30))
    assert hand.canvas.gesture is not None
    fingers(at + QPointF(60, 30), at + QPointF(200, 30))
    assert hand.canvas.gesture is None
    fingers(None, None)
    assert not hand.searches and not hand.canvas.editor.stack.canUndo()


def test_a_resting_finger_asks_for_the_menu(hand: Hand, fingers: Callable[..., None], qtbot: QtBot) -> None:
    asked: list[object] = []
    hand.canvas.context_menu_requested.connect(lambda _place, found: asked.append(found.node))
    fingers(QPointF(hand.view(hand.title("sampler"))))
    qtbot.waitUntil(lambda: bool(asked), timeout=10 * HOLD_MS)
    assert asked == ["sampler"] and hand.canvas.editor.selection.nodes == {"sampler"}
    fingers(None)
    assert asked == ["sampler"]


def test_a_finger_hits_ports_from_farther_away(hand: Hand, fingers: Callable[..., None]) -> None:
    place = hand.port("latent", "latent", True) + QPointF(14, 0)
    assert hand.canvas.hit(QPointF(hand.view(place))).kind != "port"
    fingers(QPointF(hand.view((620.0, 640.0))))
    fingers(None)
    assert hand.canvas.hit(QPointF(hand.view(place))).kind == "port"


def test_a_trackpad_pinch_zooms_at_the_pointer(hand: Hand) -> None:
    at = QPointF(500, 300)
    under = hand.canvas.camera.to_scene(at)
    kind = Qt.NativeGestureType.ZoomNativeGesture
    device = QPointingDevice.primaryPointingDevice()
    event = QNativeGestureEvent(kind, device, 2, at, at, at, 0.25, QPointF())
    QApplication.sendEvent(hand.canvas, event)
    assert hand.canvas.camera.zoom == pytest.approx(1.25)
    away = hand.canvas.camera.to_view(under) - at
    assert abs(away.x()) <= 1 and abs(away.y()) <= 1


def test_z_and_a_drag_zoom_as_a_pen_does(hand: Hand) -> None:
    QTest.keyPress(hand.canvas, Qt.Key.Key_Z)
    assert isinstance(hand.canvas.gesture, ZoomHeld)
    hand.drag((620.0, 640.0), (720.0, 640.0))
    assert hand.canvas.camera.zoom > 1.5
    QTest.keyRelease(hand.canvas, Qt.Key.Key_Z, NONE)
    assert hand.canvas.gesture is None


def shaken(hand: Hand) -> None:
    at = hand.title("decode")
    hand.press(at)
    for step in range(6):
        for part in range(4):
            hand.move(at + QPointF((30 if step % 2 else -30) + part * (5 if step % 2 else -5), 220))
    hand.release(at + QPointF(0, 220))


def test_shaking_takes_a_node_out_only_where_it_is_wanted(hand: Hand) -> None:
    shaken(hand)
    assert hand.graph.nodes["decode"].inputs
    hand.canvas.editor.stack.undo()
    hand.canvas.set_shake(True)
    shaken(hand)
    assert not hand.graph.nodes["decode"].inputs
    hand.canvas.editor.stack.undo()
    assert hand.graph.nodes["decode"].inputs and not hand.canvas.editor.stack.canUndo()


def test_a_slow_hand_does_not_shake() -> None:
    quick, slow = Shake(), Shake()
    places = [0, 30, 0, 30, 0, 30, 0]
    assert any(quick.fed(x, index * 0.05) for index, x in enumerate(places))
    assert not any(slow.fed(x, index * 0.5) for index, x in enumerate(places))
    assert not any(Shake().fed(x, index * 0.01) for index, x in enumerate([0, 3, 0, 3, 0, 3, 0, 3]))
