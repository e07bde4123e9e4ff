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


def formula(desk: Desk, name: str) -> str:
    return expressions_of(desk.graph.nodes["all"]).get(name, "")


def test_an_expression_is_typed_and_follows_what_it_names_as_one_step(desk: Desk) -> None:
    desk.double_click(desk.row("all", "steps"))
    desk.type("=width/8")
    assert desk.rows.box is not None and desk.rows.box.hint.text() == "= 64"
    desk.hit(Qt.Key.Key_Return)
    assert (formula(desk, "steps"), desk.value("all", "steps"), desk.steps) == ("width/8", 64, 1)
    desk.editor.apply(SetParam("all", "width", 256))
    assert desk.value("all", "steps") == 32
    desk.editor.stack.undo()
    assert desk.value("all", "steps") == 64
    desk.editor.stack.undo()
    assert (formula(desk, "steps"), desk.value("all", "steps")) == ("", 20)


def test_another_node_is_named_with_a_dot(desk: Desk) -> None:
    desk.double_click(desk.row("all", "cfg"))
    desk.type("=number.value * 3")
    desk.hit(Qt.Key.Key_Return)
    desk.editor.apply(SetParam("number", "value", 2.5))
    assert desk.value("all", "cfg") == 7.5


def test_it_is_shown_edited_and_ended_by_a_number(desk: Desk) -> None:
    desk.editor.apply(SetExpression("all", "steps", "width/8"))
    desk.double_click(desk.row("all", "steps"))
    editor = desk.rows.editor
    assert isinstance(editor, NumberEditor) and editor.line.text() == "=width/8"
    desk.type("=width/16")
    desk.hit(Qt.Key.Key_Return)
    assert desk.value("all", "steps") == 32
    desk.double_click(desk.row("all", "steps"))
    desk.type("32")
    desk.hit(Qt.Key.Key_Return)
    assert (formula(desk, "steps"), desk.value("all", "steps")) == ("", 32)


def test_escape_leaves_it_as_it_was(desk: Desk) -> None:
    desk.editor.apply(SetExpression("all", "steps", "width/8"))
    desk.double_click(desk.row("all", "steps"))
    desk.type("7")
    desk.hit(Qt.Key.Key_Escape)
    assert (formula(desk, "steps"), desk.value("all", "steps"), desk.steps) == ("width/8", 64, 1)


def test_neither_scrubbing_nor_arrows_end_it(desk: Desk) -> None:
    desk.editor.apply(SetExpression("all", "steps", "width/8"))
    start = desk.row("all", "steps")
    desk.drag(start, start + QPointF(40, 0), steps=8)
    assert formula(desk, "steps") == "width/8"
    desk.double_click(desk.row("all", "steps"))
    desk.hit(Qt.Key.Key_Up)
    desk.hit(Qt.Key.Key_Return)
    assert formula(desk, "steps") == "width/8"


def test_a_sum_with_names_but_no_sign_is_worked_out_once(desk: Desk) -> None:
    desk.double_click(desk.row("all", "width"))
    desk.type("width/2 + steps")
    desk.hit(Qt.Key.Key_Return)
    assert (formula(desk, "width"), desk.value("all", "width")) == ("", 276)
    desk.double_click(desk.row("all", "width"))
    desk.type("=64*2")
    desk.hit(Qt.Key.Key_Return)
    assert (formula(desk, "width"), desk.value("all", "width")) == ("", 128)


def test_what_cannot_be_read_stays_open_with_a_sentence(desk: Desk) -> None:
    desk.double_click(desk.row("all", "steps"))
    desk.type("=width//")
    desk.hit(Qt.Key.Key_Return)
    assert desk.rows.box is not None and desk.rows.box.hint.text().endswith(".")
    assert formula(desk, "steps") == ""


def test_a_circle_and_an_unknown_name_stand_on_the_row_with_a_fix_and_the_rest_still_saves(
    desk: Desk,
) -> None:
    desk.editor.apply(SetExpression("all", "width", "steps * 8"))
    desk.double_click(desk.row("all", "steps"))
    desk.type("=width")
    assert desk.rows.box is not None and "from it" in desk.rows.box.hint.text()
    desk.hit(Qt.Key.Key_Return)
    desk.double_click(desk.row("all", "cfg"))
    desk.type("=numbr.value")
    desk.hit(Qt.Key.Key_Return)
    validation = validation_of(desk.editor)
    validation.check()
    assert {(p.field, fix_words(p)) for p in validation.problems if p.field in ("steps", "width", "cfg")} == {
        ("steps", "Keep the value"),
        ("width", "Keep the value"),
        ("cfg", "Use =number.value"),
    }
    tip = tip_for(desk.canvas, desk.canvas.hit(QPointF(desk.view(desk.row("all", "steps")))))
    assert "give one of them a value" in tip and "= width" in tip
    desk.editor.apply(SetParam("all", "denoise", 0.5))
    assert loads(dumps(desk.graph)) == desk.graph
    for problem in validation.of("all", "cfg"):
        validation.fix(problem)
    validation.fix(validation.of("all", "steps")[0])
    QTest.qWait(60)
    assert desk.value("all", "cfg") == 1.0
    assert not [p for p in problems(desk.graph, SPECS) if p.field in ("steps", "width", "cfg")]


def test_a_dotted_wire_shows_from_where_a_value_is_computed(desk: Desk) -> None:
    def between() -> QImage:
        """The gap between the two nodes."""
        boxes = desk.canvas.scene.nodes
        left = desk.view((boxes["number"].rect.right() + 4, boxes["number"].rect.top()))
        right = desk.view((boxes["all"].rect.left() - 4, boxes["all"].rect.bottom()))
        return desk.canvas.grab(QRect(left, right)).toImage()

    before = between()
    desk.editor.apply(SetExpression("all", "cfg", "number.value * 3"))
    QTest.qWait(50)
    after = between()
    assert after != before
    desk.editor.apply(SetExpression("all", "cfg", None))
    QTest.qWait(50)
    assert between() == before
