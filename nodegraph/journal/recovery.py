"""What a journal holds, read back: after a crash, or because the editor was closed with work in it."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from nodegraph.journal import codec, lock
from nodegraph.journal.history import Branch, History, Step
from nodegraph.journal.journal import FORMAT, SUFFIX, Journal
from nodegraph.journal.soundness import graph_fault
from nodegraph.journal.stamp import Stamp
from nodegraph.model.graph import Graph
from nodegraph.model.json_text import MAX_BYTES, MAX_PARTS
from nodegraph.support import damaged_files, json_store
from nodegraph.support.private_files import make_private
from nodegraph.support.regular_files import open_regular

MAX_KEPT_PARTS = 2_000_000
"""So many nodes, frames and notes the graphs of all steps may have together, counted once a step: about 200 MB. Of a
longer history the oldest steps are left out."""
MAX_PATH = 32_767
"""Characters of a file's path; systems allow fewer."""
MAX_DAMAGED = 64 << 20
"""Bytes behind a damaged line that are kept beside the journal."""


@dataclass(frozen=True)
class Recovered:
    """A document found in a journal that no living process holds; `journal` goes on where it ended."""

    journal: Journal
    history: History
    path: Path | None
    stamp: Stamp | None

    @property
    def outdated(self) -> bool:
        """Whether it has nothing to add: all was saved, and the file holds something else by now."""
        if not self.history.clean or self.path is None or self.stamp is None or not os.path.exists(self.path):
            return False
        return not self.stamp.holds(self.path)


class _Damage(Exception):
    """A line of a journal is not what this program writes."""


def recover(path: Path) -> Recovered | None:
    """The document in a journal; None where it belongs to a running editor or cannot be read at all.

    A journal that is damaged from its first line on is set aside; of another one the sound beginning is used, and
    what lies behind it is kept in a file beside it. `damaged.set_aside` names both.
    """
    try:
        file = open_regular(path, write=True, buffering=0)
    except OSError:
        return None
    if not lock.acquire(file):
        file.close()
        return None
    try:
        found = _Reading(file)
    except (_Damage, OSError):
        file.close()
        damaged_files.put_aside(path)
        return None
    make_private(path)
    if found.draft is None:
        _keep_rest(path, file, found.size)
    file.truncate(found.size)
    journal = Journal(path, file, found.size)
    if found.draft is not None:
        journal.push(found.draft, found.history.graph)
        found.history.push(found.draft)
    return Recovered(journal, found.history, found.path, found.stamp)


def _keep_rest(path: Path, file: BinaryIO, size: int) -> None:
    """A last line that was cut short is no loss; whole lines after a damaged one are kept beside the journal."""
    file.seek(size)
    rest = file.read(MAX_DAMAGED) or b""
    # What is left of a draft that another line was written over is no loss either.
    if b"\n" in rest[:-1] or (rest.startswith(b'{"do"') and rest.endswith(b"\n")):
        damaged_files.keep_part(path, rest)


def recoverable(folder: Path) -> list[Path]:
    """The journals in `folder`, oldest first."""
    found = []
    try:
        for path in folder.glob(f"*{SUFFIX}"):
            found.append((path.stat().st_mtime_ns, path))
    except OSError:
        pass
    return [path for _, path in sorted(found)]


