"""What holds for every kind of editor, on the canvas and in the inspector, with real keys and wheels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QInputMethodEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from nodegraph.edits import SetParam
from nodegraph.graph import Node, Source
from tests.ui.params.catalogue import SPECS
from tests.ui.params.conftest import Desk, graph
from tests.ui.window.hand import crash
from ui.application import Application
from ui.canvas.canvas import Canvas
from ui.inspector.panel import Inspector
from ui.inspector.row import ParamRow

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.editor import Editor
    from ui.window import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
TYPED = {
    "steps": ("24*2", 48),
    "cfg": ("4.5", 4.5),
    "denoise": ("1/4", 0.25),
    "seed": ("42", 42),
    "color": ("#00ff00", "#00ff00"),
    "image_file": ("b.png", "b.png"),
    "name": ("a boat", "a boat"),
    "prompt": ("a boat", "a boat"),
}
"""Kinds that are typed into: what is typed, and the value it makes."""
KINDS = [*TYPED, "sampler", "checkpoint", "upscale"]


def value(editor: Editor, name: str) -> object:
    param = SPECS["Everything"].param(name)
    assert param is not None
    return editor.graph.nodes["all"].params.get(name, param.default)


def put(desk: Desk, name: str) -> object:
    """Change the open editor's value by keys, not yet kept where it is typed; what it is to become."""
    if name in TYPED:
        desk.hit(Qt.Key.Key_A, CTRL)
        desk.type(TYPED[name][0])
        return TYPED[name][1]
    if name == "upscale":
        desk.hit(Qt.Key.Key_Space)
        return True
    desk.type("h" if name == "sampler" else "p")
    desk.type("" if name == "sampler" else "hoto")
    desk.hit(Qt.Key.Key_Return)
    return "heun" if name == "sampler" else "real/photo.safetensors"


@pytest.mark.parametrize("name", KINDS)
def test_a_change_is_one_step_of_undo(desk: Desk, name: str) -> None:
    before = desk.value("all", name)
    assert desk.rows.open("all", name, by_key=True)
    wanted = put(desk, name)
    if name in TYPED:
        desk.hit(Qt.Key.Key_Return, CTRL if name == "prompt" else Qt.KeyboardModifier.NoModifier)
    desk.rows.close()
    assert (desk.value("all", name), desk.steps) == (wanted, 1)
    desk.editor.stack.undo()
    assert desk.value("all", name) == before
    desk.editor.stack.redo()
    assert desk.value("all", name) == wanted


@pytest.mark.parametrize("name", TYPED)
def test_escape_restores_what_was_typed(desk: Desk, name: str) -> None:
    before = desk.value("all", name)
    assert desk.rows.open("all", name, by_key=True)
    put(desk, name)
    desk.hit(Qt.Key.Key_Escape)
    assert desk.value("all", name) == before and desk.rows.editor is None
    assert "all" in desk.graph.nodes and desk.steps == 0


@pytest.mark.parametrize("name", ["sampler", "checkpoint"])
def test_escape_closes_a_list_and_changes_nothing(desk: Desk, name: str) -> None:
    assert desk.rows.open("all", name, by_key=True)
    desk.type("h")
    desk.hit(Qt.Key.Key_Down)
    desk.hit(Qt.Key.Key_Escape)
    assert desk.steps == 0


@pytest.mark.parametrize("name", KINDS)
def test_tab_keeps_the_value_and_goes_to_the_next_row(desk: Desk, name: str) -> None:
    order = [p.name for p in SPECS["Everything"].params if p.name not in ("linked", "eta")]
    following = order[order.index(name) + 1]
    assert desk.rows.open("all", name, by_key=True)
    wanted = put(desk, name)
    if desk.rows.editor is None:
        desk.rows.open("all", name, by_key=True)
    desk.hit(Qt.Key.Key_Tab)
    assert desk.value("all", name) == wanted
    assert desk.rows.box is not None and desk.rows.box.name == following


