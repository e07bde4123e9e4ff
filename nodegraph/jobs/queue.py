"""The jobs of the program in their order: what waits, what runs, what has run. No Qt, no engine."""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path

from nodegraph.jobs.job import Job, JobState
from nodegraph.model.graph import Graph
from nodegraph.model.json_text import MAX_PARTS
from nodegraph.node_api.events import RunFinished
from nodegraph.support import damaged_files, json_store
from nodegraph.support.atomic import write_text
from nodegraph.support.errors import LoadError
from nodegraph.support.private_files import FILE_MODE, make_private_folder
from nodegraph.support.regular_files import read_regular

REMEMBERED = 200
"""So many jobs that are over stay listed."""
MAX_WAITING = 1000
"""So many waiting jobs are taken over."""
MAX_BYTES = 256 << 20
"""A larger file is none that this program wrote."""


def fresh_id() -> str:
    """An id that no other job has."""
    return uuid.uuid4().hex[:12]


def _save(path: Path, text: str) -> None:
    # A full disk costs the memory of what waits, never the queue itself.
    with contextlib.suppress(OSError):
        make_private_folder(path.parent)
        write_text(path, text, FILE_MODE)


class JobQueue:
    """Waiting jobs are written to `path` at every change, one JSON line each, so that they survive a restart.

    What was waiting or running when the program ended waits again, and the queue is then paused: nothing starts
    computing by itself. `writer` is a thread that writes, so that a slow disk holds up no window; without one the
    file is written at once.
    """

    def __init__(self, path: Path | None = None, writer: Executor | None = None) -> None:
        self._path = path
        self._writer = writer
        self._lines: dict[str, tuple[Job, str]] = {}
        self._jobs: list[Job] = []
        self._over: list[Job] = []
        self._running: Job | None = None
        self._listeners: list[Callable[[], None]] = []
        self._written = ""
        self.restored = self._read()
        self.paused = self.restored > 0
        self.pause_after: str = ""

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each change."""
        self._listeners.append(listener)

    @property
    def waiting(self) -> tuple[Job, ...]:
        """Those still to run, the next one first."""
        return tuple(self._jobs)

    @property
    def running(self) -> Job | None:
        """The one that runs now."""
        return self._running

    @property
    def over(self) -> tuple[Job, ...]:
        """Those that have ended, the newest first."""
        return tuple(reversed(self._over))

    def find(self, id: str) -> Job | None:
        """The job of that id, whatever its state."""
        running = [self._running] if self._running else []
        return next((job for job in (*running, *self._jobs, *self._over) if job.id == id), None)

    def add(self, job: Job, *, first: bool = False) -> None:
        """Let a job wait at the end, or run next."""
        self._jobs.insert(0 if first else len(self._jobs), job)
        self._changed()

    def move(self, id: str, to: int) -> None:
        """Put a waiting job at a place among those that wait."""
        job = self._take(id)
        if job is not None:
            self._jobs.insert(max(0, min(to, len(self._jobs))), job)
            self._changed()

    def remove(self, id: str) -> Job | None:
        """Take a job that is not running out of the lists, and return it."""
        job = self._take(id)
        if job is None:
            job = next((one for one in self._over if one.id == id), None)
            self._over = [one for one in self._over if one.id != id]
        if job is not None:
            self._changed()
        return job

    def edit(self, id: str, graph: Graph, label: str) -> bool:
        """Give a waiting job another graph; False if it waits no longer."""
        for index, job in enumerate(self._jobs):
            if job.id == id:
                self._jobs[index] = replace(job, graph=graph, label=label)
                self._changed()
                return True
        return False

    def again(self, id: str, *, first: bool = False) -> Job | None:
        """Queue a copy of a job; its seeds are those it had."""
        job = self.find(id)
        if job is None:
            return None
        copy = job.again(fresh_id())
        self.add(copy, first=first)
        return copy

    def clear(self) -> None:
        """Nothing waits any more."""
        self._jobs.clear()
        self._changed()

    def forget(self) -> None:
        """List nothing that has ended."""
        self._over.clear()
        self._changed()

    def pause(self, paused: bool) -> None:
        """Start nothing new, or go on."""
        self.paused = paused
        if not paused:
            self.pause_after = ""
        self._changed()

    def start(self) -> Job | None:
        """Take the next job to run; None if one runs, nothing waits or the queue is paused."""
        if self._running is not None or self.paused or not self._jobs:
            return None
        self._running = replace(self._jobs.pop(0), state="running")
        self._changed()
        return self._running

    def start_now(self, job: Job) -> None:
        """Run a job past all that wait, as live ones do; nothing may run."""
        assert self._running is None
        self._running = replace(job, state="running")

    def finish(self, told: RunFinished) -> Job | None:
        """The running job has ended as the engine says; returns it with its outcome."""
        job = self._running
        if job is None:
            return None
        state: JobState = "done" if told.ok else "stopped" if told.cancelled else "failed"
        done = replace(
            job,
            state=state,
            seconds=told.seconds,
            error=told.error,
            ran=len(told.ran),
            cached=len(told.cached),
            outputs=tuple(item.path for item in told.outputs),
        )
        self._running = None
        if not job.live:
            self._over = [*self._over, done][-REMEMBERED:]
            if self.pause_after == job.id:
                self.paused, self.pause_after = True, ""
            self._changed()
        return done

    def _take(self, id: str) -> Job | None:
        for index, job in enumerate(self._jobs):
            if job.id == id:
                return self._jobs.pop(index)
        return None

    def _changed(self) -> None:
        self._write()
        for listener in tuple(self._listeners):
            listener()

    def _pending(self) -> list[Job]:
        running = [self._running] if self._running and not self._running.live else []
        return [*running, *self._jobs]

    def _write(self) -> None:
        if self._path is None:
            return
        pending = self._pending()
        self._lines = {job.id: self._line(job) for job in pending}
        text = "".join(self._lines[job.id][1] for job in pending)
        if text == self._written:
            return
        self._written = text
        if self._writer is not None:
            self._writer.submit(_save, self._path, text)
        else:
            _save(self._path, text)

    def _line(self, job: Job) -> tuple[Job, str]:
        """The job with its line of the file, made once as long as graph and label stay."""
        known = self._lines.get(job.id)
        if known is not None and known[0].graph is job.graph and known[0].label == job.label:
            return known
        return job, json.dumps(job.to_json()) + "\n"

    def _read(self) -> int:
        """Take over what waited when the program ended; lines that cannot be used are kept in a file beside it."""
        if self._path is None:
            return 0
        try:
            lines = read_regular(self._path, MAX_BYTES).split(b"\n")
        except FileNotFoundError:
            return 0
        except OSError:
            damaged_files.put_aside(self._path)
            return 0
        unread, known = lines[MAX_WAITING:], set[str]()
        for line in filter(None, lines[:MAX_WAITING]):
            try:
                job = Job.from_json(json_store.parsed(line, MAX_PARTS))
            except (LookupError, TypeError, ValueError, AttributeError, RecursionError, LoadError):
                unread.append(line)
                continue
            if job.id not in known:
                known.add(job.id)
                self._jobs.append(job)
        if any(unread):
            damaged_files.keep_part(self._path, b"\n".join(filter(None, unread)) + b"\n")
        return len(self._jobs)
