from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from nodegraph.expressions.arithmetic import FormulaError, evaluate, names_in
from nodegraph.model.spec import Param
from tests.ui.canvas.hand import CTRL, SHIFT
from tests.ui.params.catalogue import EVERYTHING
from tests.ui.params.conftest import Desk
from ui.document.numbers import limited, on_grid, stepped, typed
from ui.editors.number import NumberEditor

STEPS, WIDTH, CFG = (EVERYTHING.param(name) for name in ("steps", "width", "cfg"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1024*1.5", 1536),
        ("2^10", 1024),
        ("-(3+4)/2", -3.5),
        ("max(3, 5) + round(2.5)", 8),
        ("lerp(4, 9, 0.5)", 6.5),
        (" 7 ", 7),
        ("1e3", 1000),
    ],
)
def test_sums_are_worked_out(text: str, value: float) -> None:
    assert evaluate(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "1,5",
        "1/0",
        "9**9**9",
        "1e400",
        "10**300*10**300*10**300",
        "nan",
        "inf",
        "(-8)**0.5",
        "sqrt(-1)",
        "__import__('os').system('x')",
        "[1][0]",
        "(lambda: 1)()",
        "'a'*9",
        "True",
        "max(*[1])",
        "(" * 200 + "1" + ")" * 200,
        "1+" * 200 + "1",
        "a" * 1000,
    ],
)
def test_what_is_no_number_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(FormulaError, match=r"\.$"):
        evaluate(text)


def test_names_are_asked_for() -> None:
    assert evaluate("width/2 + a.b", {"width": 8, "a.b": 1}.__getitem__) == 5
    assert names_in("width/2 + latent.height + max(pi, x)") == {"width", "latent.height", "x"}


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_has_a_value_or_a_sentence(text: str) -> None:
    try:
        assert math.isfinite(evaluate(text))
    except FormulaError as error:
        assert str(error)


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(-50, 50))
def test_no_step_leaves_the_limits(value: float, steps: int) -> None:
    for param in (STEPS, WIDTH, CFG):
        assert isinstance(param, Param) and param.minimum is not None and param.maximum is not None
        found = stepped(param, limited(param, value), steps, 8)
        assert param.minimum <= found <= param.maximum
        assert type(found) is (int if param.type == "Int" else float)


def test_values_at_and_past_their_limits() -> None:
    assert STEPS is not None and CFG is not None
    assert [typed(STEPS, text) for text in ("100", "101", "0", "-5", "20.5", "1e30")] == [
        100,
        100,
        1,
        1,
        21,
        100,
    ]
    assert typed(CFG, "30.0001") == 30.0
    assert on_grid(CFG, 0.1 + 0.2, 0.1) == 0.3
    free = Param("seed", "Int", 0)
    assert typed(free, "10**25") == 2**64 - 1


def test_dragging_sideways_scrubs_as_one_step(desk: Desk) -> None:
    start = desk.row("all", "steps")
    desk.drag(start, start + QPointF(40, 0), steps=10)
    assert desk.value("all", "steps") == 32
    assert desk.steps == 1
    desk.editor.stack.undo()
    assert desk.value("all", "steps") == 20
    assert "all" in desk.editor.selection.nodes


def test_a_shaking_click_changes_nothing(desk: Desk) -> None:
    start = desk.row("all", "steps")
    desk.drag(start, start + QPointF(3, 0))
    desk.drag(start, start + QPointF(-3, 1))
    desk.click(desk.row("all", "cfg"))
    assert desk.steps == 0


def test_dragging_up_or_down_moves_the_node(desk: Desk) -> None:
    start = desk.row("all", "steps")
    desk.drag(start, start + QPointF(2, 64), steps=8)
    assert desk.value("all", "steps") == 20
    assert desk.graph.nodes["all"].pos[1] > 0


def scrub(desk: Desk, name: str, way: float, modifiers: Qt.KeyboardModifier) -> None:
    """Drag a row sideways, with modifiers held once the drag has begun."""
    start = desk.row("all", name)
    desk.press(start)
    desk.move(start + QPointF(5, 0))
    desk.move(start + QPointF(5 + way, 0), modifiers=modifiers)
    desk.release(start + QPointF(5 + way, 0), modifiers=modifiers)


def test_shift_is_fine_and_ctrl_snaps(desk: Desk) -> None:
    scrub(desk, "cfg", 60, SHIFT)
    assert desk.value("all", "cfg") == pytest.approx(7.2)
    scrub(desk, "cfg", 60, CTRL)
    assert desk.value("all", "cfg") == 9.0
    scrub(desk, "width", 30, CTRL)
    assert desk.value("all", "width") == 576
    assert desk.steps == 3


def test_scrubbing_stops_at_the_limit_and_turns_round_at_once(desk: Desk) -> None:
    start = desk.row("all", "denoise")
    desk.press(start)
    desk.move(start + QPointF(5, 0))
    desk.move(start + QPointF(400, 0))
    assert desk.value("all", "denoise") == 1.0
    desk.move(start + QPointF(370, 0))
    assert desk.value("all", "denoise") == pytest.approx(0.9)
    desk.release(start + QPointF(370, 0))


def test_escape_takes_a_scrub_back(desk: Desk) -> None:
    start = desk.row("all", "steps")
    desk.press(start)
    desk.move(start + QPointF(5, 0))
    desk.move(start + QPointF(60, 0))
    assert desk.value("all", "steps") != 20
    desk.key(Qt.Key.Key_Escape)
    assert desk.value("all", "steps") == 20
    assert "steps" not in desk.graph.nodes["all"].params
    desk.release(start + QPointF(60, 0))
    assert desk.value("all", "steps") == 20


