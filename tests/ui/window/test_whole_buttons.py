"""The words on the buttons of dialogs are never cut, at any size of text."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget

from ui.shell.dialogs.settings import SettingsDialog
from ui.shell.dialogs.shortcuts import ShortcutsDialog
from ui.shell.main_window import MainWindow
from ui.widgets.question import Choice, ask


def cut(dialog: QWidget) -> list[str]:
    """The buttons that are narrower than their words with the style's rim."""
    buttons = [button for button in dialog.findChildren(QPushButton) if button.isVisible() and button.text()]
    assert buttons
    return [button.text() for button in buttons if button.width() < button.sizeHint().width()]


@pytest.mark.parametrize("size", [80, 100, 150, 200])
@pytest.mark.parametrize("count", [2, 4])
def test_questions(window: MainWindow, size: int, count: int) -> None:
    window.app.change(text_size=size)
    found: list[list[str]] = []

    def look() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QDialog)
        found.append(cut(box))
        box.reject()

    QTimer.singleShot(50, look)
    choices = (
        Choice("save", "Save", "yes"),
        Choice("keep", "Keep for next start", "other"),
        Choice("lose", "Discard", "lose"),
        Choice("stay", "Cancel", "no"),
    )
    ask(window, "“flow” has unsaved changes", "Short.", choices[:1] + choices[-count + 1 :])
    assert found == [[]]


@pytest.mark.parametrize("size", [100, 200])
@pytest.mark.parametrize("kind", [SettingsDialog, ShortcutsDialog])
def test_dialogs(window: MainWindow, size: int, kind: type[SettingsDialog | ShortcutsDialog]) -> None:
    window.app.change(text_size=size)
    dialog = kind(window.app, window)
    dialog.show()
    assert cut(dialog) == []
    dialog.close()
    dialog.deleteLater()
