"""Writes what happens in an editor into its journal, within a second, away from the window's thread."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from nodegraph.graph import Graph
from ui.editor import Editor
from ui.journal.history import Step
from ui.journal.journal import Journal

DELAY = 100
"""Milliseconds between an edit and its writing; edits in between are written with it."""


class Recorder(QObject):
    """Keeps the journal of one editor. The journal is made at the first edit."""

    failed = Signal(str)
    """The journal cannot be written; why."""
    began = Signal()
    """The document has a journal now."""

    def __init__(self, editor: Editor, folder: Path, writer: ThreadPoolExecutor) -> None:
        super().__init__(editor)
        self.journal: Journal | None = None
        self._editor = editor
        self._folder = folder
        self._writer = writer
        self._base = editor.graph
        self._clean = not editor.unsaved
        self._pending: Future[None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self.write)
        editor.pushed.connect(self._pushed)
        editor.amended.connect(self._amended)
        editor.moved.connect(self._moved)
        editor.saved.connect(self._saved)

    @property
    def id(self) -> str:
        """The journal's name; empty where nothing was edited yet."""
        return self.journal.id if self.journal else ""

    def take(self, journal: Journal) -> None:
        """Go on in a journal that was recovered."""
        self.journal = journal

    def write(self) -> None:
        """Write what is queued, in the writer's thread."""
        self._timer.stop()
        if self.journal is not None:
            self._pending = self._writer.submit(self._flush, self.journal)

    def finish(self, keep: bool) -> None:
        """The document is closed; its journal stays only if there is something to recover."""
        self._timer.stop()
        if self._pending is not None:
            self._pending.result()
        if self.journal is not None:
            try:
                self.journal.close() if keep else self.journal.remove()
            except OSError as error:
                self.failed.emit(str(error))
        self.journal = None

    def _open(self) -> Journal | None:
        if self.journal is None:
            editor = self._editor
            try:
                self.journal = Journal.create(
                    self._folder, self._base, editor.path, editor.stamp, self._clean
                )
            except OSError as error:
                self.failed.emit(self.tr("Work cannot be kept safe from a crash: {why}").format(why=error))
                return None
            self.began.emit()
        return self.journal

    def _flush(self, journal: Journal) -> None:
        try:
            journal.flush()
        except OSError as error:
            self.failed.emit(self.tr("Work cannot be kept safe from a crash: {why}").format(why=error))

    def _due(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _pushed(self, step: Step, before: Graph) -> None:
        if journal := self._open():
            journal.push(step, before)
            self._due()

    def _amended(self, before: Graph, after: Graph) -> None:
        if journal := self._open():
            journal.amend(before, after)
            self._due()

    def _moved(self, index: int) -> None:
        if journal := self._open():
            journal.move(index)
            self._due()

    def _saved(self) -> None:
        if self.journal is None:
            self._base, self._clean = self._editor.graph, True
        elif self._editor.path is not None:
            self.journal.saved(self._editor.path, self._editor.stamp)
            self._due()
