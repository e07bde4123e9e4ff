"""The inspector: every kind of editor in it, with real keys and wheels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from nodegraph.edits import SetParam
from nodegraph.model.graph import Node, Source
from tests.ui.params.catalogue import SPECS
from tests.ui.params.kinds import KINDS, TYPED
from ui.panels.inspector.panel import Inspector
from ui.panels.inspector.row import ParamRow

if TYPE_CHECKING:
    from ui.document.editor import Editor

CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


def value(editor: Editor, name: str) -> object:
    param = SPECS["Everything"].param(name)
    assert param is not None
    return editor.graph.nodes["all"].params.get(name, param.default)


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
