"""Colours of nodes, frames and notes are set from the menu, by keys alone."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from nodegraph.edits import AddFrame, AddNote
from nodegraph.model.graph import Frame, Note
from tests.ui.running.look import shoot
from tests.ui.window.person import Person
from ui.canvas.scene.hit import Hit
from ui.widgets.colour_menu import COLOURS


def choose(person: Person, name: str) -> None:
    """Open the menu of colours and walk to an entry."""
    person.key("Shift+C")
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    for _ in range(len(menu.actions()) + 1):
        QTest.keyClick(menu, Qt.Key.Key_Down)
        active = menu.activeAction()
        if active is not None and active.text() == name:
            break
    QTest.keyClick(menu, Qt.Key.Key_Return)


def test_nodes_frames_and_notes_take_a_colour_as_one_step_and_lose_it_again(person: Person) -> None:
    person.editor.apply(AddFrame(Frame("box", "Box", ("sampler",), (0.0, 0.0, 300.0, 300.0))))
    person.editor.apply(AddNote(Note("memo", "words", (0.0, 700.0))))
    steps = person.editor.stack.count()
    person.editor.selection.set(["save"], (), ["box"], ["memo"])
    choose(person, "Blue")
    blue = {name: color for color, name in COLOURS}["Blue"]
    graph = person.graph
    assert {graph.nodes["save"].color, graph.frames["box"].color, graph.notes["memo"].color} == {blue}
    assert person.editor.stack.count() == steps + 1
    shoot(person.window, "colours")
    choose(person, "Usual colour")
    assert not person.node("save").color
    person.editor.stack.undo()
    assert person.node("save").color == blue


def test_the_menu_of_a_node_and_of_a_frame_offers_colours_and_that_of_a_link_does_not(person: Person) -> None:
    for hit, there in ((Hit(node="save"), True), (Hit(), False)):
        person.editor.selection.clear()
        person.window.popups.canvas_menu(QPoint(300, 300), hit)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        titles = [part.title() for action in menu.actions() if isinstance(part := action.menu(), QMenu)]
        assert ("Colour" in titles) is there
        menu.close()
