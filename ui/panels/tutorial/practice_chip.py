"""The chip that says which model is at work when it is the practice model, and how to get past it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from ui.theme.appearance import Appearance

STAYS = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
"""Another window may be needed to act on what the card says, as one to drag a file from."""


class PracticeChip(QPushButton):
    """Lies over a corner of the canvas. A click opens a card with the way to a real model."""

    def __init__(self, look: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self.setText(self.tr("Practice model"))
        self.setAccessibleDescription(self.tr("Made for learning. Opens how to add a real model."))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setCheckable(True)
        self.card = ModelCard(parent)
        self.toggled.connect(self._toggled)
        self.set_look(look)

    def set_look(self, look: Appearance) -> None:
        """Follow the theme."""
        theme, small = look.theme, look.metrics.px(look.metrics.small)
        self.setStyleSheet(
            f"QPushButton {{ background: {theme.raised}; color: {theme.muted}; border: 1px solid {theme.outline};"
            f" border-radius: 11px; padding: 0 12px; min-height: 20px; font-size: {small}px; }}"
            f"QPushButton:hover, QPushButton:checked, QPushButton:focus {{ color: {theme.text};"
            f" border-color: {theme.accent}; }}"
        )
        self.adjustSize()

    def place(self, left: int = 12) -> None:
        """Into the upper left corner of its parent."""
        self.move(left, 12)
        self.card.adjustSize()
        self.card.move(left, 12 + self.height() + 6)
        self.raise_()

    def set_shown(self, shown: bool) -> None:
        """Show it while the practice model is used."""
        self.setVisible(shown)
        if not shown:
            self.setChecked(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes the card."""
        if event.key() == Qt.Key.Key_Escape and self.isChecked():
            self.setChecked(False)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The card closes when something else is turned to."""
        super().focusOutEvent(event)
        if event.reason() not in STAYS:
            self.setChecked(False)

    def _toggled(self, on: bool) -> None:
        self.card.setVisible(on)
        self.place(self.x())
        self.card.raise_()


class ModelCard(QFrame):
    """What the practice model is, and how a real one comes in."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("Popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        title = QLabel(self.tr("A small model, made for learning"), self)
        title.setProperty("role", "heading")
        text = QLabel(
            self.tr(
                "It comes with the program and answers in about a second, so you can try everything here.\n"
                "For real pictures, drop a .safetensors file anywhere in this window; the same workflow runs with it."
            ),
            self,
        )
        text.setWordWrap(True)
        text.setMinimumWidth(300)
        box = QVBoxLayout(self)
        box.setContentsMargins(14, 10, 14, 12)
        box.setSpacing(4)
        box.addWidget(title)
        box.addWidget(text)
        self.hide()
