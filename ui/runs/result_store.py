"""Every picture that came out of a run, with the exact graph that made it."""

from __future__ import annotations

import contextlib
import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QBuffer, QByteArray, QObject, Signal
from PySide6.QtGui import QImage, QImageWriter

from nodegraph.formats.native import loads
from nodegraph.jobs.queue import fresh_id
from nodegraph.model.graph import Graph
from nodegraph.support import damaged_files, json_store
from nodegraph.support.atomic import write_bytes, write_text
from nodegraph.support.image_metadata import KEYWORD
from nodegraph.support.private_files import FILE_MODE, make_private_folder
from nodegraph.support.regular_files import read_regular
from ui.runs.image_io import Answer, PictureFiles
from ui.runs.images import fitted

KEPT = 500
"""So many results stay in the strip; files that a workflow saved are never removed."""
THUMB = 256
NODE = 256
"""Pictures on nodes are kept at most this long."""
HELD = 8
"""So many whole pictures are held in memory."""
MAX_FILES = 10_000
"""So many files of the folder are looked at."""
MAX_BYTES = 64 << 20
"""A larger file is none that this program wrote."""
MAX_PREVIEWS = 100_000
MAX_SIDE = 1 << 20
MAX_TIME = 1e12
THUMBS = 200
"""So many small ones, more than a screen shows."""

Held = TypeVar("Held")


@dataclass(frozen=True)
class Result:
    """One picture. `path` is the file the workflow saved, or the editor's own copy; `workflow` is the graph's JSON.

    `identity` is the engine's key of the node that made it: it changes with files that are read and with versions,
    and never comes twice for a node that makes something new each time.
    `nodes` are those whose pictures at that time are kept as well.
    """

    label: str
    document: str
    node: str
    output: str
    target: str
    identity: str
    workflow: str
    seconds: float = 0.0
    path: str = ""
    own: bool = True
    id: str = ""
    when: float = 0.0
    width: int = 0
    height: int = 0
    nodes: tuple[str, ...] = field(default=(), compare=False)

    def graph(self) -> Graph:
        """The graph that made it. Raises LoadError."""
        return loads(self.workflow, "the result's workflow")


