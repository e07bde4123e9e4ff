"""One file per open document: first the graph it began with, then one line for each event since.

Events are queued by the window and written by `flush`, which may run in another thread. A line that a
crash cut off is dropped when the journal is read again.
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

from nodegraph.graph import Graph
from ui.journal import codec, lock
from ui.journal.history import History, Step
from ui.journal.stamp import Stamp

FORMAT = 1
SUFFIX = ".journal"


@dataclass(frozen=True)
class _Event:
    head: Mapping[str, Any]
    before: Graph | None = None
    after: Graph | None = None


class Journal:
    """Appends what happens to a document. All methods but `flush` are called from one thread."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self._file = file
        self._queue: list[_Event] = []
        self._lock = threading.Lock()
        self._writing = threading.Lock()

    @staticmethod
    def create(folder: Path, base: Graph, path: Path | None, stamp: Stamp | None, saved: bool) -> Journal:
        """A new journal in `folder` for a document that starts as `base`. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        name = folder / f"{uuid.uuid4().hex}{SUFFIX}"
        file = name.open("xb", buffering=0)
        lock.acquire(file)
        journal = Journal(name, file)
        head = {"journal": FORMAT, "path": str(path) if path else "", "stamp": _stamp(stamp), "saved": saved}
        journal._add(_Event(head, Graph(), base))
        return journal

    @property
    def id(self) -> str:
        """The journal's name, by which a session finds it again."""
        return self.path.stem

    def push(self, step: Step, before: Graph) -> None:
        """A step was made out of `before`."""
        self._add(_Event({"do": "push", "label": step.label, "merge": step.merge}, before, step.graph))

    def amend(self, before: Graph, after: Graph) -> None:
        """The last step, which ended in `before`, now ends in `after`."""
        with self._lock:
            if self._queue and self._queue[-1].after is before and self._queue[-1].head.get("do"):
                last = self._queue[-1]
                self._queue[-1] = _Event(last.head, last.before, after)
                return
        self._add(_Event({"do": "amend"}, before, after))

    def move(self, index: int) -> None:
        """Steps were undone or redone; `index` are done now."""
        self._add(_Event({"do": "move", "index": index}))

    def saved(self, path: Path, stamp: Stamp | None) -> None:
        """The document as it stands was written to `path`."""
        self._add(_Event({"do": "saved", "path": str(path), "stamp": _stamp(stamp)}))

    def flush(self) -> None:
        """Put every queued event on the disk for good. Raises OSError."""
        with self._writing:
            with self._lock:
                events, self._queue = self._queue, []
            if not events:
                return
            self._file.write(b"".join(_line(event) for event in events))
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Write what is queued and let go of the file; the journal stays for the next start."""
        self.flush()
        self._file.close()

    def remove(self) -> None:
        """The document is saved or given up: there is nothing left to recover."""
        with self._writing:
            self._queue.clear()
            self._file.close()
            self.path.unlink(missing_ok=True)

    def _add(self, event: _Event) -> None:
        with self._lock:
            self._queue.append(event)


@dataclass(frozen=True)
class Recovered:
    """A document found in a journal that no living process holds; `journal` goes on where it ended."""

    journal: Journal
    history: History
    path: Path | None
    stamp: Stamp | None


def recover(path: Path) -> Recovered | None:
    """The document in a journal; None where it belongs to a running editor or cannot be read at all."""
    try:
        file = path.open("r+b", buffering=0)
    except OSError:
        return None
    if not lock.acquire(file):
        file.close()
        return None
    read = _read(file.read())
    if read is None:
        file.close()
        return None
    history, about, size = read
    file.truncate(size)
    file.seek(size)
    place = about.get("path") or ""
    stamp = about.get("stamp")
    return Recovered(
        Journal(path, file), history, Path(place) if place else None, Stamp(**stamp) if stamp else None
    )


def recoverable(folder: Path) -> list[Path]:
    """The journals in `folder`, oldest first."""
    try:
        return sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime_ns)
    except OSError:
        return []


def _read(data: bytes) -> tuple[History, dict[str, Any], int] | None:
    """The history, the document's place, and how many bytes of the journal are whole."""
    lines = data.splitlines(keepends=True)
    try:
        about = json.loads(lines[0])
        if about["journal"] != FORMAT:
            return None
        history = History(codec.decode(about["change"]), saved=0 if about["saved"] else -1)
    except (IndexError, KeyError, ValueError, TypeError, AttributeError):
        return None
    size = len(lines[0])
    for line in lines[1:]:
        try:
            _replay(history, about, json.loads(line) if line.endswith(b"\n") else {})
        except (LookupError, ValueError, TypeError, AttributeError):
            break
        size += len(line)
    return history, about, size


def _replay(history: History, about: dict[str, Any], event: Mapping[str, Any]) -> None:
    match event["do"]:
        case "push":
            graph = codec.apply(history.graph, event["change"])
            history.push(Step(event["label"], graph, event["merge"]))
        case "amend":
            history.amend(codec.apply(history.graph, event["change"]))
        case "move":
            history.move(event["index"])
        case "saved":
            history.mark_saved()
            about.update(path=event["path"], stamp=event["stamp"])
        case other:
            raise ValueError(other)


def _line(event: _Event) -> bytes:
    data = dict(event.head)
    if event.before is not None and event.after is not None:
        data["change"] = codec.delta(event.before, event.after)
    return json.dumps(data, separators=(",", ":")).encode() + b"\n"


def _stamp(stamp: Stamp | None) -> dict[str, Any] | None:
    return asdict(stamp) if stamp else None
