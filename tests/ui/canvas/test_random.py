from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from nodegraph.fileformat import dumps, loads
from nodegraph.graph import Frame, Note
from tests.ui.canvas.hand import ALT, CTRL, LEFT, MIDDLE, NONE, RIGHT, SHIFT, Hand, make_canvas
from tests.ui.canvas.worlds import default_workflow, graph_of
from ui.canvas.geometry import Metrics
from ui.canvas.scene import Scene

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

START = graph_of(
    default_workflow(),
    (Frame("f", "Text", ("prompt", "avoid"), (328, -48, 320, 432)),),
    (Note("n", "hello", (0, 320)),),
)
PLACES = st.one_of(
    st.tuples(st.just("point"), st.integers(-20, 1300), st.integers(-50, 760)),
    st.tuples(st.just("port"), st.integers(0, 60), st.integers(-6, 6)),
    st.tuples(st.just("link"), st.integers(0, 20), st.integers(0, 100)),
)
MODIFIERS = st.sampled_from([NONE, NONE, NONE, SHIFT, CTRL, ALT, CTRL | ALT])
DRAGS = st.tuples(
    PLACES, PLACES, st.sampled_from([LEFT, LEFT, LEFT, RIGHT, MIDDLE]), MODIFIERS, st.integers(1, 3)
)
CALLS = st.sampled_from(
    [
        "select_all",
        "delete",
        "duplicate",
        "copy",
        "paste",
        "collapse",
        "hide_unlinked",
        "pin",
        "straighten",
        "frame_all",
        "add_frame",
        "escape",
        "undo",
        "redo",
    ]
)


Where = tuple[str, int, int]
Drag = tuple[Where, Where, Qt.MouseButton, Qt.KeyboardModifier, int]


def place(hand: Hand, where: Where) -> QPointF:
    kind, a, b = where
    scene = hand.canvas.scene
    if kind == "port" and scene.nodes:
        ports = [(box, port) for box in scene.nodes.values() for port in box.layout.ports]
        if ports:
            box, port = ports[a % len(ports)]
            return QPointF(box.x + port.x + b, box.y + port.y + b)
    if kind == "link" and scene.links:
        links = sorted(scene.links.values(), key=lambda k: k.key)
        return links[a % len(links)].path().pointAtPercent(b / 100)
    return QPointF(a, b)


def call(hand: Hand, name: str) -> None:
    if name == "escape":
        hand.key(Qt.Key.Key_Escape)
    elif name in ("undo", "redo"):
        getattr(hand.canvas.editor.stack, name)()
    else:
        getattr(hand.canvas, name)()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(DRAGS, CALLS), min_size=1, max_size=12))
def test_any_gestures_leave_a_valid_graph_and_undo_gives_back_the_file(
    qtbot: QtBot, steps: list[str | Drag]
) -> None:
    text = dumps(START)
    canvas = make_canvas(START)
    canvas.show()
    hand = Hand(canvas)
    for step in steps:
        if isinstance(step, str):
            call(hand, step)
        else:
            hand.drag(place(hand, step[0]), place(hand, step[1]), *step[2:])
        assert canvas.stage.moving.nodes == frozenset() or canvas.gesture is not None
    canvas.begin(None)
    canvas.grab()
    reopened = loads(dumps(hand.graph))
    assert dumps(reopened) == dumps(hand.graph)
    fresh = Scene(canvas.scene.specs, Metrics(measure=canvas.scene.metrics.measure))
    fresh.unfolded = canvas.scene.unfolded
    fresh.update(hand.graph)
    assert {n: b.bounds() for n, b in fresh.nodes.items()} == {
        n: b.bounds() for n, b in canvas.scene.nodes.items()
    }
    assert fresh.links.keys() == canvas.scene.links.keys()
    while canvas.editor.stack.canUndo():
        canvas.editor.stack.undo()
    assert dumps(hand.graph) == text
    canvas.close()
    canvas.deleteLater()
    QApplication.processEvents()