@pytest.mark.parametrize("name", ["name", "prompt", "image_file"])
def test_an_input_method_composes_in_every_text(desk: Desk, name: str) -> None:
    before = desk.value("all", name)
    assert desk.rows.open("all", name, by_key=True)
    desk.hit(Qt.Key.Key_A, CTRL)
    QApplication.sendEvent(desk.focus(), QInputMethodEvent("にほ", []))
    desk.hit(Qt.Key.Key_Return)
    desk.hit(Qt.Key.Key_Tab)
    assert desk.rows.editor is not None and desk.rows.editor.composing
    assert desk.value("all", name) == before
    done = QInputMethodEvent("", [])
    done.setCommitString("日本")
    QApplication.sendEvent(desk.focus(), done)
    desk.hit(Qt.Key.Key_Return, CTRL if name == "prompt" else Qt.KeyboardModifier.NoModifier)
    assert desk.value("all", name) == "日本"


@pytest.mark.parametrize(
    ("name", "text", "kept"),
    [
        ("steps", "1", 1),
        ("steps", "100", 100),
        ("steps", "0", 1),
        ("steps", "101", 100),
        ("steps", "10**30", 100),
        ("cfg", "-1", 0.0),
        ("cfg", "30.0001", 30.0),
        ("seed", str(2**64 - 1), 2**64 - 1),
        ("seed", str(2**64), 2**64 - 1),
        ("seed", "-1", 0),
        ("free", "1e308", 1e308),
    ],
)
def test_values_at_and_past_their_limits(desk: Desk, name: str, text: str, kept: object) -> None:
    assert desk.rows.open("all", name, by_key=True)
    desk.type(text)
    desk.hit(Qt.Key.Key_Return)
    assert desk.value("all", name) == kept


# The inspector: the same editors


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot) -> Iterator[MainWindow]:
    app = Application(qapp, SPECS, Canvas)
    app.start()
    yield app.windows[0]
    crash(app)


@pytest.fixture
def panel(window: MainWindow) -> Inspector:
    view = window.documents.new()
    view.editor.push("Begin", graph())
    view.editor.selection.set(["all"])
    if not window.docks.shown("inspector"):
        window.docks.toggle("inspector")
    found = window.docks.panel("inspector")
    assert isinstance(found, Inspector)
    QTest.qWaitForWindowExposed(window)
    window.activateWindow()
    QTest.qWait(10)
    return found


def wheel(widget: QWidget, turn: int = 120) -> None:
    at = widget.rect().center()
    event = QWheelEvent(
        QPointF(at),
        QPointF(widget.mapToGlobal(at)),
        QPoint(),
        QPoint(0, turn),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def control(row: ParamRow) -> QWidget:
    """What is typed into."""
    found = row.editor.focusProxy()
    assert found is not None
    return found


@pytest.mark.parametrize("name", KINDS)
def test_the_wheel_without_the_focus_changes_nothing(panel: Inspector, name: str) -> None:
    row = panel.rows[name]
    before = panel._editor.stack.index()
    control(row).clearFocus()
    for widget in (row, row.editor, control(row)):
        wheel(widget)
        wheel(widget, -120)
    assert panel._editor.stack.index() == before


@pytest.mark.parametrize(("name", "after"), [("steps", 21), ("cfg", 7.1), ("denoise", 1.0), ("seed", 8)])
def test_the_wheel_with_the_focus_steps_numbers(panel: Inspector, name: str, after: object) -> None:
    row = panel.rows[name]
    control(row).setFocus()
    wheel(control(row))
    assert value(panel._editor, name) == after


@pytest.mark.parametrize("name", TYPED)
def test_the_panel_and_the_graph_are_in_step_both_ways(panel: Inspector, name: str) -> None:
    row, (text, wanted) = panel.rows[name], TYPED[name]
    line = control(row)
    line.setFocus()
    if isinstance(line, QLineEdit) and line.isReadOnly():
        QTest.keyClick(line, Qt.Key.Key_Return)
    QTest.keyClick(line, Qt.Key.Key_A, CTRL)
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return, CTRL if name == "prompt" else Qt.KeyboardModifier.NoModifier)
    assert value(panel._editor, name) == wanted
    param = SPECS["Everything"].param(name)
    assert param is not None
    panel._editor.apply(SetParam("all", name, param.default))
    row.editor.show_value()
    shown = line.text() if isinstance(line, QLineEdit) else line.toPlainText()  # type: ignore[attr-defined]  # the page of a prompt
    assert shown.replace(".0", "").rstrip("0") == str(param.default).replace(".0", "").rstrip("0")


