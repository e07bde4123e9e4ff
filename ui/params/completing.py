"""Completion in prompts: the embeddings there are, after `embedding:`."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import cast

from PySide6.QtCore import QObject, QRect, QStringListModel, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QAbstractItemView, QCompleter, QPlainTextEdit

from ui.params import modelfiles

MARK = "embedding:"
LONGEST = 120
"""Characters before the cursor that are looked at."""
_TYPED = re.compile(r"(?:^|(?<=[\s(,|{]))(e\w{2,8}|embedding:[^\s(),:|{}]*)$")
SUFFIXES = {".safetensors", ".pt", ".bin", ".pth", ".ckpt"}


class Completion(QObject):
    """Opens a list at the cursor of a page while a name is typed; Enter or Tab takes the name over."""

    def __init__(self, page: QPlainTextEdit) -> None:
        super().__init__(page)
        self._page = page
        self.list: QAbstractItemView | None = None
        """The list, once it was needed: it is a window of its own and costs to make."""
        self._names = QStringListModel(self)
        self.completer = QCompleter(self._names, self)
        self.completer.setWidget(page)
        self.completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.completer.setMaxVisibleItems(10)
        self.completer.activated.connect(self.take)

    @property
    def open(self) -> bool:
        """Whether the list is open."""
        return self.list is not None and self.list.isVisible()

    def look(self) -> None:
        """Open, follow or close, after something was typed."""
        typed = self._typed()
        if not typed.startswith(MARK) and not (typed and MARK.startswith(typed)):
            self.close()
            return
        if not self.open:
            self._names.setStringList(embeddings())
        self.completer.setCompletionPrefix(typed.removeprefix(MARK) if typed.startswith(MARK) else "")
        whole = (
            self.completer.completionCount() == 1 and typed == f"{MARK}{self.completer.currentCompletion()}"
        )
        here = self.open or self._page.hasFocus()
        if self.completer.completionCount() == 0 or whole or not here:
            self.close()
            return
        self.list = popup = cast("QAbstractItemView", self.completer.popup())
        place = self._page.cursorRect()
        width = popup.sizeHintForColumn(0) + popup.verticalScrollBar().sizeHint().width() + 24
        self.completer.complete(QRect(place.left(), place.bottom() + 4, width, 1))
        popup.setCurrentIndex(self.completer.completionModel().index(0, 0))

    def take(self, name: str) -> None:
        """Write a name in the place of what was typed of it."""
        cursor = self._page.textCursor()
        cursor.movePosition(
            QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, len(self._typed())
        )
        cursor.insertText(f"{MARK}{name}")
        self._page.setTextCursor(cursor)

    def close(self) -> None:
        """Close the list."""
        if self.list is not None:
            self.list.hide()

    def _typed(self) -> str:
        cursor = self._page.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()][-LONGEST:]
        found = _TYPED.search(before)
        return found.group(1) if found else ""


def embeddings() -> list[str]:
    """The embeddings in the model folders, as prompts call them: without the ending of the file."""
    found = []
    for name in modelfiles.model_files().names("embeddings"):
        path = PurePosixPath(name)
        found.append(str(path.with_suffix("")) if path.suffix.lower() in SUFFIXES else name)
    return [name for name in found if not any(letter in name for letter in " ,()")]
