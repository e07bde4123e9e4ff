"""Where the keyboard goes when what had it is gone, Esc in panels, the clipboard keys of every system, panning over
an open editor, and what lies over the canvas while something is edited."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, QRect, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from nodegraph.edits import AddNodes
from nodegraph.model.graph import Node
from tests.ui.window.person import Person
from ui.editors.rows import RowEditors


def on_canvas(person: Person) -> bool:
    return QApplication.focusWidget() is person.window.view.widget if person.window.view else False


def test_closing_a_tab_gives_the_keyboard_to_the_canvas_behind_it(person: Person) -> None:
    other = person.window.documents.new()
    assert person.window.view is other
    person.window.documents.close(other)
    person.bot.waitUntil(lambda: on_canvas(person))
    person.window.documents.new()
    person.window.menus.actions["file.close"].trigger()
    person.bot.waitUntil(lambda: on_canvas(person))


@pytest.mark.parametrize("name", ["inspector", "outline", "problems", "history", "bookmarks"])
def test_escape_leaves_a_panel_for_the_canvas(person: Person, name: str) -> None:
    docks = person.window.docks
    if docks.shown(name):
        docks.toggle(name)
    docks.toggle(name)
    person.bot.waitUntil(lambda: docks.docks[name].isAncestorOf(QApplication.focusWidget() or person.canvas))
    person.key("Escape")
    person.bot.waitUntil(lambda: on_canvas(person))


def test_a_node_that_goes_while_its_value_is_written_leaves_the_keyboard_on_the_canvas(
    person: Person,
) -> None:
    person.editor.apply(AddNodes((Node("extra", "KSampler", pos=(0.0, 0.0)),)))
    person.select("extra")
    docks = person.window.docks
    if not docks.shown("inspector"):
        docks.toggle("inspector")
    field = next(w for w in docks.panel("inspector").findChildren(QLineEdit) if w.isVisible())
    field.setFocus()
    person.editor.stack.undo()
    person.bot.waitUntil(lambda: on_canvas(person))


def test_the_clipboard_keys_of_every_system_work_on_the_canvas(person: Person) -> None:
    person.select("save")
    person.key("Ctrl+Insert")
    assert '"SaveImage"' in QGuiApplication.clipboard().text()
    before = len(person.graph.nodes)
    person.key("Shift+Insert")
    assert len(person.graph.nodes) == before + 1
    QGuiApplication.clipboard().setText("")
    person.key("Shift+Delete")
    assert len(person.graph.nodes) == before
    assert '"SaveImage"' in QGuiApplication.clipboard().text()


def opened(person: Person, node: str, name: str) -> QWidget:
    rows = person.canvas.findChild(RowEditors)
    assert rows is not None
    assert rows.open(node, name, by_key=True)
    assert rows.box is not None
    return rows.box


def middle(kind: QEvent.Type, target: QWidget, at: QPointF) -> None:
    button = Qt.MouseButton.MiddleButton
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(
        kind,
        QPointF(target.mapFromGlobal(at)),
        at,
        none if kind == QEvent.Type.MouseMove else button,
        none if kind == QEvent.Type.MouseButtonRelease else button,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(target, event)


def test_the_middle_button_pans_over_an_open_editor_which_stays(person: Person) -> None:
    box = opened(person, "sampler", "steps")
    field = next(w for w in box.findChildren(QLineEdit) if w.isVisible())
    QTest.keyClicks(field, "33")
    before = person.canvas.camera.visible().topLeft()
    text = field.text()
    at = QPointF(field.mapToGlobal(field.rect().center()))
    middle(QEvent.Type.MouseButtonPress, field, at)
    middle(QEvent.Type.MouseMove, field, at + QPointF(60, 20))
    middle(QEvent.Type.MouseButtonRelease, field, at + QPointF(60, 20))
    moved = before - person.canvas.camera.visible().topLeft()
    assert (round(moved.x() * person.zoom), round(moved.y() * person.zoom)) == (60, 20)
    assert field.isVisible()
    assert field.text() == text
    assert field.hasFocus()
    person.key("Escape")


def test_nothing_covers_what_is_edited(person: Person) -> None:
    person.window.app.change(minimap=True)
    person.canvas.show_minimap(True)
    canvas = person.canvas
    x, y = person.node("sampler").pos
    seen = canvas.camera.visible()
    canvas.camera.look_at((x - seen.width() / 2 + 330, y - seen.height() / 2 + 420, canvas.camera.zoom))
    canvas.camera_went()
    person.select("sampler")
    box = opened(person, "sampler", "cfg")
    bar = person.window.bars.on(canvas)
    assert bar is not None
    area = canvas.open_editor.area
    assert area == box.geometry()
    assert not canvas.minimap.isVisible() or not canvas.minimap.geometry().intersects(area)
    bar._settled()
    assert not bar.isVisible()
    person.key("Escape")
    assert canvas.open_editor.area == QRect()
    person.bot.waitUntil(bar.isVisible)
