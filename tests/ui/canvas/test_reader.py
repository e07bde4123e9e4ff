from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest

from nodegraph.edits import RemoveNodes
from tests.ui.canvas.hand import Hand, make_canvas
from tests.ui.canvas.worlds import default_workflow, graph_of
from ui.canvas.scene.state import NodeState

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

Text, Role = QAccessible.Text, QAccessible.Role


@pytest.fixture(autouse=True)
def screen_reader() -> Iterator[None]:
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(False)


def tree(hand: Hand) -> QAccessibleInterface:
    return QAccessible.queryAccessibleInterface(hand.canvas)


def children(of: QAccessibleInterface) -> list[QAccessibleInterface]:
    return [of.child(at) for at in range(of.childCount())]


def node(hand: Hand, name: str) -> QAccessibleInterface:
    return tree(hand).child(list(hand.graph.nodes).index(name))


def port(of: QAccessibleInterface, name: str) -> QAccessibleInterface:
    return next(part for part in children(of) if part.text(Text.Name) == name)


def test_every_node_is_there_with_name_place_and_links(hand: Hand) -> None:
    root = tree(hand)
    found = children(root)[: len(hand.graph.nodes)]
    assert root.text(Text.Name) == "Canvas"
    assert [part.role() for part in found] == [Role.TreeItem] * len(found)
    assert all(part.text(Text.Name) and part.parent() is root for part in found)
    assert [root.indexOfChild(part) for part in found] == list(range(len(found)))
    sampler = node(hand, "sampler")
    assert "linked to" in sampler.text(Text.Description)
    box = hand.canvas.scene.nodes["sampler"]
    middle = hand.canvas.camera.to_view(box.rect.center()).toPoint()
    at = hand.canvas.mapToGlobal(middle)
    assert sampler.rect().contains(at)
    assert root.childAt(at.x(), at.y()) is sampler


def test_ports_and_values_are_read_and_values_written(hand: Hand) -> None:
    sampler = node(hand, "sampler")
    steps = port(sampler, "Steps")
    assert (steps.role(), steps.text(Text.Value)) == (
        Role.SpinBox,
        str(hand.graph.nodes["sampler"].params["steps"]),
    )
    assert sampler.rect().contains(steps.rect().center())
    steps.setText(Text.Value, "41")
    assert hand.graph.nodes["sampler"].params["steps"] == 41
    assert steps.text(Text.Value) == "41"
    steps.setText(Text.Value, "many")
    assert hand.graph.nodes["sampler"].params["steps"] == 41
    model = port(sampler, "Model")
    assert "Model input, linked from" in model.text(Text.Description)
    assert model.parent() is sampler


def test_the_focus_is_told_as_it_walks(hand: Hand) -> None:
    root = tree(hand)
    hand.canvas.activateWindow()
    hand.canvas.setFocus()
    hand.key(Qt.Key.Key_Right)
    first = root.focusChild()
    assert first is node(hand, "checkpoint")
    assert first.state().focused and first.state().selected
    hand.key(Qt.Key.Key_Return)
    inside = root.focusChild()
    assert inside.parent() is first and inside.state().focused and not first.state().focused
    hand.key(Qt.Key.Key_Down)
    assert root.focusChild() is not inside


def test_states_of_a_run_and_problems_are_told(hand: Hand) -> None:
    hand.canvas.state.set("sampler", NodeState("running"))
    hand.canvas.state.set_problems({"decode": {"latent": "not linked"}})
    assert node(hand, "sampler").state().busy
    assert node(hand, "decode").state().invalid
    assert port(node(hand, "decode"), "Latent").state().invalid


def test_a_deleted_node_is_gone_and_its_like_comes_back_by_undo(hand: Hand) -> None:
    before = node(hand, "decode")
    QAccessible.uniqueId(before)
    QAccessible.uniqueId(before.child(0))
    hand.canvas.editor.apply(RemoveNodes(("decode",)))
    del before
    gc.collect()
    names = [part.text(Text.Name) for part in children(tree(hand))]
    hand.canvas.editor.stack.undo()
    assert len(children(tree(hand))) == len(names) + 1
    assert node(hand, "decode").isValid()


def test_canvases_come_and_go(qtbot: QtBot) -> None:
    for _ in range(8):
        canvas = make_canvas(graph_of(default_workflow()))
        canvas.show()
        root = QAccessible.queryAccessibleInterface(canvas)
        kept = root.child(0)
        for part in children(root):
            QAccessible.uniqueId(part)
            for found in children(part):
                QAccessible.uniqueId(found)
        canvas.close()
        canvas.deleteLater()
        del canvas, root
        QTest.qWait(1)
        gc.collect()
        assert not kept.isValid()
