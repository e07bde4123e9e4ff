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


def put(run_service: Desk, name: str) -> object:
    """Change the open editor's value by keys, not yet kept where it is typed; what it is to become."""
    if name in TYPED:
        run_service.hit(Qt.Key.Key_A, CTRL)
        run_service.type(TYPED[name][0])
        return TYPED[name][1]
    if name == "upscale":
        run_service.hit(Qt.Key.Key_Space)
        return True
    run_service.type("h" if name == "sampler" else "p")
    run_service.type("" if name == "sampler" else "hoto")
    run_service.hit(Qt.Key.Key_Return)
    return "heun" if name == "sampler" else "real/photo.safetensors"


@pytest.mark.parametrize("name", KINDS)
def test_a_change_is_one_step_of_undo(run_service: Desk, name: str) -> None:
    before = run_service.value("all", name)
    assert run_service.rows.open("all", name, by_key=True)
    wanted = put(run_service, name)
    if name in TYPED:
        run_service.hit(Qt.Key.Key_Return, CTRL if name == "prompt" else Qt.KeyboardModifier.NoModifier)
    run_service.rows.close()
    assert (run_service.value("all", name), run_service.steps) == (wanted, 1)
    run_service.editor.stack.undo()
    assert run_service.value("all", name) == before
    run_service.editor.stack.redo()
    assert run_service.value("all", name) == wanted


@pytest.mark.parametrize("name", TYPED)
def test_escape_restores_what_was_typed(run_service: Desk, name: str) -> None:
    before = run_service.value("all", name)
    assert run_service.rows.open("all", name, by_key=True)
    put(run_service, name)
    run_service.hit(Qt.Key.Key_Escape)
    assert run_service.value("all", name) == before and run_service.rows.editor is None
    assert "all" in run_service.graph.nodes and run_service.steps == 0


@pytest.mark.parametrize("name", ["sampler", "checkpoint"])
def test_escape_closes_a_list_and_changes_nothing(run_service: Desk, name: str) -> None:
    assert run_service.rows.open("all", name, by_key=True)
    run_service.type("h")
    run_service.hit(Qt.Key.Key_Down)
    run_service.hit(Qt.Key.Key_Escape)
    assert run_service.steps == 0


@pytest.mark.parametrize("name", KINDS)
def test_tab_keeps_the_value_and_goes_to_the_next_row(run_service: Desk, name: str) -> None:
    order = [p.name for p in SPECS["Everything"].params if p.name not in ("linked", "eta")]
    following = order[order.index(name) + 1]
    assert run_service.rows.open("all", name, by_key=True)
    wanted = put(run_service, name)
    if run_service.rows.editor is None:
        run_service.rows.open("all", name, by_key=True)
    run_service.hit(Qt.Key.Key_Tab)
    assert run_service.value("all", name) == wanted
    assert run_service.rows.box is not None and run_service.rows.box.name == following


@pytest.mark.parametrize("name", ["name", "prompt", "image_file"])
def test_an_input_method_composes_in_every_text(run_service: Desk, name: str) -> None:
    before = run_service.value("all", name)
    assert run_service.rows.open("all", name, by_key=True)
    run_service.hit(Qt.Key.Key_A, CTRL)
    QApplication.sendEvent(run_service.focus(), QInputMethodEvent("にほ", []))
    run_service.hit(Qt.Key.Key_Return)
    run_service.hit(Qt.Key.Key_Tab)
    assert run_service.rows.editor is not None and run_service.rows.editor.composing
    assert run_service.value("all", name) == before
    done = QInputMethodEvent("", [])
    done.setCommitString("日本")
    QApplication.sendEvent(run_service.focus(), done)
    run_service.hit(Qt.Key.Key_Return, CTRL if name == "prompt" else Qt.KeyboardModifier.NoModifier)
    assert run_service.value("all", name) == "日本"


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
def test_values_at_and_past_their_limits(run_service: Desk, name: str, text: str, kept: object) -> None:
    assert run_service.rows.open("all", name, by_key=True)
    run_service.type(text)
    run_service.hit(Qt.Key.Key_Return)
    assert run_service.value("all", name) == kept


def test_many_lines_pasted_into_one_line_become_one(run_service: Desk) -> None:
    QApplication.clipboard().setText("one\ntwo\r\nthree")
    assert run_service.rows.open("all", "name", by_key=True)
    run_service.hit(Qt.Key.Key_A, CTRL)
    run_service.hit(Qt.Key.Key_V, CTRL)
    run_service.hit(Qt.Key.Key_Return)
    kept = str(run_service.value("all", "name"))
    assert "\n" not in kept and kept.split() == ["one", "two", "three"]
    assert run_service.rows.open("all", "prompt", by_key=True)
    run_service.hit(Qt.Key.Key_A, CTRL)
    run_service.hit(Qt.Key.Key_V, CTRL)
    run_service.hit(Qt.Key.Key_Return, CTRL)
    assert run_service.value("all", "prompt") == "one\ntwo\nthree"
