"""Questions with verbs on the buttons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton, QWidget

from ui.theme.style.buttons import keep_whole

ROLES = {
    "yes": QMessageBox.ButtonRole.AcceptRole,
    "other": QMessageBox.ButtonRole.ActionRole,
    "lose": QMessageBox.ButtonRole.DestructiveRole,
    "no": QMessageBox.ButtonRole.RejectRole,
}


@dataclass(frozen=True)
class Choice:
    """A button: what `ask` answers, the words on it, and its role: "yes", "other", "lose" or "no"."""

    id: str
    text: str
    role: str


def ask(parent: QWidget | None, title: str, text: str, choices: Sequence[Choice]) -> str:
    """Ask and wait; the id of the choice, that of the "no" button on Esc. The first choice is the default."""
    box = QMessageBox(parent)
    box.setWindowTitle(title)
    # Names come from files of strangers: a text that looks like markup would load pictures and show links.
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(title)
    box.setInformativeText(text)
    for label in box.findChildren(QLabel):
        # The label of the second text guesses its format by itself.
        label.setTextFormat(Qt.TextFormat.PlainText)
    buttons: dict[str, QPushButton] = {}
    for choice in choices:
        buttons[choice.id] = box.addButton(choice.text, ROLES[choice.role])
        if choice.role == "no":
            box.setEscapeButton(buttons[choice.id])
    box.setDefaultButton(buttons[choices[0].id])
    keep_whole(box)
    box.exec()
    clicked = box.clickedButton()
    box.deleteLater()
    refusal = next((choice.id for choice in choices if choice.role == "no"), choices[-1].id)
    return next((id for id, button in buttons.items() if button is clicked), refusal)
