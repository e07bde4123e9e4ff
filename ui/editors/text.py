"""Words: a line, and a prompt of many lines with weights."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QLineEdit, QWidget

from nodegraph.edits import Edit, SetParam
from ui.document.open_fields import LONG_TEXT
from ui.document.splice import changed_letters, shown_text, spliced
from ui.editors.base import CONTEXT, STAYS_OPEN, ParamEditor
from ui.editors.binding import Binding
from ui.editors.completing import EMBEDDING, WILDCARD, Completion
from ui.editors.page import Colours, Page
from ui.editors.tokens import counter, token_words
from ui.editors.weights import reweighted
from ui.i18n.labels import label_of
from ui.i18n.translate import tr
from ui.theme.appearance import Appearance

PAUSE = 300
"""Milliseconds without a key after which what was typed so far is put into the graph."""
READY = 150
"""Milliseconds after which the list of names is made, for the first key that needs it not to wait."""
LONGEST = 32_767


class TextEditor(ParamEditor):
    """One line of text."""

    def __init__(self, binding: Binding, look: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(binding, look, parent)
        self.line = Line(self)
        self._hold(self.line)
        self.line.textEdited.connect(self.typed)
        self.show_value()

    @property
    def composing(self) -> bool:
        """Whether an input method is in the middle of a word."""
        return self.line.composing

    def show_value(self) -> None:
        """Show the text, its start first."""
        text = str(self.binding.value)
        if text != self.line.text() and not (self.line.hasFocus() and self.line.isModified()):
            self.line.setText(text)
            self.line.setCursorPosition(0)

    def begin(self) -> None:
        """Type over it."""
        super().begin()
        self.line.selectAll()

    @property
    def text(self) -> str:
        """What is typed. Pasted lines become one: a line break in a name or a path is never meant."""
        return " ".join(self.line.text().splitlines())

    def commit(self) -> bool:
        """Put the line into the graph."""
        if self.line.isModified():
            self.untyped()
            self._try.set(self.text)
            self.line.setModified(False)
        return True

    def draft(self) -> Edit | None:
        """The text so far."""
        return SetParam(self.binding.node, self.binding.param.name, self.text)

    def give_up(self) -> None:
        """Bring back the text of the graph."""
        self.line.setModified(False)
        super().give_up()

    def restore(self) -> None:
        """Bring back the text from before; a long one that was typed stays in the redo stack."""
        if self.line.isModified() and changed_letters(str(self.binding.value), self.text) >= LONG_TEXT:
            self.commit()
            announce_redo(self)
        self.line.setModified(False)
        super().restore()


def announce_redo(field: ParamEditor) -> None:
    """Say how a long text that Esc takes back comes again."""
    text = tr(CONTEXT, "{name}: what was typed is taken back. Edit > Redo brings it again.")
    field.binding.editor.status.emit(text.format(name=label_of(field.binding.param.name)))


class Line(QLineEdit):
    """A line that knows whether an input method is writing into it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMaxLength(LONGEST)
        self.composing = False

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Part of a word, or the whole of it."""
        self.composing = bool(event.preeditString())
        super().inputMethodEvent(event)


class PromptEditor(ParamEditor):
    """Many lines. Ctrl+Enter keeps, Ctrl+Up and Ctrl+Down weigh the words selected or at the cursor.

    What is typed is in the graph after a short pause, all of it one step of undo.
    """

    tall = broad = True

    def __init__(self, binding: Binding, look: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(binding, look, parent)
        self.page = Page(self, look)
        self._hold(self.page)
        self._showing = self._weighing = False
        self._source = self._shown = self._before = ""
        self._choices = binding.param.mentions == "wildcards"
        self.completion = Completion(self.page, (WILDCARD, EMBEDDING) if self._choices else (EMBEDDING,))
        self._colours = Colours(self.page.document(), look, self._choices)
        self.page.listing = lambda: self.completion.open
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self.commit)
        self.show_value()
        self.page.document().contentsChanged.connect(self._changed)
        counter().counted.connect(self._counted)

    @property
    def composing(self) -> bool:
        """Whether an input method is in the middle of a word."""
        return self.page.composing

    @property
    def open_popup(self) -> QWidget | None:
        """The list of names, while it is open."""
        return self.completion.list if self.completion.open else None

    def entered(self, reason: Qt.FocusReason) -> None:
        """Say how long the prompt is, and which names in it have files now."""
        super().entered(reason)
        if reason not in STAYS_OPEN:
            self._before = str(self.binding.value)
        self._colours.refresh()
        self._count()
        QTimer.singleShot(READY, self.completion, self.completion.make_ready)

    def show_value(self) -> None:
        """Show the prompt; the cursor stays where it is."""
        text = str(self.binding.value)
        if text == self._source or self._is_typed():
            return
        place = self.page.textCursor().position()
        self._showing = True
        self.page.setPlainText(text)
        self._showing = False
        self._source, self._shown = text, self._page_text()
        cursor = self.page.textCursor()
        cursor.setPosition(min(place, len(text)))
        self.page.setTextCursor(cursor)

    def begin(self) -> None:
        """Write on at the end."""
        super().begin()
        self._before = str(self.binding.value)
        self.page.moveCursor(QTextCursor.MoveOperation.End)

    def commit(self) -> bool:
        """Put the prompt into the graph, if anything was typed: what is only looked at stays as it is."""
        self._pause.stop()
        if self._is_typed():
            self.untyped()
            now = self._page_text()
            self._source, self._shown = spliced(self._source, self._shown, now), now
            self._try.set(self._source)
        if self.page.hasFocus():
            self._count()
        return True

    def draft(self) -> Edit | None:
        """The prompt so far."""
        text = spliced(self._source, self._shown, self._page_text())
        return SetParam(self.binding.node, self.binding.param.name, text)

    def give_up(self) -> None:
        """Bring back the prompt of the graph."""
        self._pause.stop()
        super().give_up()

    def restore(self) -> None:
        """Bring back the prompt as it was when writing began; a long text stays in the redo stack."""
        self.commit()
        if changed_letters(self._before, self._source) >= LONG_TEXT:
            announce_redo(self)
        super().restore()

    def _page_text(self) -> str:
        """The text with every letter as it is: `toPlainText` would turn U+00A0 and U+2028 into others."""
        return shown_text(self.page.document().toRawText())

    def pressed(self, event: QKeyEvent) -> bool:
        """Ctrl+Enter keeps it; Ctrl+Up and Ctrl+Down weigh."""
        key, modifiers = event.key(), event.modifiers()
        if modifiers == Qt.KeyboardModifier.ControlModifier:
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.keep()
                self.finished.emit(True)
                return True
            if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self._weigh(1 if key == Qt.Key.Key_Up else -1)
                return True
        return super().pressed(event)

    def _weigh(self, steps: int) -> None:
        cursor = self.page.textCursor()
        new = reweighted(self.page.toPlainText(), cursor.selectionStart(), cursor.selectionEnd(), steps)
        if new is None:
            return
        self._weighing = True
        self.completion.close()
        cursor.beginEditBlock()
        cursor.setPosition(new.start)
        cursor.setPosition(new.end, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(new.text)
        cursor.endEditBlock()
        self._weighing = False
        cursor.setPosition(new.select[0])
        cursor.setPosition(new.select[1], QTextCursor.MoveMode.KeepAnchor)
        self.page.setTextCursor(cursor)

    def _changed(self) -> None:
        if not self._showing and self._page_text() != self._shown:
            self.typed()
            self._pause.start()
            if not self._weighing:
                # The cursor is moved only after the document tells of its change.
                QTimer.singleShot(0, self.page, self.completion.look)

    def _count(self) -> None:
        node = self.binding.editor.graph.nodes.get(self.binding.node)
        counter().count(self.page.toPlainText(), node.type if node is not None else "")

    def _counted(self, text: str, chunks: object) -> None:
        """Say how long the prompt is, and mark its chunks, if this is still the one."""
        if self.page.hasFocus() and isinstance(chunks, tuple) and text == self.page.toPlainText():
            self.hinted.emit(token_words(text, [tokens for _, tokens in chunks], self._choices), False)
            # Which words chance will choose, and so where a chunk will end, is not known yet.
            self.page.mark([] if self._choices else [place for place, _ in chunks[1:] if place > 0])
