"""The page of a prompt: colours for what is more than words, and marks where the encoder's chunks begin."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QInputMethodEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QWheelEvent,
)
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from ui.editors.completing import EMBEDDING, WILDCARD, Mention
from ui.theme.appearance import Appearance

CHOOSING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Escape)
WEIGHT = r"(?<!\\)[()]|:[-+]?\d*\.?\d+(?=\))"
CHOICE = r"(?<!\\)[{}|]|(?:(?<=[{|])|(?<=^))\s*[\d.]+::|(?<=\{)[\d-]+\$\$(?:[^$|{}]*\$\$)?"
LONG = 8000
"""Letters of a line beyond which signs are left plain: each makes the line slower to lay out."""
REMARK = r"^[ \t]*#.*"


class Colours(QSyntaxHighlighter):
    """Quiet brackets and weights, coloured names of files; a name without a file is underlined."""

    def __init__(self, document: QTextDocument, look: Appearance, choices: bool) -> None:
        super().__init__(document)
        self._choices = choices
        self._mentions = (EMBEDDING, WILDCARD) if choices else (EMBEDDING,)
        self._known = self._found()
        names = [f"(?P<embedding>{EMBEDDING.written})"]
        signs = [WEIGHT]
        if choices:
            names = [f"(?P<remark>{REMARK})", f"(?P<wildcard>{WILDCARD.written})", *names]
            signs = [*signs, CHOICE]
        self._names, self._all = re.compile("|".join(names)), re.compile("|".join(names + signs))
        theme = look.theme
        self._quiet, self._name = QTextCharFormat(), QTextCharFormat()
        self._quiet.setForeground(QColor(theme.muted))
        self._name.setForeground(_between(theme.accent, theme.text))
        self._unknown = QTextCharFormat(self._name)
        self._unknown.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SpellCheckUnderline)
        self._unknown.setUnderlineColor(QColor(theme.error))

    def refresh(self) -> None:
        """Look which files there are."""
        found = self._found()
        if found != self._known:
            self._known = found
            self.rehighlight()

    def _found(self) -> dict[str, frozenset[str]]:
        return {mention.folder: mention.spellings() for mention in self._mentions}

    def _of(self, mention: Mention, name: str) -> QTextCharFormat:
        return self._name if mention.among(name, self._known[mention.folder]) else self._unknown

    def highlightBlock(self, text: str) -> None:
        """Colour a line."""
        rule = self._all if len(text) <= LONG else self._names
        for found in rule.finditer(text):
            form = self._quiet
            if found["embedding"]:
                form = self._of(EMBEDDING, found["called"])
            elif self._choices and found["wildcard"]:
                form = self._of(WILDCARD, found["name"])
            self.setFormat(found.start(), found.end() - found.start(), form)


def _between(first: str, second: str) -> QColor:
    """A colour of which two thirds are the first."""
    a, b = QColor(first), QColor(second)
    return QColor(
        (2 * a.red() + b.red()) // 3, (2 * a.green() + b.green()) // 3, (2 * a.blue() + b.blue()) // 3
    )


class Page(QPlainTextEdit):
    """A page that knows whether an input method is writing into it, and scrolls only with the focus."""

    def __init__(self, parent: QWidget, look: Appearance) -> None:
        super().__init__(parent)
        self._look = look
        self._borders: list[QTextCursor] = []
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.composing = False
        self.listing: Callable[[], bool] = lambda: False

    @property
    def borders(self) -> list[int]:
        """Before which letters marks stand; they move with the text."""
        return [cursor.position() for cursor in self._borders]

    def mark(self, places: Iterable[int]) -> None:
        """Put marks before these letters, and no others."""
        self._borders = []
        for place in places:
            cursor = QTextCursor(self.document())
            cursor.setPosition(min(place, self.document().characterCount() - 1))
            self._borders.append(cursor)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The text, and the marks in it."""
        super().paintEvent(event)
        if not self._borders:
            return
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(self._look.theme.accent)
        for cursor in self._borders:
            box = QRectF(self.cursorRect(cursor))
            if box.bottom() >= event.rect().top() and box.top() <= event.rect().bottom():
                _paint_mark(painter, box, colour)
        painter.end()

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab chooses in an open list, else it goes on."""
        return not self.listing() and super().focusNextPrevChild(next)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """While a list of names is open, the keys that choose in it are the list's."""
        if self.listing() and event.key() in CHOOSING:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Part of a word, or the whole of it."""
        self.composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll, if this is where the hand is at work."""
        if self.hasFocus() and self.verticalScrollBar().maximum():
            super().wheelEvent(event)
            event.accept()
        else:
            event.ignore()


def _paint_mark(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """A thin line before a letter with a small pennant on top, clear of the letter."""
    x, side = box.left() - 1.0, max(5.0, box.height() / 3)
    painter.setPen(QPen(colour, 1.5))
    painter.drawLine(QLineF(x, box.top(), x, box.bottom()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    top = QPointF(x, box.top() - side / 3)
    painter.drawPolygon(QPolygonF([top, top - QPointF(side, 0), top + QPointF(0, side)]))