class _Reading:
    """Replays a journal line by line, up to the first damaged one. Raises _Damage where that is the first, OSError."""

    def __init__(self, file: BinaryIO) -> None:
        self.path: Path | None = None
        self.stamp: Stamp | None = None
        self.draft: Step | None = None
        self.size = 0
        """Bytes of the sound beginning, a draft left out: the next line is written over it."""
        self._dropped = 0
        self._parts = 0
        with contextlib.closing(_lines(file)) as lines:
            self._read(lines)

    def _read(self, lines: Iterator[bytes]) -> None:
        first = next(lines, b"")
        self.history = self._begin(_event(first))
        self.size = len(first)
        for line in lines:
            try:
                self._replay(_event(line))
            except (_Damage, LookupError, ValueError, TypeError):
                break
            if self.draft is None:
                self.size += len(line)
        self.history.branches = [b for b in self.history.branches if b.at <= len(self.history.steps)]

    def _begin(self, about: Mapping[str, Any]) -> History:
        try:
            if about["journal"] != FORMAT or not isinstance(about["saved"], bool):
                raise _Damage
            self._place(about)
            base = codec.decode(about["change"])
        except (LookupError, ValueError, TypeError):
            raise _Damage from None
        _check(Graph(), base)
        self._parts = _size(base)
        return History(base, saved=0 if about["saved"] else -1)

    def _place(self, about: Mapping[str, Any]) -> None:
        place, stamp = about["path"], about["stamp"]
        if not isinstance(place, str) or "\0" in place or len(place) > MAX_PATH:
            raise _Damage
        self.stamp = _stamp(stamp)
        self.path = Path(place) if place else None

    def _replay(self, event: Mapping[str, Any]) -> None:
        history = self.history
        if self.draft is not None:
            # A draft is always the last line; what stands behind it is left of an older one.
            raise _Damage
        match event["do"]:
            case "push":
                step = _step(history.graph, event)
                history.push(step)
                self._grown(step.graph)
            case "amend":
                if history.index != len(history.steps) or not history.steps:
                    raise _Damage
                after = codec.apply(history.graph, event["change"])
                _check(history.graph, after)
                history.amend(after)
            case "move":
                if type(event["index"]) is not int:
                    raise _Damage
                history.move(event["index"] - self._dropped)
            case "saved":
                self._place(event)
                history.mark_saved()
            case "branch":
                self._branch(event)
            case "draft":
                self.draft = _step(history.graph, {**event, "merge": ""})
            case _:
                raise _Damage

    def _branch(self, event: Mapping[str, Any]) -> None:
        at, steps, graph = event["at"], [], self.history.graph
        if type(at) is not int or at < 0 or not isinstance(event["steps"], list) or not event["steps"]:
            raise _Damage
        for item in event["steps"]:
            steps.append(_step(graph, item))
            graph = steps[-1].graph
        self.history.branches.append(Branch(at, tuple(steps)))
        for step in steps:
            self._grown(step.graph)

    def _grown(self, graph: Graph) -> None:
        """Leave the oldest out where the history takes too much memory."""
        history = self.history
        self._parts += _size(graph)
        while self._parts > MAX_KEPT_PARTS and history.branches:
            gone = history.branches.pop(0)
            self._parts -= sum(_size(step.graph) for step in gone.steps)
        while self._parts > MAX_KEPT_PARTS and len(history.steps) > 1 and history.index > 1:
            self._parts -= _size(history.base)
            history.base = history.steps.pop(0).graph
            history.index -= 1
            history.saved = max(history.saved - 1, -1)
            self._dropped += 1


def _lines(file: BinaryIO) -> Generator[bytes, None, None]:
    """The lines of an unbuffered file, each of bounded length; one that is cut off is left out."""
    reader = io.BufferedReader(cast("io.FileIO", file), 1 << 16)
    try:
        while (line := reader.readline(MAX_BYTES)).endswith(b"\n"):
            yield line
    finally:
        reader.detach()


def _event(line: bytes) -> Mapping[str, Any]:
    try:
        found = json_store.parsed(line, MAX_PARTS)
    except (ValueError, RecursionError):
        raise _Damage from None
    if not isinstance(found, dict):
        raise _Damage
    return found


def _step(before: Graph, event: Mapping[str, Any]) -> Step:
    label, merge = event["label"], event["merge"]
    if not isinstance(label, str) or not isinstance(merge, str):
        raise _Damage
    after = codec.apply(before, event["change"])
    _check(before, after)
    return Step(label, after, merge)


def _check(before: Graph, after: Graph) -> None:
    if graph_fault(before, after):
        raise _Damage


def _size(graph: Graph) -> int:
    inner = sum(len(subgraph.nodes) for subgraph in graph.subgraphs.values())
    return 1 + len(graph.nodes) + len(graph.frames) + len(graph.notes) + inner


def _stamp(data: object) -> Stamp | None:
    match data:
        case None:
            return None
        case {"size": int(size), "mtime": int(mtime), "digest": str(digest)}:
            return Stamp(size, mtime, digest)
    raise _Damage