def test_scrubbing_goes_on_past_the_edge_of_the_screen(desk: Desk) -> None:
    """At the edge the pointer comes in again on the other side, and the jump does not count."""
    screen = QApplication.primaryScreen().geometry()
    start = desk.view(desk.row("all", "width"))
    edge = desk.canvas.mapFromGlobal(QPoint(screen.right(), 0)).x()
    desk.press(desk.row("all", "width"))
    scene = desk.canvas.camera.to_scene
    desk.move(scene(QPointF(start + QPoint(5, 0))))
    desk.move(scene(QPointF(edge, start.y())))
    before = desk.value("all", "width")
    came_in = desk.canvas.mapFromGlobal(QCursor.pos()).x()
    assert came_in < edge - 100
    desk.move(scene(QPointF(came_in + 30, start.y())))
    assert desk.value("all", "width") == before + 80  # type: ignore[operator]  # a number
    desk.release(scene(QPointF(came_in + 30, start.y())))
    assert desk.steps == 1


def test_double_click_types_and_enter_keeps(desk: Desk) -> None:
    desk.double_click(desk.row("all", "width"))
    desk.type("1024*1.5")
    assert desk.rows.box is not None and desk.rows.box.hint.text().startswith("= 1536")
    desk.hit(Qt.Key.Key_Return)
    assert desk.value("all", "width") == 1536
    assert desk.rows.editor is None and desk.canvas.hasFocus()
    assert desk.steps == 1


def test_escape_restores(desk: Desk) -> None:
    desk.double_click(desk.row("all", "width"))
    desk.type("99")
    desk.hit(Qt.Key.Key_Up)
    desk.type("5")
    desk.hit(Qt.Key.Key_Escape)
    assert desk.value("all", "width") == 512
    assert desk.rows.editor is None


@pytest.mark.parametrize("text", ["house", "1/0", "1e999", "nan", "9**9**9"])
def test_bad_text_is_answered_with_a_sentence_and_the_value_stays(desk: Desk, text: str) -> None:
    desk.double_click(desk.row("all", "steps"))
    desk.type(text)
    desk.hit(Qt.Key.Key_Return)
    box = desk.rows.box
    assert box is not None and box.hint.isVisible() and box.hint.text().endswith(".")
    desk.click((-30, -30))
    QTest.qWait(1)
    assert desk.rows.editor is None
    assert desk.value("all", "steps") == 20
    assert any(said.startswith("Steps: ") for said in desk.said)


def wheel(desk: Desk, at: QPointF, turn: int = 120) -> None:
    widget = desk.canvas.childAt(at.toPoint()) or desk.canvas
    event = QWheelEvent(
        QPointF(widget.mapFrom(desk.canvas, at.toPoint())),
        QPointF(desk.canvas.mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, turn),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_the_wheel_zooms_over_a_row_and_counts_only_with_the_focus(desk: Desk) -> None:
    at = QPointF(desk.view(desk.row("all", "steps")))
    before = desk.canvas.camera.zoom
    wheel(desk, at)
    assert desk.value("all", "steps") == 20 and desk.canvas.camera.zoom > before
    desk.double_click(desk.row("all", "steps"))
    zoom = desk.canvas.camera.zoom
    wheel(desk, QPointF(desk.view(desk.row("all", "steps", 0.9))))
    wheel(desk, QPointF(desk.view(desk.row("all", "steps", 0.9))))
    assert desk.value("all", "steps") == 22 and desk.canvas.camera.zoom == zoom
    desk.hit(Qt.Key.Key_Return)
    assert desk.steps == 1


def test_arrows_step_and_tab_goes_to_the_next_row(desk: Desk) -> None:
    desk.double_click(desk.row("all", "steps"))
    desk.hit(Qt.Key.Key_Up)
    desk.hit(Qt.Key.Key_Up, SHIFT)
    desk.hit(Qt.Key.Key_Up, CTRL)
    assert desk.value("all", "steps") == 32
    desk.hit(Qt.Key.Key_Tab)
    assert desk.rows.box is not None and desk.rows.box.name == "width"
    desk.type("640")
    desk.hit(Qt.Key.Key_Backtab, SHIFT)
    assert desk.rows.box is not None and desk.rows.box.name == "steps"
    assert desk.value("all", "width") == 640


def test_backspace_over_a_row_resets_it(desk: Desk) -> None:
    start = desk.row("all", "steps")
    desk.drag(start, start + QPointF(40, 0))
    assert desk.value("all", "steps") != 20
    QCursor.setPos(desk.canvas.mapToGlobal(desk.view(start)))
    desk.key(Qt.Key.Key_Backspace)
    assert "steps" not in desk.graph.nodes["all"].params
    assert "all" in desk.graph.nodes


def test_a_linked_value_is_not_edited(desk: Desk) -> None:
    start = desk.row("all", "linked")
    desk.double_click(start)
    assert desk.rows.editor is None
    desk.drag(start, start + QPointF(60, 0))
    assert "linked" not in desk.graph.nodes["all"].params


def test_the_open_editor_follows_the_graph_and_goes_with_its_node(desk: Desk) -> None:
    desk.double_click(desk.row("all", "steps"))
    editor = desk.rows.editor
    assert isinstance(editor, NumberEditor)
    editor.binding.set(33)
    assert editor.line.text() == "33"
    from nodegraph.edits import RemoveNodes

    desk.editor.apply(RemoveNodes(("all",)))
    assert desk.rows.editor is None