class Results(QObject):
    """The results, oldest first, in memory and in `folder`. Pictures are read and written by threads."""

    added = Signal(object)
    removed = Signal(object)
    pictured = Signal(object)
    """The small picture of a Result has been read."""

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self.files = PictureFiles(self)
        self._results: list[Result] = []
        self._thumbs: OrderedDict[str, QImage] = OrderedDict()
        self._awaited: dict[str, list[Answer]] = {}
        self._full: OrderedDict[str, QImage] = OrderedDict()
        self._nodes: OrderedDict[str, Mapping[str, QImage]] = OrderedDict()
        self._read()

    def all(self) -> tuple[Result, ...]:
        """Every result, the newest first."""
        return tuple(reversed(self._results))

    def find(self, id: str) -> Result | None:
        """The result of that id."""
        return next((result for result in self._results if result.id == id), None)

    def of(self, identity: str, output: str) -> tuple[Result, ...]:
        """The results that an output of a node made, by the engine's key of the node; none for an empty key."""
        return tuple(r for r in self._results if identity and (r.identity, r.output) == (identity, output))

    def thumb(self, result: Result) -> QImage:
        """A small picture; null until it has been read, which `pictured` tells."""
        if result.id not in self._thumbs:
            _hold(self._thumbs, result.id, QImage(), THUMBS)
            self.files.read(self._thumb_path(result.id), partial(self._thumbed, result))
        return self._thumbs[result.id]

    def small(self, result: Result, answer: Answer) -> None:
        """The small picture, as soon as it is there."""
        thumb = self.thumb(result)
        if thumb.isNull():
            self._awaited.setdefault(result.id, []).append(answer)
        else:
            answer(thumb)

    def picture(self, result: Result, answer: Answer) -> None:
        """The whole picture, at once if it is in memory; the small one where its file is gone."""
        full = self._full.get(result.id)
        if full is not None:
            answer(full)
            return

        def read(image: QImage) -> None:
            if image.isNull():
                self.files.read(self._thumb_path(result.id), answer)
                return
            _hold(self._full, result.id, image, HELD)
            answer(image)

        self.files.read(Path(result.path), read)

    def previews(self, result: Result, answer: Callable[[str, QImage], object]) -> None:
        """How the other nodes looked for a result: node and picture, one call each."""
        held = self._nodes.get(result.id)
        for number, node in enumerate(result.nodes):
            if held is not None and node in held:
                answer(node, held[node])
            else:
                self.files.read(self._node_path(result.id, number), partial(answer, node))

    def add(self, image: QImage, made: Result) -> Result:
        """Keep a result under an id; without a path the editor keeps its own copy of the picture."""
        id = fresh_id()
        result = replace(
            made,
            id=id,
            path=made.path or str(self._folder / f"{id}.png"),
            own=not made.path,
            when=time.time(),
            width=image.width(),
            height=image.height(),
        )
        self._results.append(result)
        _hold(self._full, id, image, HELD)
        small = max(image.width(), image.height()) <= THUMB
        _hold(self._thumbs, id, image if small else QImage(), THUMBS)
        if not small:
            self.files.fit(image, THUMB, partial(self._thumbed, result))
        self.files.write(partial(self._write_pictures, result, image))
        self.files.write(partial(self._write, result))
        self.added.emit(result)
        while len(self._results) > KEPT:
            self.remove(self._results[0].id)
        return result

    def attach(self, result: Result, pictures: Mapping[str, QImage]) -> None:
        """Remember how the nodes looked; pictures of nodes are small."""
        found = self.find(result.id)
        if found is None or not pictures:
            return
        named = replace(found, nodes=tuple(pictures))
        self._results[self._results.index(found)] = named
        _hold(self._nodes, result.id, dict(pictures), HELD)
        self.files.write(partial(self._write_nodes, named, tuple(pictures.values())))

    def remove(self, id: str) -> None:
        """Take a result out of the strip; a file that the workflow saved stays."""
        result = self.find(id)
        if result is None:
            return
        self._results.remove(result)
        for held in (self._thumbs, self._full, self._nodes):
            held.pop(id, None)
        self.files.write(partial(self._unlink, result))
        self.removed.emit(result)

    def close(self) -> None:
        """Write what is not written yet."""
        self.files.close()

    def _thumbed(self, result: Result, image: QImage) -> None:
        if not image.isNull():
            _hold(self._thumbs, result.id, image, THUMBS)
            for answer in self._awaited.pop(result.id, []):
                answer(image)
            self.pictured.emit(result)

    def _thumb_path(self, id: str) -> Path:
        return self._folder / f"{id}.thumb.png"

    def _node_path(self, id: str, number: int) -> Path:
        return self._folder / f"{id}.node{number}.png"

    # In the writer's thread

    def _write_pictures(self, result: Result, image: QImage) -> None:
        with contextlib.suppress(OSError):
            make_private_folder(self._folder)
        if result.own:
            # It stands for the file that the workflow would have saved, and carries what that one would carry.
            carrying = image.copy()
            # Qt writes other letters as latin-1, which readers cannot tell from UTF-8.
            carrying.setText(KEYWORD, json.dumps(json.loads(result.workflow)))
            _save(carrying, Path(result.path))
        _save(fitted(image, THUMB), self._thumb_path(result.id))

    def _write_nodes(self, result: Result, pictures: Sequence[QImage]) -> None:
        for number, picture in enumerate(pictures):
            _save(fitted(picture, NODE), self._node_path(result.id, number))
        self._write(result)

    def _write(self, result: Result) -> None:
        # Last, so that a result that is listed has its pictures.
        with contextlib.suppress(OSError):
            write_text(self._folder / f"{result.id}.json", json.dumps(asdict(result)), FILE_MODE)

    def _unlink(self, result: Result) -> None:
        own = [Path(result.path)] if result.own else []
        nodes = [self._node_path(result.id, number) for number in range(len(result.nodes))]
        with contextlib.suppress(OSError):
            for path in (self._folder / f"{result.id}.json", self._thumb_path(result.id), *nodes, *own):
                path.unlink(missing_ok=True)

    def _read(self) -> None:
        found = []
        with contextlib.suppress(OSError):
            for path in islice(self._folder.glob("*.json"), MAX_FILES):
                result = _result(path, self._folder)
                if result is not None:
                    found.append(result)
                else:
                    damaged_files.put_aside(path)
        self._results = sorted(found, key=lambda result: result.when)[-KEPT:]


def _hold(held: OrderedDict[str, Held], id: str, value: Held, most: int) -> None:
    """Hold the newest in memory; others are read again."""
    held[id] = value
    held.move_to_end(id)
    while len(held) > most:
        held.popitem(last=False)


def _save(image: QImage, path: Path) -> None:
    """Write a picture for its owner alone, whole or not at all; a full disk costs the picture."""
    data = QBuffer()
    data.open(QBuffer.OpenModeFlag.WriteOnly)
    if QImageWriter(data, QByteArray(b"png")).write(image):
        with contextlib.suppress(OSError):
            write_bytes(path, bytes(data.data().data()), FILE_MODE)


def _result(path: Path, folder: Path) -> Result | None:
    """The result in a file; None where a field is not of its type or beyond its range."""
    try:
        data: dict[str, Any] = json_store.parsed(read_regular(path, MAX_BYTES))
        result = Result(**{**data, "nodes": tuple(data.get("nodes", ()))})
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return None
    texts = [getattr(result, item.name) for item in fields(result) if item.type == "str"]
    numbers = (result.seconds, result.when)
    sound = (
        all(isinstance(text, str) and "\0" not in text for text in (*texts, *result.nodes))
        and all(isinstance(n, int | float) and 0 <= n <= MAX_TIME for n in numbers)
        and all(type(side) is int and 0 <= side <= MAX_SIDE for side in (result.width, result.height))
        and type(result.own) is bool
        and len(result.nodes) <= MAX_PREVIEWS
        and result.id == path.stem
        and result.when > 0
    )
    # Only the editor's own copy may be removed with its result.
    own_copy = not result.own or (sound and Path(result.path).parent == folder)
    return result if sound and own_copy else None
