"""What the window does while a hand holds something on the canvas."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from nodegraph.edits import AddNodes, RemoveNodes
from nodegraph.formats.native import dumps
from nodegraph.model.graph import Node
from tests.ui.canvas.hand import LEFT
from tests.ui.window.hand import answer, opened
from tests.ui.window.person import Person
from ui.canvas.canvas import Canvas


def take(person: Person) -> QPointF:
    """Drag the decoder half-way, after one step that undo could take back."""
    person.select("save")
    person.key("M")
    hand = person.hand
    start = hand.title("decode")
    hand.press(start)
    for step in (20, 60, 120):
        hand.move(start + QPointF(0, step))
    assert person.canvas.stage.moving.nodes == {"decode"}
    return start + QPointF(0, 120)


def held(widget: QWidget) -> object:
    assert isinstance(widget, Canvas)
    return widget.gesture


def let_go(person: Person, at: QPointF) -> None:
    person.hand.release(at)


@pytest.mark.parametrize("keys", ["Ctrl+Z", "Ctrl+Y", "Ctrl+Shift+Z"])
def test_undo_in_a_drag_puts_back_what_is_dragged_and_nothing_more(person: Person, keys: str) -> None:
    end = take(person)
    before = dumps(person.graph)
    person.key(keys)
    assert person.canvas.gesture is None and dumps(person.graph) == before
    let_go(person, end)
    assert dumps(person.graph) == before and person.node("save").mode == "mute"


def test_an_edit_in_a_drag_puts_back_what_is_dragged_and_is_made(person: Person) -> None:
    end = take(person)
    place = person.node("decode").pos
    person.key("Ctrl+D")
    let_go(person, end)
    assert person.node("decode").pos == place and len(person.graph.nodes) == 8


def test_looking_around_in_a_drag_lets_go_of_nothing(person: Person) -> None:
    end = take(person)
    person.key("Home")
    assert person.canvas.stage.moving.nodes == {"decode"}
    let_go(person, end)
    assert person.node("decode").pos != (960, 100)


def test_f_in_a_drag_changes_the_frame_and_not_the_view(person: Person) -> None:
    hand, frame = person.hand, person.graph.frames["frame"]
    place = person.canvas.camera.place()
    start, end = hand.title("latent"), QPointF(frame.rect[0] + 100, frame.rect[1] + 30)
    hand.press(start)
    hand.move(start + (end - start) / 2)
    hand.move(end)
    person.key("F")
    hand.release(end)
    assert "latent" in person.graph.frames["frame"].members
    assert person.canvas.camera.place() == place


@pytest.mark.parametrize("keys", ["Ctrl+N", "Ctrl+Tab"])
def test_another_tab_in_a_drag_leaves_the_graph_as_it_was(person: Person, keys: str) -> None:
    first = person.view
    opened(person.window, person.folder / "flow.json")
    person.window.tabs.setCurrentWidget(first)
    QTest.qWait(1)
    end = take(person)
    before = dumps(person.graph)
    person.key(keys)
    assert person.window.view is not first
    assert held(first.widget) is None and dumps(first.editor.graph) == before
    QTest.mouseRelease(first.widget, LEFT, pos=person.hand.view(end))
    assert dumps(first.editor.graph) == before


def test_a_file_closed_in_a_drag_goes_in_peace(person: Person) -> None:
    take(person)
    answer("Don’t save")
    person.key("Ctrl+W")
    assert person.window.view is None
    QApplication.processEvents()


def test_a_tab_torn_off_in_a_drag_stands_as_it_was(person: Person) -> None:
    opened(person.window, person.folder / "flow.json")
    person.window.tabs.setCurrentWidget(person.view)
    QTest.qWait(1)
    take(person)
    before = dumps(person.graph)
    person.window.documents.tear_off()
    assert person.canvas.gesture is None and dumps(person.graph) == before


def test_a_window_left_in_a_drag_lets_go(person: Person) -> None:
    end = take(person)
    before = dumps(person.graph)
    other = person.window.app.new_window()
    other.show()
    other.activateWindow()
    person.bot.waitUntil(lambda: QApplication.activeWindow() is other)
    assert person.canvas.gesture is None
    let_go(person, end)
    assert dumps(person.graph) == before
    other.close()


def test_a_node_deleted_by_the_outline_in_a_drag_takes_the_drag_with_it(person: Person) -> None:
    end = take(person)
    assert person.editor.apply(AddNodes((Node("extra", "EmptyLatent", pos=(0, 900)),)))
    assert person.canvas.gesture is not None
    assert person.editor.apply(RemoveNodes(("decode",)))
    assert person.canvas.gesture is None
    let_go(person, end)
    person.canvas.grab()
