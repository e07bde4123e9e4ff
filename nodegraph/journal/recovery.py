"""What a journal holds, read back: after a crash, or because the editor was closed with work in it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from nodegraph.journal import codec, lock
from nodegraph.journal.history import Branch, History, Step
from nodegraph.journal.journal import FORMAT, SUFFIX, Journal
from nodegraph.journal.stamp import Stamp
from nodegraph.model.graph import Graph


@dataclass(frozen=True)
class Recovered:
    """A document found in a journal that no living process holds; `journal` goes on where it ended."""

    journal: Journal
    history: History
    path: Path | None
    stamp: Stamp | None

    @property
    def outdated(self) -> bool:
        """Whether it has nothing to tell: all was saved, and the file holds something else by now."""
        if not self.history.clean or self.path is None or self.stamp is None or not self.path.exists():
            return False
        return not self.stamp.holds(self.path)


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
    _keep_rest(path, file, size)
    file.truncate(size)
    place = about.get("path") or ""
    stamp = about.get("stamp")
    return Recovered(
        Journal(path, file, size), history, Path(place) if place else None, Stamp(**stamp) if stamp else None
    )


def _keep_rest(path: Path, file: BinaryIO, size: int) -> None:
    """A last line that was cut short is no loss; whole lines after a damaged one are kept beside the journal."""
    file.seek(size)
    rest = file.read()
    if rest.count(b"\n") > 1:
        with contextlib.suppress(OSError):
            path.with_suffix(".damaged").write_bytes(rest)


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
        case "branch":
            history.branches.append(Branch(event["at"], tuple(_steps(history.graph, event["steps"]))))
        case other:
            raise ValueError(other)


def _steps(graph: Graph, found: list[Mapping[str, Any]]) -> Iterator[Step]:
    for step in found:
        graph = codec.apply(graph, step["change"])
        yield Step(step["label"], graph, step["merge"])
