"""Every dialog, panel and popup by keyboard alone: through it in the order of reading, named, and back again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QMenu, QPushButton, QWidget

from nodegraph.edits import SetParam
from tests.ui.window.person import Person
from tests.ui.window.walk import called, faults, name_of, stops
from ui.actions.view import DOCKS
from ui.dialogs.shortcuts import ShortcutsDialog
from ui.popup import ChoicePopup
from ui.problems.validation import validation_of

ESC, ENTER = Qt.Key.Key_Escape, Qt.Key.Key_Return


def focus() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def begin(root: QWidget) -> None:
    """Go to the upper left."""
    first = min(
        stops(root),
        key=lambda widget: (widget.mapTo(root, QPoint()).y() // 24, widget.mapTo(root, QPoint()).x()),
    )
    first.setFocus()


def ready(person: Person) -> None:
    """Steps to undo, a problem, something selected: every panel has something in it."""
    person.window.resize(1600, 1000)
    person.window.docks.toggle("outline")
    for steps in (4, 5):
        person.editor.apply(SetParam("sampler", "steps", steps))
    person.select("sampler")
    validation_of(person.editor).check()


@pytest.mark.parametrize("name", [dock[0] for dock in DOCKS])
def test_a_panel_is_gone_through_and_left(person: Person, name: str) -> None:
    ready(person)
    window, dock = person.window, person.window.docks.docks[name]
    if window.docks.shown(name):
        window.docks.toggle(name)
    person.canvas.setFocus()
    window.menus.actions[f"view.{name}"].trigger()
    person.bot.waitUntil(lambda: dock.isAncestorOf(focus()))
    assert name_of(focus()), f"the focus comes to {called(focus())}"
    person.bot.waitUntil(lambda: len(stops(dock)) > 0)
    begin(dock)
    assert faults(dock) == []
    begin(dock)
    window.menus.actions[f"view.{name}"].trigger()
    assert not dock.isVisible() and focus() is person.canvas


def test_the_whole_window_is_gone_through(person: Person) -> None:
    """All but the canvas, where Tab adds a node, and whatever lies behind other panels."""
    ready(person)
    for name, dock in person.window.docks.docks.items():
        if not dock.isVisible():
            person.window.docks.toggle(name)
    person.view.bar.tell(Path("flow.json"), True)
    person.view.bar.show()
    person.canvas.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    begin(person.window)
    assert faults(person.window) == []


def test_the_start_page_is_gone_through(person: Person) -> None:
    person.window.app.remember(person.folder / "flow.json")
    person.window.documents.close(person.view)
    start = person.window.start
    person.bot.waitUntil(start.isVisible)
    QTest.qWait(300)
    begin(start)
    person.window.app.save_session(wait=True)
    assert len(stops(start)) > 4 and faults(start) == []


def test_the_app_view_is_gone_through_and_left(person: Person) -> None:
    person.key("Alt+M")
    app = person.view.app
    assert app is not None
    person.bot.waitUntil(lambda: app.isAncestorOf(focus()))
    begin(app)
    assert faults(app) == []
    person.key("Alt+M")
    assert focus() is person.canvas


def shown_over(
    person: Person, open_it: Callable[[], object], look: Callable[[QDialog], list[str]]
) -> list[str]:
    """Open a dialog that waits for its answer, look at it, and leave it by Esc."""
    found: list[str] = ["it never opened"]

    def inside() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QDialog)
        try:
            person.bot.waitUntil(lambda: dialog.isAncestorOf(focus()))
            found[:] = look(dialog)
        finally:
            QTest.keyClick(QApplication.focusWidget() or dialog, ESC)
            if dialog.isVisible():
                found.append("Esc does not close it")
                dialog.reject()

    QTimer.singleShot(150, inside)
    open_it()
    person.window.activateWindow()
    person.bot.waitUntil(lambda: QApplication.focusWidget() is not None)
    return found


def looked_at(dialog: QDialog) -> list[str]:
    found = [] if dialog.windowTitle() else ["it has no title"]
    if isinstance(dialog, ShortcutsDialog):
        dialog.choose("edit.copy")
    return [*found, *faults(dialog)]


def default_of(dialog: QDialog) -> str:
    buttons = [button for button in dialog.findChildren(QPushButton) if button.isDefault()]
    return buttons[0].text().replace("&", "") if buttons else ""


DIALOGS = {
    "settings": (lambda p: p.window.menus.actions["edit.settings"].trigger(), "Close"),
    "shortcuts": (lambda p: p.window.menus.actions["edit.keys"].trigger(), "Close"),
    "close a tab": (lambda p: p.key("Ctrl+W"), "Save"),
    "quit": (lambda p: p.window.close(), "Save"),
    "replace what changed": (lambda p: p.window.documents._ask_overwrite(Path("flow.json")), "Save as…"),
    "replace what is read-only": (lambda p: p.window.documents._ask_protected(Path("flow.json")), "Save as…"),
}


@pytest.mark.parametrize("kind", DIALOGS)
@pytest.mark.parametrize("size", [100, 200])
def test_a_dialog_is_gone_through_and_left(person: Person, kind: str, size: int) -> None:
    open_it, default = DIALOGS[kind]
    person.window.app.change(text_size=size)
    ready(person)
    person.canvas.setFocus()
    defaults: list[str] = []

    def look(dialog: QDialog) -> list[str]:
        defaults.append(default_of(dialog))
        return looked_at(dialog)

    assert shown_over(person, lambda: open_it(person), look) == []
    assert defaults == [default]
    assert focus() is person.canvas and person.window.isVisible()


def test_enter_presses_the_default(person: Person) -> None:
    """Enter in the question of a tab saves it; in the filter of shortcuts it goes to what was found."""
    ready(person)
    QTimer.singleShot(150, lambda: QTest.keyClick(focus(), ENTER))
    person.key("Ctrl+W")
    assert person.window.view is None and "5" in (person.folder / "flow.json").read_text()

    def look(dialog: QDialog) -> list[str]:
        assert isinstance(dialog, ShortcutsDialog)
        QTest.keyClicks(focus(), "duplicate")
        QTest.keyClick(focus(), ENTER)
        return [] if focus() is dialog.tree and dialog.action.startswith("edit.dup") else ["not there"]

    assert shown_over(person, lambda: person.window.popups.shortcuts(), look) == []


POPUPS = {
    "add a node": lambda p: p.window.popups.add_node(),
    "commands": lambda p: p.key("Ctrl+P"),
    "find": lambda p: p.key("Ctrl+F"),
    "swap": lambda p: p.window.popups.swap_node(),
}


@pytest.mark.parametrize("kind", POPUPS)
@pytest.mark.parametrize("at", ["canvas", "inspector"])
def test_a_popup_is_gone_through_and_left(person: Person, kind: str, at: str) -> None:
    """Arrows go through its list while one types; Tab stays; Esc leads back to where one was."""
    ready(person)
    if at == "inspector":
        person.window.docks.toggle("inspector")
        person.bot.waitUntil(lambda: len(stops(person.window.docks.docks["inspector"])) > 4)
        lines = person.window.docks.panel("inspector").findChildren(QLineEdit)
        lines[0].setFocus()
    before = focus()
    POPUPS[kind](person)
    popup = person.window.popups.current
    assert isinstance(popup, ChoicePopup) and focus() is popup.line
    assert name_of(popup) and name_of(popup.line) and name_of(popup.list)
    if kind == "find":
        person.write("e")
    rows = popup.rows.rowCount()
    assert rows > 1
    seen = set()
    for _ in range(rows):
        row = popup.current()
        assert row is not None
        seen.add(row.id)
        person.key("Down")
    assert len(seen) == sum(popup.rows.row(at).enabled for at in range(rows))  # type: ignore[union-attr]  # each is there
    person.key("Tab")
    assert focus() is popup.line
    person.key("Escape")
    assert person.window.popups.current is None and focus() is before


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
    assert person.window.bench is not None
    chip = person.window.bench.overlays.chip
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
