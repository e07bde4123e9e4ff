"""Menus, lists and cards by keyboard alone: opened, gone through, and back again."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QWidget

from tests.ui.window.person import Person
from tests.ui.window.walk import faults, name_of, stops
from tests.ui.window.walked import focus, ready, shown_over

ESC, ENTER = Qt.Key.Key_Escape, Qt.Key.Key_Return


def menu_key(widget: QWidget) -> QMenu:
    """The Menu key, as the window system passes it on."""
    place = widget.rect().center()
    reason = QContextMenuEvent.Reason.Keyboard
    QApplication.sendEvent(widget, QContextMenuEvent(reason, place, widget.mapToGlobal(place)))
    found = QApplication.activePopupWidget()
    assert isinstance(found, QMenu), found
    return found


def through(menu: QMenu) -> list[str]:
    """Down through a menu; its entries, and an empty one for each that has no words."""
    found: list[str] = []
    while True:
        QTest.keyClick(menu, Qt.Key.Key_Down)
        action = menu.activeAction()
        if action is None or action.text() in found:
            break
        found.append(action.text())
    QTest.keyClick(menu, ESC)
    assert not menu.isVisible()
    return found


def test_the_menu_key_opens_the_menu_of_what_is_selected(person: Person) -> None:
    ready(person)
    person.canvas.setFocus()
    entries = through(menu_key(person.canvas))
    assert len(entries) > 8 and all(entries) and person.window.focusWidget() is person.canvas
    person.editor.selection.clear()
    assert len(through(menu_key(person.canvas))) > 3
    person.window.docks.toggle("inspector")
    person.select("sampler")
    person.bot.waitUntil(lambda: len(stops(person.window.docks.docks["inspector"])) > 4)
    line = person.window.docks.panel("inspector").findChildren(QLineEdit)[1]
    line.setFocus()
    assert len(through(menu_key(line))) > 3
    assert person.window.focusWidget() is line


def at_control(person: Person, name: str) -> QWidget:
    """Go to a control of the window or of the inspector."""
    ready(person)
    person.window.docks.toggle("inspector")
    person.bot.waitUntil(lambda: any(name_of(widget) == name for widget in stops(person.window)))
    control = next(widget for widget in stops(person.window) if name_of(widget) == name)
    control.setFocus()
    return control


def pressed(widget: QWidget, key: Qt.Key) -> list[str]:
    """Press a key on a control that opens a menu, and leave the menu; what was in it."""
    found: list[str] = []

    def inside() -> None:
        menu = QApplication.activePopupWidget()
        if isinstance(menu, QMenu):
            found.extend(action.text() for action in menu.actions() if not action.isSeparator())
            through(menu)

    QTimer.singleShot(60, inside)
    QTest.keyClick(widget, key)
    QTest.qWait(120)
    return found


@pytest.mark.parametrize("name", ["Memory", "Presets", "Last seeds"])
def test_what_opens_a_menu_opens_it_by_key(person: Person, name: str) -> None:
    control = at_control(person, name)
    entries = pressed(control, Qt.Key.Key_Space)
    assert entries and all(entries)
    assert person.window.focusWidget() is control


def test_a_list_of_choices_gives_the_focus_back(person: Person) -> None:
    control = at_control(person, "Sampler")
    QTest.keyClick(control, Qt.Key.Key_Space)
    line = focus()
    assert line is not control and name_of(line)
    QTest.keyClick(line, Qt.Key.Key_Down)
    QTest.keyClick(line, ESC)
    assert focus() is control


def test_the_card_of_the_practice_model_is_opened_and_left(person: Person) -> None:
    assert person.window.run_panels is not None
    chip = person.window.run_panels.overlays.chip
    assert chip is not None
    chip.set_shown(True)
    chip.setFocus()
    QTest.keyClick(chip, Qt.Key.Key_Space)
    assert chip.card.isVisible()
    QTest.keyClick(chip, ESC)
    assert not chip.card.isVisible() and focus() is chip


def test_a_name_for_a_preset_is_asked_for_and_left(person: Person) -> None:
    control = at_control(person, "Presets")
    QTest.keyClick(control, Qt.Key.Key_Space)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    save = next(action for action in menu.actions() if action.text().startswith("Save these"))
    menu.close()
    assert shown_over(person, save.trigger, faults) == []
    assert person.window.focusWidget() is control
