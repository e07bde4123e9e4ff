"""What holds for every kind of editor, on the canvas and in the inspector, with real keys and wheels."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication

from tests.ui.params.catalogue import SPECS
from tests.ui.params.conftest import Desk
from tests.ui.params.kinds import KINDS, TYPED

CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


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
