"""Every gesture, stopped half-way by everything that can stop it: the graph is as before, and nothing stays lit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from nodegraph.edits import RemoveNodes, SetParam
from nodegraph.formats.native import dumps
from nodegraph.model.graph import Frame, Graph, Node, Note, Source
from tests.ui.canvas.conftest import MakeHand
from tests.ui.canvas.hand import ALT, CTRL, LEFT, MIDDLE, NONE, RIGHT, SHIFT, Hand, Where
from tests.ui.canvas.worlds import default_workflow, graph_of
from ui.canvas.rendering.highlights import STILL

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def world() -> Graph:
    nodes = default_workflow()
    bent = Source("latent", "latent", via=((600.0, 440.0),))
    nodes[4] = replace(nodes[4], inputs={**nodes[4].inputs, "latent": (bent,)})
    return graph_of(
        nodes,
        (Frame("f", "Text", ("prompt", "avoid"), (328, -48, 320, 440)),),
        (Note("n", "hello", (0, 420)),),
    )


Drag = tuple[Callable[[Hand], Where], tuple[float, float], Qt.MouseButton, Qt.KeyboardModifier]
DRAGS: dict[str, Drag] = {
    "node": (lambda h: h.title("decode"), (30, 160), LEFT, NONE),
    "extract": (lambda h: h.title("decode"), (30, 160), LEFT, ALT),
    "copy": (lambda h: h.title("decode"), (30, 160), LEFT, ALT | SHIFT),
    "frame": (lambda h: QPointF(420, -36), (0, -40), LEFT, NONE),
    "note": (lambda h: QPointF(60, 440), (30, 30), LEFT, NONE),
    "size": (lambda h: corner(h, "decode"), (40, 60), LEFT, NONE),
    "note size": (lambda h: QPointF(237, 537), (40, 30), LEFT, NONE),
    "link": (lambda h: h.port("sampler", "latent", True), (60, 260), LEFT, NONE),
    "linked input": (lambda h: h.port("decode", "latent"), (-60, 160), LEFT, NONE),
    "all links": (lambda h: h.port("checkpoint", "clip", True), (40, 180), LEFT, CTRL),
    "half": (lambda h: h.along("decode", "latent", 0.8), (0, 180), LEFT, NONE),
    "reroute": (lambda h: QPointF(600, 440), (30, 60), LEFT, NONE),
    "box": (lambda h: QPointF(1010, 420), (280, 200), LEFT, NONE),
    "lasso": (lambda h: QPointF(1010, 420), (280, 200), LEFT, CTRL | ALT),
    "cut": (lambda h: QPointF(980, -10), (5, 300), RIGHT, CTRL),
    "mute": (lambda h: QPointF(980, -10), (5, 300), RIGHT, CTRL | ALT),
    "points": (lambda h: QPointF(980, -10), (5, 300), RIGHT, SHIFT),
}
"""Where a drag starts, which way it goes, and with what."""


def corner(hand: Hand, node: str) -> QPointF:
    return hand.canvas.scene.nodes[node].rect.bottomRight() - QPointF(3, 3)


def escape(hand: Hand, _end: QPointF, _button: Qt.MouseButton) -> None:
    hand.key(Qt.Key.Key_Escape)


def other_button(hand: Hand, end: QPointF, button: Qt.MouseButton) -> None:
    other = LEFT if button == RIGHT else RIGHT
    hand.press(end, other)
    hand.release(end, other)


def focus_lost(hand: Hand, _end: QPointF, _button: Qt.MouseButton) -> None:
    other = QLineEdit(hand.canvas)
    other.show()
    other.setFocus()
    hand.canvas.setFocus()
    other.deleteLater()


def hidden(hand: Hand, _end: QPointF, _button: Qt.MouseButton) -> None:
    hand.canvas.hide()
    hand.canvas.show()


def button_came_up_elsewhere(hand: Hand, end: QPointF, _button: Qt.MouseButton) -> None:
    """The release went to another program; the pointer comes back with no button down."""
    view = QPointF(hand.view(end)) + QPointF(3, 3)
    nothing = Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        view,
        hand.canvas.mapToGlobal(view),
        nothing,
        nothing,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(hand.canvas, event)


INTERRUPTIONS = (escape, other_button, focus_lost, hidden, button_came_up_elsewhere)


@pytest.mark.parametrize("interruption", INTERRUPTIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("name", DRAGS)
def test_an_interrupted_gesture_leaves_the_graph_as_before(
    make_hand: MakeHand, name: str, interruption: Callable[[Hand, QPointF, Qt.MouseButton], None]
) -> None:
    hand = make_hand(world())
    canvas, before = hand.canvas, dumps(hand.graph)
    menus: list[object] = []
    canvas.context_menu_requested.connect(lambda *_: menus.append(1))
    end = half_way(hand, name)
    button = DRAGS[name][2]
    assert canvas.gesture is not None
    interruption(hand, end, button)
    assert canvas.gesture is None
    assert dumps(hand.graph) == before and not canvas.editor.stack.canUndo()
    look = canvas.stage.look
    assert canvas.stage.moving is STILL and not look.hidden and look.glowing is None and not look.links.cut
    hand.move(end + QPointF(9, 9), button)
    hand.release(end, button)
    assert dumps(hand.graph) == before and not hand.searches and not menus
    hand.drag(hand.title("save"), hand.title("save") + QPointF(0, 160))
    assert hand.graph.nodes["save"].pos == (1016, 336)


def half_way(hand: Hand, name: str) -> QPointF:
    """Press and drag, and do not let go."""
    start_of, (dx, dy), button, modifiers = DRAGS[name]
    start = start_of(hand)
    at = start if isinstance(start, QPointF) else QPointF(*start)
    hand.press(at, button, modifiers)
    for step in (0.3, 0.7, 1.0):
        hand.move(at + QPointF(dx, dy) * step, button, modifiers)
    return at + QPointF(dx, dy)


@pytest.mark.parametrize("name", DRAGS)
def test_a_drag_goes_on_outside_the_window_and_comes_back(make_hand: MakeHand, name: str) -> None:
    hand = make_hand(world())
    end = half_way(hand, name)
    button = DRAGS[name][2]
    gesture = hand.canvas.gesture
    for far in ((-900.0, -700.0), (4000.0, 3000.0)):
        hand.move(QPointF(*far), button)
        hand.canvas.grab()
        assert hand.canvas.gesture is gesture
    hand.move(end, button)
    hand.key(Qt.Key.Key_Escape)
    assert not hand.canvas.editor.stack.canUndo()


@pytest.mark.parametrize("name", DRAGS)
def test_another_graph_in_the_middle_of_a_drag_breaks_nothing(make_hand: MakeHand, name: str) -> None:
    """As when a run writes its seed, or a program deletes what is in the hand."""
    hand = make_hand(world())
    end = half_way(hand, name)
    button = DRAGS[name][2]
    editor = hand.canvas.editor
    assert editor.apply(SetParam("sampler", "seed", 5))
    hand.canvas.grab()
    assert hand.canvas.gesture is not None, "what is in the hand is still there"
    assert editor.apply(RemoveNodes(tuple(editor.graph.nodes)))
    hand.canvas.grab()
    hand.move(end + QPointF(8, 8), button)
    hand.release(end, button)
    hand.canvas.grab()
    while editor.stack.canUndo():
        editor.stack.undo()
    assert dumps(hand.graph) == dumps(world())


def test_the_middle_button_pans_in_a_drag_and_the_drag_goes_on(make_hand: MakeHand) -> None:
    hand = make_hand(world())
    end = half_way(hand, "node")
    place = hand.canvas.camera.place()
    view = hand.view(end)
    QTest.mousePress(hand.canvas, MIDDLE, NONE, view)
    both = LEFT | MIDDLE
    for by in (20, 60):
        at = QPointF(view + QPoint(by, 0))
        event = QMouseEvent(
            QEvent.Type.MouseMove, at, hand.canvas.mapToGlobal(at), Qt.MouseButton.NoButton, both, NONE
        )
        QApplication.sendEvent(hand.canvas, event)
    QTest.mouseRelease(hand.canvas, MIDDLE, NONE, view + QPoint(60, 0))
    assert hand.canvas.camera.place() != place and hand.canvas.gesture is not None
    QTest.mouseRelease(hand.canvas, LEFT, NONE, view + QPoint(60, 0))
    assert hand.canvas.gesture is None and hand.graph.nodes["decode"].pos != (1016, 48)


def test_a_link_lights_up_under_a_node_that_rests(make_hand: MakeHand, qtbot: QtBot) -> None:
    hand = make_hand(graph_of([*default_workflow(), Node("lora", "LoraLoader", pos=(352, 600))]))
    middle = hand.along("sampler", "model", 0.5)
    hand.press(hand.title("lora"))
    box = hand.canvas.scene.nodes["lora"]
    hand.move(hand.title("lora") + (middle - box.rect.center()))
    qtbot.waitUntil(lambda: hand.canvas.stage.look.glowing is not None)
    hand.key(Qt.Key.Key_Escape)
    assert hand.canvas.stage.look.glowing is None
