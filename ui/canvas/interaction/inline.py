"""Real editors over the canvas: a line for titles, a page for notes. They follow what they edit."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from ui.canvas.rendering.look import view_rect
from ui.canvas.rendering.note_pictures import brought
from ui.canvas.scene.camera import Camera
from ui.theme.palette import Theme
from ui.theme.typeface import SIZES, text_font

Take = Callable[[QMimeData], str]
POPUP = Qt.FocusReason.PopupFocusReason
READABLE = (0.6, 2.0)
"""Zooms between which an editor is as large as what it covers; beyond them it is of readable size."""


class Inline(QObject):
    """One open editor at most. `close(True)` commits what is written, `close(False)` drops it."""

    def __init__(self, canvas: QWidget, camera: Camera) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._camera = camera
        self._editor: QLineEdit | QPlainTextEdit | None = None
        self._rect = QRectF()
        self._commit: Callable[[str], None] = _nothing
        self._before = ""

    @property
    def editor(self) -> QLineEdit | QPlainTextEdit | None:
        """The open editor."""
        return self._editor

    def line(self, rect: QRectF, text: str, commit: Callable[[str], None], theme: Theme) -> None:
        """Edit one line over a rectangle of the scene."""
        self.close(True)
        editor = QLineEdit(text, self._canvas)
        editor.setMaxLength(500)
        self._open(editor, rect, text, commit, theme)
        editor.selectAll()

    def page(
        self, rect: QRectF, text: str, commit: Callable[[str], None], theme: Theme, take: Take | None = None
    ) -> None:
        """Edit many lines over a rectangle of the scene; `take` makes words of a picture that is pasted."""
        self.close(True)
        editor = Page(text, self._canvas, take)
        editor.setTabChangesFocus(True)
        self._open(editor, rect, text, commit, theme)

    def follow(self) -> None:
        """The camera moved."""
        if self._editor is not None:
            self._editor.setGeometry(self._place())

    def close(self, keep: bool) -> None:
        """End editing."""
        editor, self._editor = self._editor, None
        if editor is None:
            return
        editor.removeEventFilter(self)
        text = editor.text() if isinstance(editor, QLineEdit) else editor.toPlainText()
        focused = editor.hasFocus()
        editor.hide()
        editor.deleteLater()
        if focused:
            self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        if keep and text != self._before:
            self._commit(text)

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
                self.close(False)
                return True
            if enter and (
                isinstance(watched, QLineEdit) or event.modifiers() & Qt.KeyboardModifier.ControlModifier
            ):
                self.close(True)
                return True
        if isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() != POPUP:
            self.close(True)
        return False

    def _open(
        self,
        editor: QLineEdit | QPlainTextEdit,
        rect: QRectF,
        text: str,
        commit: Callable[[str], None],
        theme: Theme,
    ) -> None:
        self._editor, self._rect, self._commit, self._before = editor, rect, commit, text
        zoom = self._zoom()
        editor.setFont(text_font(SIZES["body"] * zoom))
        editor.setStyleSheet(
            f"background: {theme.field}; color: {theme.text}; border: 1px solid {theme.accent};"
            f" border-radius: 4px; padding: 2px 6px; selection-background-color: {theme.accent};"
            f" selection-color: {theme.on_accent};"
        )
        editor.setGeometry(self._place())
        editor.installEventFilter(self)
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


def _nothing(text: str) -> None:
    """No editor is open."""
