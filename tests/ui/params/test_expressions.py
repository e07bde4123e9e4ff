from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from nodegraph.edits import SetExpression, SetParam
from nodegraph.formats.native import dumps, loads
from nodegraph.model.expression_refs import expressions_of
from nodegraph.validation import problems
from tests.ui.params.catalogue import SPECS
from tests.ui.params.conftest import Desk
from ui.editors.number import NumberEditor
from ui.editors.tips import tip_for
from ui.panels.problems.validation import fix_words, validation_of


def formula(run_service: Desk, name: str) -> str:
    return expressions_of(run_service.graph.nodes["all"]).get(name, "")


def test_an_expression_is_typed_and_follows_what_it_names_as_one_step(run_service: Desk) -> None:
    run_service.double_click(run_service.row("all", "steps"))
    run_service.type("=width/8")
    assert run_service.rows.box is not None and run_service.rows.box.hint.text() == "= 64"
    run_service.hit(Qt.Key.Key_Return)
    assert (formula(run_service, "steps"), run_service.value("all", "steps"), run_service.steps) == (
        "width/8",
        64,
        1,
    )
    run_service.editor.apply(SetParam("all", "width", 256))
    assert run_service.value("all", "steps") == 32
    run_service.editor.stack.undo()
    assert run_service.value("all", "steps") == 64
    run_service.editor.stack.undo()
    assert (formula(run_service, "steps"), run_service.value("all", "steps")) == ("", 20)


def test_another_node_is_named_with_a_dot(run_service: Desk) -> None:
    run_service.double_click(run_service.row("all", "cfg"))
    run_service.type("=number.value * 3")
    run_service.hit(Qt.Key.Key_Return)
    run_service.editor.apply(SetParam("number", "value", 2.5))
    assert run_service.value("all", "cfg") == 7.5


def test_it_is_shown_edited_and_ended_by_a_number(run_service: Desk) -> None:
    run_service.editor.apply(SetExpression("all", "steps", "width/8"))
    run_service.double_click(run_service.row("all", "steps"))
    editor = run_service.rows.editor
    assert isinstance(editor, NumberEditor) and editor.line.text() == "=width/8"
    run_service.type("=width/16")
    run_service.hit(Qt.Key.Key_Return)
    assert run_service.value("all", "steps") == 32
    run_service.double_click(run_service.row("all", "steps"))
    run_service.type("32")
    run_service.hit(Qt.Key.Key_Return)
    assert (formula(run_service, "steps"), run_service.value("all", "steps")) == ("", 32)


def test_escape_leaves_it_as_it_was(run_service: Desk) -> None:
    run_service.editor.apply(SetExpression("all", "steps", "width/8"))
    run_service.double_click(run_service.row("all", "steps"))
    run_service.type("7")
    run_service.hit(Qt.Key.Key_Escape)
    assert (formula(run_service, "steps"), run_service.value("all", "steps"), run_service.steps) == (
        "width/8",
        64,
        1,
    )


def test_neither_scrubbing_nor_arrows_end_it(run_service: Desk) -> None:
    run_service.editor.apply(SetExpression("all", "steps", "width/8"))
    start = run_service.row("all", "steps")
    run_service.drag(start, start + QPointF(40, 0), steps=8)
    assert formula(run_service, "steps") == "width/8"
    run_service.double_click(run_service.row("all", "steps"))
    run_service.hit(Qt.Key.Key_Up)
    run_service.hit(Qt.Key.Key_Return)
    assert formula(run_service, "steps") == "width/8"


def test_a_sum_with_names_but_no_sign_is_worked_out_once(run_service: Desk) -> None:
    run_service.double_click(run_service.row("all", "width"))
    run_service.type("width/2 + steps")
    run_service.hit(Qt.Key.Key_Return)
    assert (formula(run_service, "width"), run_service.value("all", "width")) == ("", 276)
    run_service.double_click(run_service.row("all", "width"))
    run_service.type("=64*2")
    run_service.hit(Qt.Key.Key_Return)
    assert (formula(run_service, "width"), run_service.value("all", "width")) == ("", 128)


def test_what_cannot_be_read_stays_open_with_a_sentence(run_service: Desk) -> None:
    run_service.double_click(run_service.row("all", "steps"))
    run_service.type("=width//")
    run_service.hit(Qt.Key.Key_Return)
    assert run_service.rows.box is not None and run_service.rows.box.hint.text().endswith(".")
    assert formula(run_service, "steps") == ""


def test_a_circle_and_an_unknown_name_stand_on_the_row_with_a_fix_and_the_rest_still_saves(
    run_service: Desk,
) -> None:
    run_service.editor.apply(SetExpression("all", "width", "steps * 8"))
    run_service.double_click(run_service.row("all", "steps"))
    run_service.type("=width")
    assert run_service.rows.box is not None and "from it" in run_service.rows.box.hint.text()
    run_service.hit(Qt.Key.Key_Return)
    run_service.double_click(run_service.row("all", "cfg"))
    run_service.type("=numbr.value")
    run_service.hit(Qt.Key.Key_Return)
    validation = validation_of(run_service.editor)
    validation.check()
    assert {(p.field, fix_words(p)) for p in validation.problems if p.field in ("steps", "width", "cfg")} == {
        ("steps", "Keep the value"),
        ("width", "Keep the value"),
        ("cfg", "Use =number.value"),
    }
    tip = tip_for(
        run_service.canvas, run_service.canvas.hit(QPointF(run_service.view(run_service.row("all", "steps"))))
    )
    assert "give one of them a value" in tip and "= width" in tip
    run_service.editor.apply(SetParam("all", "denoise", 0.5))
    assert loads(dumps(run_service.graph)) == run_service.graph
    for problem in validation.of("all", "cfg"):
        validation.fix(problem)
    validation.fix(validation.of("all", "steps")[0])
    QTest.qWait(60)
    assert run_service.value("all", "cfg") == 1.0
    assert not [p for p in problems(run_service.graph, SPECS) if p.field in ("steps", "width", "cfg")]


def test_a_dotted_wire_shows_from_where_a_value_is_computed(run_service: Desk) -> None:
    def between() -> QImage:
        """The gap between the two nodes."""
        boxes = run_service.canvas.scene.nodes
        left = run_service.view((boxes["number"].rect.right() + 4, boxes["number"].rect.top()))
        right = run_service.view((boxes["all"].rect.left() - 4, boxes["all"].rect.bottom()))
        return run_service.canvas.grab(QRect(left, right)).toImage()

    before = between()
    run_service.editor.apply(SetExpression("all", "cfg", "number.value * 3"))
    QTest.qWait(50)
    after = between()
    assert after != before
    run_service.editor.apply(SetExpression("all", "cfg", None))
    QTest.qWait(50)
    assert between() == before
