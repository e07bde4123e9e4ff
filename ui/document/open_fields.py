"""What is typed into the fields of a document and not in its graph yet.

Every command that reads or replaces the graph (run, save, close, undo, ...) calls `OpenFields.flush` first, so that
what is shown is what is used.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from shiboken6 import isValid

DRAFT_MS = 150
"""So long after a key at the latest what is typed is in the journal."""
LONG_TEXT = 20
"""So many letters are never given up without a sentence and a way to get them back."""


class Field(Protocol):
    """A widget or controller into which a value of the document is typed. Also a QObject."""

    def flush(self) -> bool:
        """Put what is typed into the graph and stay open; False where it is invalid."""

    def refusal(self) -> str:
        """Why what is typed is invalid, as a sentence that names the field."""

    def give_up(self) -> None:
        """Drop what is typed and show the graph's value."""

    def take_focus(self) -> None:
        """Take the keyboard again."""


class OpenFields:
    """The fields of one document that differ from its graph, in the order in which they were typed into."""

    def __init__(self) -> None:
        self._fields: dict[Field, None] = {}

    def __len__(self) -> int:
        return len(self._present())

    def __contains__(self, field: Field) -> bool:
        return field in self._fields

    def add(self, field: Field) -> None:
        """The user typed into the field."""
        self._fields[field] = None

    def discard(self, field: Field) -> None:
        """The field shows the graph's value again."""
        self._fields.pop(field, None)

    def clear(self) -> None:
        """Forget every field: the document is closed."""
        self._fields.clear()

    def flush(self) -> Field | None:
        """Put everything typed into the graph; the first field that refuses, None where all is in the graph."""
        present = self._present()
        if present:
            # The letters of an unfinished input method word count as typed.
            QGuiApplication.inputMethod().commit()
        return next((field for field in present if not field.flush()), None)

    def _present(self) -> list[Field]:
        return [field for field in self._fields if not isinstance(field, QObject) or isValid(field)]
