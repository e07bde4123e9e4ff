"""One file per open document: first the graph it began with, then one line for each event since.

Events are queued and written by `write`: from then on they outlive the process. `sync` makes them outlive
the power as well; it may take long, and keeps nobody from writing.

The last line may be a draft: what is typed and not committed yet. The next line is written over it.
"""

from __future__ import annotations

import json
import os
import threading
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from nodegraph.journal import codec, lock
from nodegraph.journal.history import Step
from nodegraph.journal.stamp import Stamp
from nodegraph.model.graph import Graph
from nodegraph.support.private_files import FILE_MODE, make_private_folder

FORMAT = 1
SUFFIX = ".journal"
NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class Event:
    """A line to come: its plain part, and two graphs of which it tells the difference."""

    head: Mapping[str, Any]
    before: Graph | None = None
    after: Graph | None = None

    def line(self) -> bytes:
        """The event as JSON on one line."""
        data = dict(self.head)
        if self.before is not None and self.after is not None:
            data["change"] = codec.delta(self.before, self.after)
        return json.dumps(data, separators=(",", ":")).encode() + b"\n"


class Journal:
    """Appends what happens to a document. Any method may be called from any thread."""

    def __init__(self, path: Path, file: BinaryIO, size: int = 0) -> None:
        self.path = path
        self.size = size
        self._file = file
        self._queue: list[Event] = []
        self._draft: Event | None = None
        self._has_draft = False
        self._queueing = threading.Lock()
        self._writing = threading.Lock()
        self._syncing = threading.Lock()

    @staticmethod
    def create(folder: Path, base: Graph, path: Path | None, stamp: Stamp | None, saved: bool) -> Journal:
        """A new journal in `folder` for a document that starts as `base`. Raises OSError."""
        make_private_folder(folder)
        name = folder / f"{uuid.uuid4().hex}{SUFFIX}"
        file = os.fdopen(os.open(name, NEW_FILE, FILE_MODE), "wb", buffering=0)
        lock.acquire(file)
        journal = Journal(name, file)
        journal._add(begin(base, path, stamp, saved))
        return journal

    @property
    def id(self) -> str:
        """The journal's name, by which a session finds it again."""
        return self.path.stem

    def push(self, step: Step, before: Graph) -> None:
        """A step was made out of `before`."""
        self._add(push(step, before))

    def amend(self, before: Graph, after: Graph) -> None:
        """The last step, which ended in `before`, now ends in `after`."""
        with self._queueing:
            if self._queue and self._queue[-1].after is before and self._queue[-1].head.get("do"):
                last = self._queue[-1]
                self._queue[-1] = Event(last.head, last.before, after)
                return
        self._add(Event({"do": "amend"}, before, after))

    def draft(self, label: str, before: Graph, after: Graph) -> None:
        """What is typed would make `after` of `before`, as one step; the same graph twice gives the draft up."""
        with self._queueing:
            self._draft = Event({"do": "draft", "label": label}, before, after)

    def move(self, index: int) -> None:
        """Steps were undone or redone; `index` are done now."""
        self._add(move(index))

    def saved(self, path: Path, stamp: Stamp | None) -> None:
        """The document as it stands was written to `path`."""
        self._add(saved(path, stamp))

    def write(self) -> None:
        """Hand every queued event to the system. Raises OSError; the events then wait for the next call."""
        with self._writing:
            with self._queueing:
                events, self._queue = self._queue, []
                draft, self._draft = self._draft, None
            if not (events or draft) or self._file.closed:
                return
            try:
                if events:
                    self._append(b"".join(event.line() for event in events))
                    events = []
                if draft is not None:
                    self._append_draft(draft)
            except OSError:
                with self._queueing:
                    self._draft = self._draft or (None if self._queue else draft)
                    self._queue = [*events, *self._queue]
                raise

    def sync(self) -> None:
        """Wait until what was written is on the disk for good. Raises OSError."""
        with self._syncing:
            if not self._file.closed:
                os.fsync(self._file.fileno())

    def close(self) -> None:
        """Write what is queued and let go of the file; the journal stays for the next start."""
        try:
            self.write()
            self.sync()
        finally:
            with self._writing, self._syncing:
                self._file.close()

    def remove(self) -> None:
        """The document is saved or given up: there is nothing left to recover."""
        with self._writing, self._syncing:
            self._queue.clear()
            self._file.close()
            self.path.unlink(missing_ok=True)

    def _add(self, event: Event) -> None:
        with self._queueing:
            self._queue.append(event)
            self._draft = None

    def _append(self, data: bytes) -> None:
        """A write that a full disk cuts short is made again over its own beginning, and over a draft."""
        self._put(data)
        self.size += len(data)
        self._cut_draft()

    def _append_draft(self, draft: Event) -> None:
        """Write a draft behind the last line, over an older one, or take the older one away."""
        data = b"" if draft.before is draft.after else draft.line()
        self._put(data)
        self._cut_draft(len(data))
        self._has_draft = bool(data)

    def _cut_draft(self, kept: int = 0) -> None:
        """Take away what is left of an older draft behind the last line and `kept` bytes."""
        if self._has_draft:
            self._has_draft = False
            self._file.truncate(self.size + kept)

    def _put(self, data: bytes) -> None:
        self._file.seek(self.size)
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]


def begin(base: Graph, path: Path | None, stamp: Stamp | None, saved: bool) -> Event:
    """The first line: the graph a document starts from, its file, and whether that is what the file holds."""
    head = {"journal": FORMAT, "path": str(path) if path else "", "stamp": _stamp(stamp), "saved": saved}
    return Event(head, Graph(), base)


def push(step: Step, before: Graph) -> Event:
    """A step made out of `before`."""
    return Event({"do": "push", "label": step.label, "merge": step.merge}, before, step.graph)


def move(index: int) -> Event:
    """Undo or redo until `index` steps are done."""
    return Event({"do": "move", "index": index})


def saved(path: Path, stamp: Stamp | None) -> Event:
    """The document was written to `path`."""
    return Event({"do": "saved", "path": str(path), "stamp": _stamp(stamp)})


def _stamp(stamp: Stamp | None) -> dict[str, Any] | None:
    return asdict(stamp) if stamp else None
