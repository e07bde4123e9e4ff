"""Real editors over the canvas: a line for titles, a page for notes. They follow what they edit."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QObject, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from nodegraph.edits import Edit
from nodegraph.model.note_images import told
from ui.canvas.interaction.open_editor import OpenEditor
from ui.canvas.rendering.highlights import view_rect
from ui.canvas.rendering.note_pictures import brought
from ui.canvas.scene.camera import Camera
from ui.document.editor import Editor
from ui.document.open_fields import DRAFT_MS, LONG_TEXT
from ui.document.splice import changed_letters, shown_text, spliced
from ui.i18n.translate import tr
from ui.theme.palette import Theme
from ui.theme.typeface import SIZES, text_font

Take = Callable[[QMimeData], str]
MakeEdit = Callable[[str], Edit | None]
"""The edit that a text makes; None for none."""
STAYS_OPEN = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.MenuBarFocusReason)
READABLE = (0.6, 2.0)
"""Zooms between which an editor is as large as what it covers; beyond them it is of readable size."""


class Inline(QObject):
    """One open editor at most. `close(True)` commits what is written, `close(False)` drops it.

    While something is written that is not in the graph it is one of the document's open fields.
    """

    def __init__(self, canvas: QWidget, camera: Camera, document: Editor, watcher: OpenEditor) -> None:
        super().__init__(canvas)
        self._document = document
        self._watcher = watcher
        self._canvas = canvas
        self._camera = camera
        self._editor: QLineEdit | QPlainTextEdit | None = None
        self._rect = QRectF()
        self._make: MakeEdit = _nothing
        self._before = self._shown = ""
        self._drafts = QTimer(self)
        self._drafts.setSingleShot(True)
        self._drafts.setInterval(DRAFT_MS)
        self._drafts.timeout.connect(self._keep_draft)

    @property
    def editor(self) -> QLineEdit | QPlainTextEdit | None:
        """The open editor."""
        return self._editor

    def line(self, rect: QRectF, text: str, make: MakeEdit, theme: Theme) -> None:
        """Edit one line over a rectangle of the scene."""
        self.close(True)
        editor = QLineEdit(text, self._canvas)
        editor.setMaxLength(500)
        self._open(editor, rect, text, make, theme)
        editor.textEdited.connect(self._typed)
        editor.selectAll()

    def page(self, rect: QRectF, text: str, make: MakeEdit, theme: Theme, take: Take | None = None) -> None:
        """Edit many lines over a rectangle of the scene; `take` makes words of a picture that is pasted."""
        self.close(True)
        editor = Page(text, self._canvas, take)
        editor.setTabChangesFocus(True)
        self._open(editor, rect, text, make, theme)
        editor.textChanged.connect(self._typed)

    def follow(self) -> None:
        """The camera moved."""
        if self._editor is not None:
            self._editor.setGeometry(self._place())

    def close(self, keep: bool) -> None:
        """End editing."""
        editor = self._editor
        if editor is None:
            return
        if keep:
            self.flush()
        else:
            self._document.drop_draft()
        self._untyped()
        self._editor = None
        editor.removeEventFilter(self)
        focused = editor.hasFocus()
        editor.hide()
        editor.deleteLater()
        if focused:
            self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def flush(self) -> bool:
        """Put what is written into the graph and stay open. See `ui.document.open_fields`."""
        text = self._text()
        self._untyped()
        if text != self._before:
            self._before, self._shown = text, self._seen()
            edit = self._make(text)
            if edit is not None:
                self._document.apply(edit)
        return True

    def refusal(self) -> str:
        """Every text can be written."""
        return ""

    def give_up(self) -> None:
        """Drop what is written."""
        self.close(False)

    def take_focus(self) -> None:
        """Take the keyboard again."""
        if self._editor is not None:
            self._editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _escape(self) -> None:
        """Drop what is written; a long text goes into the redo stack first."""
        # A picture that was pasted is in the clipboard still.
        if changed_letters(told(self._before), told(self._text())) >= LONG_TEXT:
            before = self._document.graph
            self.flush()
            if self._document.graph is not before:
                self._document.stack.undo()
                self._document.status.emit(
                    tr("Canvas", "What was written is taken back. Edit > Redo brings it again.")
                )
        self.close(False)

    def _seen(self) -> str:
        """The text in the editor, every letter as it is."""
        editor = self._editor
        if isinstance(editor, QPlainTextEdit):
            return shown_text(editor.document().toRawText())
        return editor.text() if editor is not None else ""

    def _text(self) -> str:
        """What is written: the text that was opened, with the changes made to it."""
        if isinstance(self._editor, QLineEdit) and not self._editor.isModified():
            return self._before
        return spliced(self._before, self._shown, self._seen())

    def _typed(self) -> None:
        self._document.fields.add(self)
        if not self._drafts.isActive():
            self._drafts.start()

    def _untyped(self) -> None:
        self._drafts.stop()
        self._document.fields.discard(self)

    def _keep_draft(self) -> None:
        edit = self._make(self._text()) if self._editor is not None else None
        if edit is not None:
            self._document.keep_draft(edit)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter (with Ctrl on a page) and leaving commit, Esc drops."""
        if watched is not self._editor:
            return False
        enter = isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.type() == QEvent.Type.ShortcutOverride:
            # Enter ends the writing, with Ctrl too, and runs nothing.
            event.accept()
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self._escape()
                return True
            if enter and (
                isinstance(watched, QLineEdit) or event.modifiers() & Qt.KeyboardModifier.ControlModifier
            ):
                self.close(True)
                return True
        if isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() not in STAYS_OPEN:
            self.close(True)
        return False

    def _open(
        self,
        editor: QLineEdit | QPlainTextEdit,
        rect: QRectF,
        text: str,
        make: MakeEdit,
        theme: Theme,
    ) -> None:
        self._editor, self._rect, self._make, self._before = editor, rect, make, text
        self._shown = self._seen()
        zoom = self._zoom()
        editor.setFont(text_font(SIZES["body"] * zoom))
        editor.setStyleSheet(
            f"background: {theme.field}; color: {theme.text}; border: 1px solid {theme.accent};"
            f" border-radius: 4px; padding: 2px 6px; selection-background-color: {theme.accent};"
            f" selection-color: {theme.on_accent};"
        )
        editor.setGeometry(self._place())
        editor.installEventFilter(self)
        self._watcher.watch(editor)
        editor.show()
        editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _zoom(self) -> float:
        low, high = READABLE
        camera = self._camera
        return camera.zoom if low <= camera.zoom / camera.usual <= high else camera.usual

    def _place(self) -> QRect:
        seen = view_rect(self._camera, self._rect)
        zoom = self._zoom()
        seen.setWidth(max(seen.width(), self._rect.width() * zoom, 120.0))
        seen.setHeight(max(seen.height(), self._rect.height() * zoom, 22.0))
        return seen.toAlignedRect()


class Page(QPlainTextEdit):
    """Many lines, into which pictures can be pasted and dropped."""

    def __init__(self, text: str, parent: QWidget, take: Take | None) -> None:
        super().__init__(text, parent)
        self._take = take

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Pictures too."""
        return self._pictures(source) or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Pictures become words that name them."""
        if self._take is not None and self._pictures(source):
            self.insertPlainText(self._take(source))
        else:
            super().insertFromMimeData(source)

    def _pictures(self, source: QMimeData) -> bool:
        # Other programs add a picture to the text one copies from them; whoever writes wants the text.
        words = source.hasText() and not source.hasUrls()
        return self._take is not None and brought(source) and not words


def _nothing(text: str) -> Edit | None:
    """No editor is open."""
    return None
