from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QDialog, QLineEdit, QWidget

from tests.ui.window.hand import opened
from ui.dialogs.settings import SettingsDialog
from ui.dialogs.shortcuts import ShortcutsDialog
from ui.window import MainWindow


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
