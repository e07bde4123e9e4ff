"""Every picture that came out of a run, with the exact graph that made it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from nodegraph.atomic import write_text
from nodegraph.edits import Batch, SetParams
from nodegraph.errors import LoadError
from nodegraph.fileformat import dumps, loads
from nodegraph.graph import Graph
from nodegraph.spec import NodeSpec, Scalar
from ui.running.pictures import fitted
from ui.running.queue import fresh_id
from ui.running.seeds import seed_line, seeds_of

KEPT = 500
"""So many results stay in the strip; files that a workflow saved are never removed."""
THUMB = 256


@dataclass(frozen=True)
class Result:
    """One picture. `path` is the file the workflow saved, or the editor's own copy; `workflow` is the graph's JSON."""

    id: str
    label: str
    document: str
    node: str
    output: str
    target: str
    identity: str
    path: str
    own: bool
    when: float
    seconds: float
    width: int
    height: int
    workflow: str

    def graph(self) -> Graph:
        """The graph that made it. Raises LoadError."""
        return loads(self.workflow, "the result's workflow")


class Results(QObject):
    """The results, oldest first, in memory and in `folder`; files are written and read by a thread of its own."""

    added = Signal(object)
    removed = Signal(object)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._writer = ThreadPoolExecutor(1, "results")
        self._results: list[Result] = []
        self._thumbs: dict[str, QImage] = {}
        self._full: dict[str, QImage] = {}
        self._read()

    def all(self) -> tuple[Result, ...]:
        """Every result, the newest first."""
        return tuple(reversed(self._results))

    def find(self, id: str) -> Result | None:
        """The result of that id."""
        return next((result for result in self._results if result.id == id), None)

    def of(self, identity: str) -> tuple[Result, ...]:
        """The results of a graph, by its identity."""
        return tuple(result for result in self._results if result.identity == identity)

    def thumb(self, result: Result) -> QImage:
        """A small picture; read from disk the first time."""
        if result.id not in self._thumbs:
            self._thumbs[result.id] = QImage(str(self._thumb_path(result.id)))
        return self._thumbs[result.id]

    def picture(self, result: Result) -> QImage:
        """The whole picture; the small one where its file is gone."""
        full = self._full.get(result.id)
        if full is None:
            full = QImage(result.path)
            self._keep(result.id, full)
        return self.thumb(result) if full.isNull() else full

    def add(
        self,
        image: QImage,
        graph: Graph,
        *,
        label: str,
        document: str,
        spot: tuple[str, str],
        target: str,
        identity: str,
        seconds: float,
        path: str = "",
    ) -> Result:
        """Keep a result; without a `path` the editor keeps its own copy of the picture."""
        id = fresh_id()
        result = Result(
            id=id,
            label=label,
            document=document,
            node=spot[0],
            output=spot[1],
            target=target,
            identity=identity,
            path=path or str(self._folder / f"{id}.png"),
            own=not path,
            when=time.time(),
            seconds=seconds,
            width=image.width(),
            height=image.height(),
            workflow=dumps(graph),
        )
        self._results.append(result)
        self._thumbs[id] = fitted(image, THUMB)
        self._keep(id, image)
        self._writer.submit(self._write, result, image, self._thumbs[id])
        self.added.emit(result)
        while len(self._results) > KEPT:
            self.remove(self._results[0].id)
        return result

    def remove(self, id: str) -> None:
        """Take a result out of the strip; a file that the workflow saved stays."""
        result = self.find(id)
        if result is None:
            return
        self._results.remove(result)
        self._thumbs.pop(id, None)
        self._full.pop(id, None)
        self._writer.submit(self._unlink, result)
        self.removed.emit(result)

    def close(self) -> None:
        """Write what is not written yet."""
        self._writer.shutdown(wait=True)

    def _keep(self, id: str, image: QImage) -> None:
        """Hold the newest pictures in memory; others are read again."""
        self._full[id] = image
        while len(self._full) > 8:
            del self._full[next(iter(self._full))]

    def _thumb_path(self, id: str) -> Path:
        return self._folder / f"{id}.thumb.png"

    def _write(self, result: Result, image: QImage, thumb: QImage) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if result.own:
                image.save(result.path)
            thumb.save(str(self._thumb_path(result.id)))
            # Last, so that a result that is listed has its pictures.
            write_text(self._folder / f"{result.id}.json", json.dumps(asdict(result)))
        except OSError:
            return

    def _unlink(self, result: Result) -> None:
        own = [Path(result.path)] if result.own else []
        try:
            for path in (self._folder / f"{result.id}.json", self._thumb_path(result.id), *own):
                path.unlink(missing_ok=True)
        except OSError:
            return

    def _read(self) -> None:
        found = [kept for path in self._folder.glob("*.json") if (kept := _result(path)) is not None]
        self._results = sorted(found, key=lambda result: result.when)[-KEPT:]


def _result(path: Path) -> Result | None:
    try:
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
        result = Result(**data)
        sound = all(isinstance(getattr(result, name), str) for name in ("id", "label", "path", "workflow"))
        return result if sound and result.id == path.stem and result.when > 0 else None
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def seed_of(result: Result, specs: Mapping[str, NodeSpec]) -> str:
    """`seed 7`: what a result was drawn from; empty where its workflow cannot be read."""
    try:
        return seed_line(result.graph(), specs)
    except LoadError:
        return ""


def restored(result: Result, now: Graph, specs: Mapping[str, NodeSpec], *, seeds_only: bool) -> Batch | None:
    """The edit that gives the nodes of `now` the values they had for this result; None where nothing differs.

    Nodes that are gone or of another type since are left out. Raises LoadError.
    """
    then = result.graph()
    seeds = {(node.id, param.name) for node, param in seeds_of(then, specs)}
    values: dict[str, dict[str, Scalar | None]] = {}
    for name, node in then.nodes.items():
        here = now.nodes.get(name)
        if here is None or here.type != node.type:
            continue
        for param in {*node.params, *here.params}:
            wanted = node.params.get(param)
            if seeds_only and (name, param) not in seeds:
                continue
            if here.params.get(param) != wanted or type(here.params.get(param)) is not type(wanted):
                values.setdefault(name, {})[param] = wanted
    if not values:
        return None
    what = "Restore seed" if seeds_only else "Restore parameters"
    return Batch((SetParams(values),), what)


__all__ = ["LoadError", "Result", "Results", "restored"]
