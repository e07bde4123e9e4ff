"""What holds for every editor that is open on a canvas: the middle button pans, and nothing else covers it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from ui.canvas.acting import Acting

PLACED = (QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Destroy)


class OpenEditor(QObject):
    """Watches the editors of one canvas, which are its child widgets. The canvas creates it."""

    moved = Signal()
    """Another part of the canvas is being edited, or none any more."""

    def __init__(self, canvas: Acting) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._editor: QWidget | None = None
        self._last: QPointF | None = None

    @property
    def area(self) -> QRect:
        """The part of the canvas that the open editor covers, in pixels of the canvas; null where none is open."""
        editor = self._editor
        if editor is None or not isValid(editor) or editor.isHidden():
            return QRect()
        return editor.geometry()

    def watch(self, editor: QWidget) -> None:
        """Watch an editor and the widgets in it until it goes."""
        self._editor = editor
        for widget in (editor, *editor.findChildren(QWidget)):
            widget.installEventFilter(self)
        self.moved.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Pan by the middle button, which in a text field would paste on some systems; follow where the editor is."""
        if isinstance(event, QMouseEvent):
            return self._pan(event)
        if watched is self._editor and event.type() in PLACED:
            if event.type() == QEvent.Type.Destroy:
                self._editor = None
            self.moved.emit()
        return False

    def _pan(self, event: QMouseEvent) -> bool:
        middle = Qt.MouseButton.MiddleButton
        kind = event.type()
        if (
            kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
            and event.button() == middle
        ):
            self._last = event.globalPosition()
            return True
        if kind == QEvent.Type.MouseMove and self._last is not None:
            self._canvas.camera.pan(event.globalPosition() - self._last)
            self._last = event.globalPosition()
            self._canvas.camera_went()
            return True
        if kind == QEvent.Type.MouseButtonRelease and event.button() == middle and self._last is not None:
            self._last = None
            return True
        return False
