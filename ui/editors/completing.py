"""Completion in prompts: the embeddings there are, after `embedding:`, and the wildcards, after `__`."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import cast

from PySide6.QtCore import QObject, QRect, QStringListModel
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QCompleter, QListView, QPlainTextEdit

from ui.config import model_files
from ui.editors.listing import listing

SHOWN = 40
"""Names by which the list's width is measured."""
MOST = 200
"""Names that are listed; typing on finds the others."""
VISIBLE = 10
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
        return _called(self, tuple(model_files.model_files().names(self.folder)))

    def spellings(self) -> frozenset[str]:
        """All small-lettered names that find a file: with its folder and without, with its ending and without."""
        return _spellings(self, tuple(model_files.model_files().names(self.folder)))

    def among(self, name: str, spellings: frozenset[str]) -> bool:
        """Whether a name finds a file; `*` stands for any letters."""
        wanted = name.lower()
        return wanted in spellings or bool(
            self.closing and "*" in wanted and fnmatch.filter(spellings, wanted)
        )

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
        self.list: QListView | None = None
        """The list, once it was needed: it is a window of its own and costs to make."""
        self._placed = (QRect(), 0)
        self._names = QStringListModel(self)
        self.completer = QCompleter(self._names, self)
        self.completer.setWidget(page)
        # Filtering is ours: its own takes long over thousands of names, and knows nothing of what comes first.
        self.completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.completer.setMaxVisibleItems(VISIBLE)
        self.completer.activated.connect(self.take)

    @property
    def open(self) -> bool:
        """Whether the list is open."""
        return self.list is not None and self.list.isVisible()

    def look(self) -> None:
        """Open, follow or close, after something was typed."""
        mention, length, name = self._typed()
        if mention is None:
            self.close()
            return
        names = found(tuple(mention.names()), name)
        whole = not mention.closing and names == [name]
        if not names or whole or not (self.open or self._page.hasFocus()):
            self.close()
            return
        self._names.setStringList(names)
        self.list = popup = self._list()
        place = self._place(popup, names, length)
        if not self.open or place != self._placed:
            self._placed = place
            self.completer.complete(place[0])
        popup.setCurrentIndex(self.completer.completionModel().index(0, 0))

    def _place(self, popup: QListView, names: Sequence[str], length: int) -> tuple[QRect, int]:
        """Under the first letter of what is typed, and how many lines: to lay it out anew costs as much as a key.

        While it is open it becomes no narrower.
        """
        cursor, measure = self._page.textCursor(), popup.fontMetrics()
        cursor.setPosition(cursor.position() - length)
        start = self._page.cursorRect(cursor)
        width = max(measure.horizontalAdvance(name) for name in names[:SHOWN])
        width += popup.verticalScrollBar().sizeHint().width() + 24
        if self.open:
            width = max(width, self._placed[0].width())
        return QRect(start.left(), start.bottom() + 4, width, 1), min(len(names), VISIBLE)

    def make_ready(self) -> None:
        """Make the list while the hand rests, if there are names for it."""
        if self.list is None and any(mention.names() for mention in self._mentions):
            self.list = self._list()
            self.list.winId()
            self.list.ensurePolished()

    def _list(self) -> QListView:
        found = cast("QListView", self.completer.popup())
        # One line is measured, not each of them at every key.
        found.setUniformItemSizes(True)
        return found

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


def found(names: tuple[str, ...], typed: str) -> list[str]:
    """The names that hold what is typed; those whose last part begins with it come first."""
    if not typed:
        return list(names[:MOST])
    return [names[at] for at in listing(names).found([typed.lower()])[:MOST]]
