"""A journal written anew, with no more than the newest steps, so that years of editing stay a small file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nodegraph.journal import codec
from nodegraph.journal.history import Branch, History, Step
from nodegraph.journal.journal import Event, begin, move, push, saved
from nodegraph.journal.stamp import Stamp
from nodegraph.model.graph import Graph
from nodegraph.model.note_images import ALL_BYTES
from nodegraph.support.atomic import write_bytes
from nodegraph.support.private_files import FILE_MODE

LIMIT = 4_000_000
"""Bytes; a larger journal is written anew when its document is put away."""
KEEP = 1000
"""How many steps done, and how many undone, it keeps at most."""


def compact(file: Path, history: History, path: Path | None, stamp: Stamp | None, limit: int = LIMIT) -> None:
    """Replace a journal by one of at most `limit` bytes, and its pictures, if the graph allows it. Raises OSError."""
    keep, limit = KEEP, limit + _pictures(history)
    data = _encoded(history, keep, path, stamp)
    while len(data) > limit and keep:
        keep //= 2
        data = _encoded(history, keep, path, stamp)
    write_bytes(file, data, FILE_MODE)


def _pictures(history: History) -> int:
    """Bytes for the pictures in notes: they alone are to drop no step of undo."""
    steps = [*history.steps, *(step for branch in history.branches for step in branch.steps)]
    graphs = [history.base, *(step.graph for step in steps)]
    notes = {id(note.pictures): note.pictures for graph in graphs for note in graph.notes.values()}
    # A note's pictures are written together, so one of several may stand there more than once.
    written = sum(len(picture.data) * 4 // 3 for kept in notes.values() for picture in kept.values())
    return min(written, 4 * ALL_BYTES)


def _encoded(history: History, keep: int, path: Path | None, stamp: Stamp | None) -> bytes:
    return b"".join(event.line() for event in _events(history, keep, path, stamp))


def _events(history: History, keep: int, path: Path | None, stamp: Stamp | None) -> Iterator[Event]:
    first, last = max(history.index - keep, 0), history.index + keep
    graph = history.at(first)
    yield begin(graph, path, stamp, history.saved == first)
    for branch in history.branches[-keep:] if keep else ():
        if branch.at >= first:
            yield _branch(branch, branch.at - first, graph)
    for number, step in enumerate(history.steps[first:last], first + 1):
        yield push(step, graph)
        graph = step.graph
        if number == history.saved and path is not None:
            yield saved(path, stamp)
    yield move(history.index - first)


def _branch(branch: Branch, at: int, base: Graph) -> Event:
    steps = []
    for step in branch.steps:
        steps.append(_plain(step, base))
        base = step.graph
    return Event({"do": "branch", "at": at, "steps": steps})


def _plain(step: Step, before: Graph) -> dict[str, object]:
    return {"label": step.label, "merge": step.merge, "change": codec.delta(before, step.graph)}
