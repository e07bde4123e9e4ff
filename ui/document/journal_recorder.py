"""Writes what happens in an editor into its journal, at once."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from nodegraph.journal import codec
from nodegraph.journal.compact import LIMIT, compact
from nodegraph.journal.history import Step
from nodegraph.journal.journal import Journal
from nodegraph.journal.writer import PAUSE, Writer
from nodegraph.model.graph import Graph
from ui.document.editor import Editor

SMALL = 250
"""Parts of a graph; a line of more, as that of a document's start or of a large paste, takes many milliseconds and is
left to the writer's thread."""


class Recorder(QObject):
    """Keeps the journal of one editor. The journal is made at the first edit.

    An edit is handed to the system before the window does anything else, so that it outlives the process
    however busy the machine is; only where edits follow each other faster than `PAUSE` are they gathered.
    """

    failed = Signal(str)
    """The journal cannot be written; why."""
    began = Signal()
    """The document has a journal now."""

    def __init__(self, editor: Editor, folder: Path, writer: Writer) -> None:
        super().__init__(editor)
        self.journal: Journal | None = None
        self._editor = editor
        self._folder = folder
        self._writer = writer
        self._base = editor.graph
        self._clean = not editor.unsaved
        self._written = 0.0
        self._told = False
        self._finished = False
        editor.drafted.connect(self._drafted)
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

    def keep(self) -> None:
        """Have a journal before the first edit: what is in no file would not come back otherwise."""
        if journal := self._open():
            self._write(journal)

    def finish(self, keep: bool) -> None:
        """The document is closed; `keep` leaves its journal, with the newest steps, for the next start.

        No later change begins another journal: a closed tab would come back with it.
        """
        self._finished = True
        journal, self.journal = self.journal, None
        if journal is None:
            return
        try:
            if not keep:
                journal.remove()
                return
            journal.close()
            if journal.size > LIMIT:
                compact(journal.path, self._editor.history(), self._editor.path, self._editor.stamp)
        except OSError as error:
            self._tell(error)

    def _open(self) -> Journal | None:
        if self.journal is None and not self._finished:
            editor = self._editor
            try:
                self.journal = Journal.create(
                    self._folder, self._base, editor.path, editor.stamp, self._clean
                )
            except OSError as error:
                self._tell(error)
                return None
            self.began.emit()
        return self.journal

    def _write(self, journal: Journal, parts: int = 0) -> None:
        """Write what waits; `parts` is how many parts of the graph its last line holds."""
        now = time.monotonic()
        small = parts <= SMALL and (journal.size or len(self._base.nodes) <= SMALL)
        if small and now - self._written >= PAUSE:
            try:
                journal.write()
            except OSError as error:
                self._tell(error)
            else:
                self._told = False
                self._written = time.monotonic()
        self._writer.soon(journal, self._tell)

    def _tell(self, error: OSError) -> None:
        """Say once that nothing is kept: every edit would say so again."""
        if not self._told:
            self._told = True
            self.failed.emit(self.tr("Work cannot be kept safe from a crash: {why}").format(why=error))

    def _pushed(self, step: Step, before: Graph) -> None:
        if journal := self._open():
            journal.push(step, before)
            self._write(journal, codec.size(before, step.graph))

    def _drafted(self, label: str, before: Graph, after: Graph) -> None:
        if self.journal is None and before is after:
            return
        if journal := self._open():
            journal.draft(label, before, after)
            self._write(journal)

    def _amended(self, before: Graph, after: Graph) -> None:
        if journal := self._open():
            journal.amend(before, after)
            self._write(journal, codec.size(before, after))

    def _moved(self, index: int) -> None:
        if journal := self._open():
            journal.move(index)
            self._write(journal)

    def _saved(self) -> None:
        if self.journal is None:
            self._base, self._clean = self._editor.graph, True
        elif self._editor.path is not None:
            self.journal.saved(self._editor.path, self._editor.stamp)
            self._write(self.journal)
