"""The dialog of keys as a person uses it: presets, own keys, what collides, and all of it after a restart."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from tests.ui.window.person import Person
from ui.config import paths, settings
from ui.shell.actions.action import PRESETS
from ui.shell.actions.keymap import bindings
from ui.shell.actions.table import ACTIONS, BY_ID
from ui.shell.dialogs.shortcuts import ShortcutsDialog
from ui.shell.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def in_the_dialog(window: MainWindow, do: Callable[[ShortcutsDialog], None]) -> None:
    """Open it by its key, do something there, close it."""
    failed: list[BaseException] = []

    def act() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ShortcutsDialog)
        try:
            do(dialog)
        except AssertionError as error:
            failed.append(error)
        finally:
            close = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Close")
            QTest.mouseClick(close, LEFT)
            dialog.accept()

    QTimer.singleShot(50, act)
    target = QApplication.focusWidget()
    assert target is not None
    QTest.keyClick(target, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    if failed:
        raise failed[0]
    QTest.qWait(30)
    window.hide()
    window.show()
    window.activateWindow()
    QTest.qWait(50)
    assert window.view is not None and QApplication.focusWidget() is window.view.widget


def choose(dialog: ShortcutsDialog, title: str) -> None:
    """Type into the filter and take the first action."""
    dialog.filter.clear()
    QTest.keyClicks(dialog.filter, title)
    index = dialog.model.index(0, 0)
    dialog.tree.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
    QTest.mouseClick(dialog.tree.viewport(), LEFT, pos=dialog.tree.visualRect(index).center())
    assert BY_ID[dialog.action].plain == title


def record(dialog: ShortcutsDialog, key: Qt.Key, modifiers: Qt.KeyboardModifier, button: QPushButton) -> None:
    """Press keys into the recorder, then a button."""
    dialog.recorder.setFocus()
    QTest.keyClick(dialog.recorder, key, modifiers)
    # A second key may follow within a second.
    QTest.qWait(1300)
    assert button.isEnabled()
    QTest.mouseClick(button, LEFT)


NONE, CTRL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


def pick(dialog: ShortcutsDialog, preset: str) -> None:
    """With the keyboard."""
    dialog.preset.setFocus()
    for _ in PRESETS:
        QTest.keyClick(dialog.preset, Qt.Key.Key_Up)
    for _ in range(PRESETS.index(preset)):
        QTest.keyClick(dialog.preset, Qt.Key.Key_Down)
    assert dialog.preset.currentText() == preset


MUTES = {"Default": "M", "ComfyUI": "Ctrl+M", "Blender": "M", "Nuke": "D"}
DUPLICATES = {"Default": "Ctrl+D", "ComfyUI": "Ctrl+D", "Blender": "Shift+D", "Nuke": "Alt+C"}
BYPASSES = {"Default": "B", "ComfyUI": "Ctrl+B", "Blender": "Ctrl+M", "Nuke": "Shift+D"}


@pytest.mark.parametrize("preset", ["ComfyUI", "Blender", "Nuke", "Default"])
def test_a_preset_chosen_in_the_dialog_is_what_the_keys_do_at_once(person: Person, preset: str) -> None:
    if preset == "Default":
        in_the_dialog(person.window, lambda dialog: pick(dialog, "Blender"))
    in_the_dialog(person.window, lambda dialog: pick(dialog, preset))
    person.select("decode")
    person.key(MUTES[preset])
    assert person.node("decode").mode == "mute"
    person.key(BYPASSES[preset])
    assert person.node("decode").mode == "bypass"
    person.key(DUPLICATES[preset])
    assert len(person.graph.nodes) == 8


@pytest.mark.parametrize("preset", ["ComfyUI", "Blender", "Nuke"])
def test_keys_that_a_preset_moved_do_nothing_old(person: Person, preset: str) -> None:
    in_the_dialog(person.window, lambda dialog: pick(dialog, preset))
    person.select("decode")
    person.key(BYPASSES["Default"])
    assert person.node("decode").mode == "run"


def test_an_action_takes_other_keys_says_what_collides_and_goes_back(person: Person) -> None:
    def rebind(dialog: ShortcutsDialog) -> None:
        choose(dialog, "Mute")
        record(dialog, Qt.Key.Key_J, NONE, dialog.set)
        assert not dialog.warning.text()

    in_the_dialog(person.window, rebind)
    person.select("decode")
    person.key("M")
    assert person.node("decode").mode == "run"
    person.key("J")
    assert person.node("decode").mode == "mute"

    def collide(dialog: ShortcutsDialog) -> None:
        choose(dialog, "Mute")
        dialog.recorder.setFocus()
        QTest.keyClick(dialog.recorder, Qt.Key.Key_B)
        QTest.qWait(1300)
        assert "B" in dialog.warning.text() and "Bypass" in dialog.warning.text()
        QTest.mouseClick(dialog.add, LEFT)
        assert "Bypass" in dialog.warning.text(), "it stays said after it was set"
        choose(dialog, "Bypass")
        assert "Mute" in dialog.warning.text(), "and at the other action"

    in_the_dialog(person.window, collide)

    def back(dialog: ShortcutsDialog) -> None:
        choose(dialog, "Mute")
        QTest.mouseClick(dialog.reset, LEFT)
        assert not dialog.warning.text()

    in_the_dialog(person.window, back)
    person.key("M")
    assert person.node("decode").mode == "run"
    assert bindings(ACTIONS, person.window.app.settings)["node.mute"] == ("M",)


def test_removed_keys_call_nothing(person: Person) -> None:
    def remove(dialog: ShortcutsDialog) -> None:
        choose(dialog, "Mute")
        QTest.mouseClick(dialog.clear, LEFT)

    in_the_dialog(person.window, remove)
    person.select("decode")
    person.key("M")
    assert person.node("decode").mode == "run"


def test_preset_and_own_keys_are_what_the_next_start_reads(person: Person) -> None:
    def change(dialog: ShortcutsDialog) -> None:
        pick(dialog, "Nuke")
        choose(dialog, "Collapse")
        record(dialog, Qt.Key.Key_F7, NONE, dialog.set)

    in_the_dialog(person.window, change)
    bound = bindings(ACTIONS, settings.load(paths.settings_file()))
    assert bound["node.collapse"] == ("F7",) and bound["node.mute"] == ("D",)
    person.select("decode")
    person.key("F7")
    person.key("D")
    assert person.node("decode").collapsed and person.node("decode").mode == "mute"
    person.key("H")
    assert person.node("decode").collapsed
