"""Every dialog, panel and popup by keyboard alone: through it in the order of reading, named, and back again."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit, QPushButton

from tests.ui.window.person import Person
from tests.ui.window.walk import called, faults, name_of, stops
from tests.ui.window.walked import begin, focus, ready, shown_over
from ui.shell.actions.view import DOCKS
from ui.shell.dialogs.shortcuts import ShortcutsDialog
from ui.widgets.popup import ChoicePopup

ESC, ENTER = Qt.Key.Key_Escape, Qt.Key.Key_Return


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
