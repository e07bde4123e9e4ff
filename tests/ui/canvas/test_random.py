from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from nodegraph.edits.subgraphs import MakeSubgraph
from nodegraph.formats.native import dumps, loads
from nodegraph.model.graph import Frame, Note
from tests.nodegraph.valid import assert_valid
from tests.ui.canvas.hand import ALT, CTRL, LEFT, MIDDLE, NONE, RIGHT, SHIFT, Hand, make_canvas
from tests.ui.canvas.worlds import default_workflow, graph_of
from ui.canvas.canvas import Canvas
from ui.canvas.rendering.paint_frames import BUTTONS, button_middle
from ui.canvas.scene.metrics import Metrics
from ui.canvas.scene.scene import Scene

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

START = MakeSubgraph(("decode", "save"), "Ending", "ending").apply(
    graph_of(
        default_workflow(),
        (
            Frame("f", "Text", ("prompt", "avoid"), (328, -48, 320, 432)),
            Frame("g", "Start", ("checkpoint",), (-24, 64, 300, 300), collapsed=True),
        ),
        (Note("n", "hello", (0, 320)),),
    )
)
PLACES = st.one_of(
    st.tuples(st.just("point"), st.integers(-20, 1300), st.integers(-50, 760)),
    st.tuples(st.just("port"), st.integers(0, 60), st.integers(-6, 6)),
    st.tuples(st.just("link"), st.integers(0, 20), st.integers(0, 100)),
    st.tuples(st.just("title"), st.integers(0, 9), st.integers(-6, 6)),
    st.tuples(st.just("header"), st.integers(0, 4), st.integers(0, 5)),
)
MODIFIERS = st.sampled_from([NONE, NONE, NONE, SHIFT, CTRL, ALT, CTRL | ALT, ALT | SHIFT])
DRAGS = st.tuples(
    PLACES, PLACES, st.sampled_from([LEFT, LEFT, LEFT, RIGHT, MIDDLE]), MODIFIERS, st.integers(1, 3)
)
PRESSES = st.tuples(st.sampled_from(["click", "twice", "wheel"]), PLACES, MODIFIERS)
HELD = st.tuples(st.sampled_from([Qt.Key.Key_Y, Qt.Key.Key_Space, Qt.Key.Key_Z]), PLACES, PLACES)
BROKEN = st.tuples(
    st.sampled_from(["escape", "other", "focus", "hide", "nowhere", "undo", "delete", "outside", "pan"]),
    PLACES,
    PLACES,
    st.sampled_from([LEFT, LEFT, LEFT, RIGHT]),
    MODIFIERS,
)
"""A drag in the middle of which something happens; only then the button comes up."""
KEYS = st.tuples(
    st.sampled_from(
        [
            Qt.Key.Key_Left,
            Qt.Key.Key_Right,
            Qt.Key.Key_Up,
            Qt.Key.Key_Down,
            Qt.Key.Key_Return,
            Qt.Key.Key_Delete,
            Qt.Key.Key_F,
            Qt.Key.Key_Escape,
        ]
    ),
    MODIFIERS,
)
CALLS = st.sampled_from(
    [
        ("select_all",),
        ("delete",),
        ("delete", False),
        ("duplicate",),
        ("duplicate", True),
        ("copy",),
        ("paste",),
        ("paste", True),
        ("toggle_mode", "mute"),
        ("toggle_mode", "bypass"),
        ("collapse",),
        ("hide_unlinked",),
        ("pin",),
        ("straighten",),
        ("arrange", False),
        ("arrange", True),
        ("align", "left"),
        ("distribute", True),
        ("nudge", 8.0, -8.0),
        ("frame_all",),
        ("zoom_to", 1.0),
        ("add_frame",),
        ("add_note",),
        ("toggle_lock",),
        ("toggle_portals",),
        ("make_subgraph",),
        ("unpack",),
        ("select_linked", True),
        ("select_similar",),
        ("bend", 700, 660),
        ("bend", 300, -40),
        ("set_color", "#4f8a8b"),
        ("undo",),
        ("redo",),
    ]
)

Where = tuple[str, int, int]
Step = tuple[Any, ...]


def place(hand: Hand, where: Where) -> QPointF:
    kind, a, b = where
    scene = hand.canvas.scene
    boxes = list(scene.shown())
    frames = scene.frames()
    if kind == "port":
        ports = [(box, port) for box in boxes for port in box.layout.ports]
        if ports:
            box, port = ports[a % len(ports)]
            return QPointF(box.x + port.x + b, box.y + port.y + b)
    if kind == "link" and scene.shown_links():
        links = sorted(scene.shown_links(), key=lambda k: k.key)
        return links[a % len(links)].path().pointAtPercent(b / 100)
    if kind == "title" and boxes:
        return hand.title(boxes[a % len(boxes)].id) + QPointF(b, b)
    if kind == "header" and frames:
        rect = frames[a % len(frames)][1]
        return button_middle(rect, 1.0, BUTTONS[b]) if b < len(BUTTONS) else rect.topLeft() + QPointF(24, 12)
    return QPointF(a, b)


