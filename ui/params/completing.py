"""Completion in prompts: the embeddings there are, after `embedding:`, and the wildcards, after `__`."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import cast

from PySide6.QtCore import QObject, QRect, QStringListModel, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QAbstractItemView, QCompleter, QPlainTextEdit

from ui.params import modelfiles

LONGEST = 120
"""Characters before the cursor that are looked at."""


@dataclass(frozen=True)
class Mention:
    """A way to name files of a `folder` in a prompt: between an `opening` and a `closing`.

    `written` matches one that is whole; `begun` one that is being typed, with what stands for its opening as group 1
    and what is typed of the name as group 2. What `banned` matches cannot stand in a name.
    """

    folder: str
    opening: str
    closing: str
    written: str
    begun: str
    banned: str
    endings: frozenset[str]

    @cached_property
    def whole(self) -> re.Pattern[str]:
        """What matches one that is whole."""
        return re.compile(self.written)

    def names(self) -> Sequence[str]:
        """The files there are, as prompts call them: without their ending."""
        return _called(self, tuple(modelfiles.model_files().names(self.folder)))

    def knows(self, name: str) -> bool:
        """Whether a name finds a file: with its folder or without, and whatever the case; `*` stands for letters."""
        wanted = name.lower()
        known = _spellings(self, tuple(modelfiles.model_files().names(self.folder)))
        return bool(fnmatch.filter(known, wanted)) if self.closing and "*" in wanted else wanted in known

    def typed(self, before: str) -> tuple[int, str] | None:
        """How many letters before the cursor are one being typed, and what is typed of its name; None for none."""
        if self.closing:
            before = self.whole.sub(lambda found: " " * len(found.group()), before)
        found = re.search(self.begun, before)
        return (len(found[1]) + len(found[2]), found[2]) if found else None


@lru_cache(maxsize=4)
def _called(mention: Mention, files: tuple[str, ...]) -> Sequence[str]:
    banned = re.compile(mention.banned)
    return [name for file in files if not banned.search(name := _without_ending(mention, file))]


@lru_cache(maxsize=4)
def _spellings(mention: Mention, files: tuple[str, ...]) -> frozenset[str]:
    names = {_without_ending(mention, file).lower() for file in files} | {file.lower() for file in files}
    return frozenset(names | {name.rpartition("/")[2] for name in names})


def _without_ending(mention: Mention, file: str) -> str:
    stem, dot, ending = file.rpartition(".")
    return stem if dot and f".{ending.lower()}" in mention.endings else file


EMBEDDING = Mention(
    "embeddings",
    "embedding:",
    "",
    r"embedding:(?P<called>[^\s(),:|{}]+)",
    r"(?:^|(?<=[\s(,|{]))(emb(?:e(?:d(?:d(?:i(?:n(?:g)?)?)?)?)?)?(?=$)|embedding:)([^\s(),:|{}]*)$",
    r"[\s(),:|{}]",
    frozenset({".safetensors", ".pt", ".bin", ".pth", ".ckpt"}),
)
WILDCARD = Mention(
    "wildcards",
    "__",
    "__",
    r"(?<!_)__(?![_ ])(?P<name>(?:(?!__)[\w .+&'()*/-])+?)(?<![_ ])__(?!_)",
    r"(?<!_)(__)((?:(?!__)[\w .+&'()*/-])*)$",
    r"[^\w .+&'()*/-]|__|^[_ ]|[_ ]$",
    frozenset({".txt"}),
)


class Completion(QObject):
    """Opens a list at the cursor of a page while a name is typed; Enter or Tab takes the name over."""

    def __init__(self, page: QPlainTextEdit, mentions: tuple[Mention, ...]) -> None:
        super().__init__(page)
        self._page = page
        self._mentions = mentions
        self._now: Mention | None = None
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
        mention, _, name = self._typed()
        if mention is None:
            self.close()
            return
        if not self.open or mention is not self._now:
            self._names.setStringList(mention.names())
        self._now = mention
        self.completer.setCompletionPrefix(name)
        whole = (
            not mention.closing
            and self.completer.completionCount() == 1
            and name == self.completer.currentCompletion()
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
        mention, length, _ = self._typed()
        if mention is None:
            return
        cursor = self._page.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, length)
        cursor.insertText(f"{mention.opening}{name}{mention.closing}")
        self._page.setTextCursor(cursor)

    def close(self) -> None:
        """Close the list."""
        if self.list is not None:
            self.list.hide()

    def _typed(self) -> tuple[Mention | None, int, str]:
        cursor = self._page.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()][-LONGEST:]
        for mention in self._mentions:
            found = mention.typed(before)
            if found is not None:
                return (mention, *found)
        return None, 0, ""
