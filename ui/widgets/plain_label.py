"""Labels for what others wrote."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget


class PlainLabel(QLabel):
    """Shows a text as it is written. A plain QLabel takes what looks like HTML for it, and loads the files it names."""

    def __init__(self, text: str | QWidget | None = "", parent: QWidget | None = None) -> None:
        """As a QLabel: with a text and a parent, or a parent alone."""
        if isinstance(text, str):
            super().__init__(parent)
            self.setTextFormat(Qt.TextFormat.PlainText)
            self.setText(text)
        else:
            super().__init__(text)
            self.setTextFormat(Qt.TextFormat.PlainText)
