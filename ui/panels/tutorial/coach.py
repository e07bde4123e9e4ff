"""Coach lines: one sentence at a time beside the thing it speaks of, gone as soon as it was done."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from nodegraph.jobs.job import Job
from nodegraph.support import json_store
from ui.canvas.canvas import Canvas
from ui.document.editor import Editor
from ui.panels.tutorial.bubble import Bubble
from ui.panels.tutorial.callout import Around
from ui.panels.tutorial.lessons import LESSONS, Lesson
from ui.runs.document_run import DocumentRun
from ui.runs.runner import Runner
from ui.theme.appearance import Appearance

Where = Callable[[str, str], Around | None]
"""Node, and parameter or output -> where it is in the window; None while it is out of sight."""


class Coach(QObject):
    """Goes through the lessons with one document. What is done or skipped is remembered in `path`."""

    ended = Signal()
    moved = Signal()
    """The sentence stands elsewhere."""

    def __init__(self, runner: Runner, look: Appearance, window: QWidget, path: Path, where: Where) -> None:
        super().__init__(window)
        self._runner = runner
        self._path = path
        self._where = where
        self._sheet: DocumentRun | None = None
        self._canvas: QWidget | None = None
        self._at = 0
        self._veiled = False
        self.bubble = Bubble(look, window)
        self.bubble.skipped.connect(self.skip)
        self._escape = QShortcut(QKeySequence("Esc"), self.bubble)
        self._escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._escape.activated.connect(self.skip)
        runner.finished.connect(self._finished)

    @staticmethod
    def wanted(path: Path) -> bool:
        """Whether the lessons were neither done nor skipped yet."""
        return not json_store.read(path).get("over", False)

    @property
    def lesson(self) -> int:
        """Which lesson is shown, from 0; -1 when they are over."""
        return self._at if self._sheet is not None else -1

    def begin(self, sheet: DocumentRun, canvas: QWidget | None = None) -> None:
        """Show the first lesson on this document, while its canvas is to be seen."""
        self._sheet, self._at, self._canvas = sheet, 0, canvas
        if canvas is not None:
            canvas.installEventFilter(self)
        self._before = sheet.editor.graph
        sheet.editor.changed.connect(self._edited)
        self._show()

    def set_look(self, look: Appearance) -> None:
        """Follow the theme."""
        self.bubble.set_look(look)

    def veil(self, on: bool) -> None:
        """Give way to a card that was opened, and come back after it."""
        self._veiled = on
        self.place()

    def skip(self) -> None:
        """No more of this, now and in later starts."""
        self._end()

    def place(self) -> None:
        """Follow what the sentence speaks of, after the view moved."""
        if self._sheet is None:
            return
        if self._veiled or (self._canvas is not None and not self._canvas.isVisible()):
            self.bubble.hide()
            return
        editor = self._sheet.editor
        spot = LESSONS[self._at].points(editor.graph, editor.specs)
        self.bubble.point_at(self._where(*spot) if spot is not None else None)
        if self.bubble.geometry().intersects(self._edited_area()):
            self.bubble.hide()
        self.moved.emit()

    def _edited_area(self) -> QRect:
        """What is being edited on the canvas, in the window; the card is not to cover it."""
        canvas, window = self._canvas, self.bubble.parentWidget()
        if not isinstance(canvas, Canvas) or window is None:
            return QRect()
        area = canvas.open_editor.area
        return area.translated(canvas.mapTo(window, QPoint(0, 0))) if area.isValid() else area

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave with the canvas, and come back with it."""
        if event.type() == QEvent.Type.Destroy:
            self._canvas = None
        elif event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            QTimer.singleShot(0, self, self.place)
        return False

    def _show(self) -> None:
        self.bubble.say(self.tr(LESSONS[self._at].text), self._at + 1, len(LESSONS))
        self.place()

    def _finished(self, job: Job) -> None:
        if self._sheet is not None and job.document == self._sheet.key and job.state == "done":
            self._check(True)

    def _edited(self, *_: object) -> None:
        self._check(False)

    def _check(self, ran: bool) -> None:
        """Go on past every lesson that was done since the first began, whatever the order."""
        at = self._at
        while self._sheet is not None and self._done(LESSONS[self._at], self._sheet.editor, ran):
            self._at += 1
            if self._at == len(LESSONS):
                self._end()
        if self._sheet is not None and self._at != at:
            self._show()

    def _done(self, lesson: Lesson, editor: Editor, ran: bool) -> bool:
        return (ran or not lesson.runs) and lesson.done(self._before, editor.graph, editor.specs)

    def _end(self) -> None:
        if self._sheet is None:
            return
        self._sheet.editor.changed.disconnect(self._edited)
        self._sheet = None
        self.bubble.hide()
        # Where it cannot be written the lessons come again, which costs one Esc.
        with contextlib.suppress(OSError):
            json_store.write(self._path, {"over": True})
        self.ended.emit()