@pytest.mark.parametrize("name", KINDS)
def test_alt_enter_sets_all_selected_nodes_as_one_step(panel: Inspector, name: str) -> None:
    editor = panel._editor
    param = SPECS["Everything"].param(name)
    assert param is not None
    others = [Node("second", "Everything"), Node("third", "Everything", params={name: param.default})]
    editor.push("More", editor.graph.with_nodes([*others, Node("fourth", "Everything")]))
    editor.selection.set(["second", "third", "number", "all"])
    QTest.qWait(10)
    steps, row = editor.stack.index(), panel.rows[name]
    line = control(row)
    line.setFocus()
    wanted: object
    if name in TYPED:
        wanted = TYPED[name][1]
        if isinstance(line, QLineEdit) and line.isReadOnly():
            QTest.keyClick(line, Qt.Key.Key_Return)
        QTest.keyClick(line, Qt.Key.Key_A, CTRL)
        QTest.keyClicks(line, TYPED[name][0])
        QTest.keyClick(line, Qt.Key.Key_Return, ALT)
    elif name == "upscale":
        wanted = True
        QTest.keyClick(line, Qt.Key.Key_Space)
        QTest.keyClick(line, Qt.Key.Key_Return, ALT)
    else:
        wanted = "heun" if name == "sampler" else "real/photo.safetensors"
        QTest.keyClicks(line, "h" if name == "sampler" else "p")
        line = QApplication.focusWidget() or line
        QTest.keyClicks(line, "" if name == "sampler" else "hoto")
        QTest.keyClick(line, Qt.Key.Key_Return, ALT)
    found = {node: editor.graph.nodes[node].params.get(name) for node in ("all", "second", "third", "fourth")}
    assert found == {"all": wanted, "second": wanted, "third": wanted, "fourth": None}
    assert editor.stack.index() == steps + 1
    editor.stack.undo()
    assert "second" in editor.graph.nodes and name not in editor.graph.nodes["second"].params


def test_what_is_linked_or_computed_elsewhere_is_left_alone(panel: Inspector) -> None:
    editor = panel._editor
    linked = Node("linked", "Everything", inputs={"steps": (Source("number", "value"),)})
    computed = Node("computed", "Everything", extra={"expressions": {"steps": "width / 8"}})
    editor.push("More", editor.graph.with_nodes([linked, computed]))
    editor.selection.set(["linked", "computed", "all"])
    QTest.qWait(10)
    line = control(panel.rows["steps"])
    line.setFocus()
    QTest.keyClicks(line, "33")
    QTest.keyClick(line, Qt.Key.Key_Return, ALT)
    nodes = editor.graph.nodes
    assert nodes["all"].params["steps"] == 33 and "steps" not in nodes["linked"].params
    assert nodes["computed"].params["steps"] == 64


def test_tab_walks_the_panel_from_value_to_value(panel: Inspector) -> None:
    control(panel.rows["steps"]).setFocus()
    seen = []
    for _ in range(60):
        QTest.keyClick(QApplication.focusWidget() or panel, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        found = next(
            (n for n, row in panel.rows.items() if now is not None and row.editor.isAncestorOf(now)), ""
        )
        if found and found not in seen:
            seen.append(found)
    assert seen[:6] == ["width", "cfg", "denoise", "seed", "sampler", "checkpoint"]


def test_many_lines_pasted_into_one_line_become_one(desk: Desk) -> None:
    QApplication.clipboard().setText("one\ntwo\r\nthree")
    assert desk.rows.open("all", "name", by_key=True)
    desk.hit(Qt.Key.Key_A, CTRL)
    desk.hit(Qt.Key.Key_V, CTRL)
    desk.hit(Qt.Key.Key_Return)
    kept = str(desk.value("all", "name"))
    assert "\n" not in kept and kept.split() == ["one", "two", "three"]
    assert desk.rows.open("all", "prompt", by_key=True)
    desk.hit(Qt.Key.Key_A, CTRL)
    desk.hit(Qt.Key.Key_V, CTRL)
    desk.hit(Qt.Key.Key_Return, CTRL)
    assert desk.value("all", "prompt") == "one\ntwo\nthree"