def do(hand: Hand, step: Step) -> None:
    """One thing that a hand can do."""
    canvas = hand.canvas
    match step:
        case ("undo" | "redo" as name,):
            getattr(canvas.editor.stack, name)()
        case ("bend", x, y):
            loose = next((loose for _, loose in hand.searches[::-1] if loose is not None), None)
            if loose is not None:
                canvas.carry_on(loose, (float(x), float(y)))
        case (str() as name, *given) if not given or not isinstance(given[0], tuple):
            getattr(canvas, name)(*given)
        case (str() as what, start, end, Qt.MouseButton() as button, modifiers):
            broken(hand, what, (place(hand, start), place(hand, end)), button, modifiers)
        case ("click", where, modifiers):
            hand.click(place(hand, where), modifiers=modifiers)
        case ("twice", where, _):
            hand.double_click(place(hand, where))
        case ("wheel", where, modifiers):
            wheel(hand, place(hand, where), modifiers)
        case (Qt.Key() as key, Qt.KeyboardModifier() as modifiers):
            hand.key(key, modifiers)
        case (Qt.Key() as key, start, end):
            QTest.keyPress(canvas, key)
            hand.drag(place(hand, start), place(hand, end))
            QTest.keyRelease(canvas, key)
        case (start, end, button, modifiers, steps):
            hand.drag(place(hand, start), place(hand, end), button, modifiers, steps)


def broken(
    hand: Hand,
    what: str,
    ends: tuple[QPointF, QPointF],
    button: Qt.MouseButton,
    modifiers: Qt.KeyboardModifier,
) -> None:
    """Press, drag half-way, let something happen, drag on, let go."""
    canvas, (start, end) = hand.canvas, ends
    hand.press(start, button, modifiers)
    hand.move((start + end) / 2, button, modifiers)
    match what:
        case "escape":
            hand.key(Qt.Key.Key_Escape)
        case "other":
            hand.click(end, LEFT if button == RIGHT else RIGHT)
        case "focus":
            QApplication.sendEvent(canvas, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.OtherFocusReason))
        case "hide":
            canvas.hide()
            canvas.show()
        case "nowhere":
            hand.move(end, Qt.MouseButton.NoButton)
        case "undo":
            canvas.editor.stack.undo()
        case "delete":
            canvas.select_all()
            canvas.delete()
        case "outside":
            hand.move(QPointF(-5000, 9000), button, modifiers)
        case "pan":
            hand.drag(start, end, MIDDLE)
    canvas.grab()
    hand.move(end, button, modifiers)
    hand.release(end, button, modifiers)


def wheel(hand: Hand, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
    view = QPointF(hand.view(at))
    turn = QPoint(0, 120 if modifiers & SHIFT else -120)
    none, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(view, hand.canvas.mapToGlobal(view), QPoint(), turn, none, modifiers, phase, False)
    QApplication.sendEvent(hand.canvas, event)


STEPS = st.one_of(DRAGS, DRAGS, BROKEN, BROKEN, CALLS, CALLS, PRESSES, HELD, KEYS)
QUIETLY = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.large_base_example)


@settings(max_examples=30, deadline=None, suppress_health_check=QUIETLY)
@given(st.lists(STEPS, min_size=1, max_size=14), st.booleans())
def test_any_gestures_leave_a_valid_graph_and_undo_gives_back_the_file(
    qtbot: QtBot, steps: list[Step], shake: bool
) -> None:
    check(steps, shake)


@pytest.mark.benchmark
@settings(max_examples=2000, deadline=None, suppress_health_check=QUIETLY)
@given(st.lists(STEPS, min_size=12, max_size=60), st.booleans())
def test_many_more_gestures_do(qtbot: QtBot, steps: list[Step], shake: bool) -> None:
    check(steps, shake)


def check(steps: list[Step], shake: bool) -> None:
    """Do all of it, look at what has come of it, and undo it."""
    text = dumps(START)
    canvas = make_canvas(START)
    canvas.set_shake(shake)
    canvas.show()
    hand = Hand(canvas)
    for step in steps:
        do(hand, step)
        assert canvas.stage.moving.nodes == frozenset() or canvas.gesture is not None
    canvas.begin(None)
    canvas.grab()
    assert dumps(loads(dumps(hand.graph))) == dumps(hand.graph)
    assert_valid(hand.graph)
    assert_same_scene(canvas)
    while canvas.editor.stack.canUndo():
        canvas.editor.stack.undo()
    assert dumps(hand.graph) == text
    canvas.close()
    canvas.deleteLater()
    QApplication.processEvents()


def assert_same_scene(canvas: Canvas) -> None:
    """What the scene has kept through all changes is what it would derive anew."""
    kept, fresh = canvas.scene, Scene(canvas.scene.specs, Metrics(measure=canvas.scene.metrics.measure))
    fresh.turned = kept.turned
    fresh.update(kept.graph)
    assert {n: b.bounds() for n, b in fresh.nodes.items()} == {n: b.bounds() for n, b in kept.nodes.items()}
    assert fresh.folds == kept.folds
    assert {b.id for b in fresh.shown()} == {b.id for b in kept.shown()}
    assert {k.key: k.points for k in fresh.shown_links()} == {k.key: k.points for k in kept.shown_links()}
    for rect in (QRectF(0, 0, 500, 300), QRectF(600, 100, 400, 500)):
        assert {b.id for b in fresh.nodes_in(rect)} == {b.id for b in kept.nodes_in(rect)}
        assert {k.key for k in fresh.links_in(rect)} == {k.key for k in kept.links_in(rect)}
