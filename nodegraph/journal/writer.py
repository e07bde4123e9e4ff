"""Writes journals beside the window's thread: however busy that is, or the disk, no edit waits for long."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from nodegraph.journal.journal import Journal

PAUSE = 0.05
"""Seconds that edits may gather before they are written together."""


class Writer:
    """Two threads: one hands what is queued to the system, the other waits for the disk.

    Apart, because a disk may take a second to answer; in one thread the next edits would wait for it.
    """

    def __init__(self) -> None:
        self._writes = ThreadPoolExecutor(1, "journal")
        self._syncs = ThreadPoolExecutor(1, "journal-sync")
        self._due: set[Journal] = set()
        self._dirty: set[Journal] = set()

    def soon(self, journal: Journal, failed: Callable[[OSError], None]) -> None:
        """Write a journal in a moment, and then make it safe; `failed` is called in the thread."""
        if journal not in self._due:
            self._due.add(journal)
            self._writes.submit(self._write, journal, failed)

    def end(self) -> None:
        """Finish what was asked for; nothing works afterwards."""
        self._writes.shutdown()
        self._syncs.shutdown()

    def _write(self, journal: Journal, failed: Callable[[OSError], None]) -> None:
        time.sleep(PAUSE)
        self._due.discard(journal)
        try:
            journal.write()
        except OSError as error:
            failed(error)
            return
        if journal not in self._dirty:
            self._dirty.add(journal)
            self._syncs.submit(self._sync, journal, failed)

    def _sync(self, journal: Journal, failed: Callable[[OSError], None]) -> None:
        self._dirty.discard(journal)
        try:
            journal.sync()
        except OSError as error:
            failed(error)
