from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QDialog, QLineEdit, QWidget

from tests.ui.window.hand import opened
from ui.shell.dialogs.settings import SettingsDialog
from ui.shell.dialogs.shortcuts import ShortcutsDialog
from ui.shell.main_window import MainWindow


def controls(root: QWidget) -> list[QWidget]:
    """Whatever a person can press, type into or reach with the Tab key."""
    kinds = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox)
    found = []
    for widget in root.findChildren(QWidget):
        own = widget.objectName().startswith("qt_") or isinstance(
            widget.parent(), QAbstractSpinBox | QComboBox
        )
        reachable = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) or isinstance(widget, kinds)
        if reachable and not own and not isinstance(widget, QDialog) and widget.isVisibleTo(root):
            found.append(widget)
    return found


def unnamed(root: QWidget) -> list[str]:
    nameless = []
    for widget in controls(root):
        told = QAccessible.queryAccessibleInterface(widget)
        if told is None or not told.text(QAccessible.Text.Name).strip():
            parents = [type(widget).__name__, type(widget.parent()).__name__, widget.objectName()]
            nameless.append(" in ".join(parents))
    return nameless


def test_every_control_of_the_window_has_a_name_to_be_read_aloud(furnished: MainWindow, flow: Path) -> None:
    window = furnished
    found = unnamed(window)
    view = opened(window, flow)
    view.editor.selection.set(["sampler"])
    for name, dock in window.docks.docks.items():
        if not dock.isVisible():
            window.docks.toggle(name)
        found += unnamed(dock)
    found += unnamed(window)
    for open_popup in (window.popups.add_node, window.popups.commands, window.popups.find):
        open_popup()
        assert window.popups.current is not None
        found += unnamed(window.popups.current)
        window.popups.current.give_up()
    for dialog in (SettingsDialog(window.app, window), ShortcutsDialog(window.app, window)):
        found += unnamed(dialog)
        dialog.deleteLater()
    names = "\n".join(sorted(set(found)))
    assert names == ""


SPOKEN = (
    QAccessible.Role.Button,
    QAccessible.Role.CheckBox,
    QAccessible.Role.ComboBox,
    QAccessible.Role.EditableText,
    QAccessible.Role.MenuItem,
    QAccessible.Role.PageTab,
    QAccessible.Role.Slider,
    QAccessible.Role.SpinBox,
)


def silent(told: QAccessibleInterface, way: str = "") -> list[str]:
    """What a screen reader would come to under an element and could only call by its kind."""
    state, role = told.state(), told.role()
    if state.invisible:
        return []
    here = f"{way}/{role.name}"
    found = [here] if role in SPOKEN and not told.text(QAccessible.Text.Name).strip() else []
    for at in range(min(told.childCount(), 400)):
        child = told.child(at)
        if child is not None and child.isValid():
            found += silent(child, here)
    return found


def test_a_screen_reader_meets_nothing_without_a_name(furnished: MainWindow, flow: Path) -> None:
    window = furnished
    view = opened(window, flow)
    view.editor.selection.set(["sampler"])
    for name in window.docks.docks:
        if not window.docks.shown(name):
            window.docks.toggle(name)
    tops = [window, SettingsDialog(window.app, window), ShortcutsDialog(window.app, window)]
    for top in tops[1:]:
        top.show()
    found = [way for top in tops for way in silent(QAccessible.queryAccessibleInterface(top))]
    for top in tops[1:]:
        top.close()
        top.deleteLater()
    assert found == []
