"""Buttons that show their whole words."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget


def keep_whole(dialog: QWidget) -> None:
    """Give every button of a dialog at least the width of its words.

    The least width that the style sheet gives to buttons would let a layout make them narrower. Called again after
    words or fonts changed.
    """
    for button in dialog.findChildren(QPushButton):
        button.ensurePolished()
        button.setMinimumWidth(max(button.minimumWidth(), button.sizeHint().width()))
