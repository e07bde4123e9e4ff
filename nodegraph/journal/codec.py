"""Graphs as JSON for the journal: exact, order kept, and only what changed between two graphs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar

from nodegraph.model.graph import Frame, Graph, Node, Note, Port, Source, Subgraph, frozen
from nodegraph.model.note_images import NotePicture

T = TypeVar("T")
PARTS = ("nodes", "frames", "notes", "subgraphs")
WHOLE = ("view", "extra")
KEPT = "pictures_kept"
"""Stands in a changed note for the pictures it had before."""


def encode(graph: Graph) -> dict[str, Any]:
    """The whole graph as plain JSON data."""
    return delta(Graph(), graph)


def decode(data: Mapping[str, Any]) -> Graph:
    """The graph that `encode` wrote. Raises ValueError, TypeError or KeyError on anything else."""
    return apply(Graph(), data)


def delta(before: Graph, after: Graph) -> dict[str, Any]:
    """What makes `after` out of `before`, as plain JSON data; empty where nothing differs."""
    found: dict[str, Any] = {}
    for part in PARTS:
        changed = _changed(getattr(before, part), getattr(after, part))
        if changed:
            found[part] = changed
    for part in WHOLE:
        if getattr(before, part) is not getattr(after, part):
            found[part] = plain(getattr(after, part))
    return found


def apply(before: Graph, change: Mapping[str, Any]) -> Graph:
    """`before` with a `delta` made. Raises ValueError, TypeError or KeyError on anything else."""
    parts: dict[str, Any] = {part: getattr(before, part) for part in (*PARTS, *WHOLE)}
    for part, read in READERS.items():
        if part in change:
            parts[part] = _merged(parts[part], change[part], read)
    for part in WHOLE:
        if part in change:
            parts[part] = dict(change[part])
    return Graph(**parts)


def _changed(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, Any]:
    if before is after:
        return {}
    gone = [name for name in before if name not in after]
    new = {name: value for name, value in after.items() if name not in before or before[name] is not value}
    found: dict[str, Any] = {}
    if gone:
        found["gone"] = gone
    if new:
        found["set"] = {name: _plain(before.get(name), value) for name, value in new.items()}
    order = [name for name in before if name in after] + [name for name in new if name not in before]
    if order != list(after):
        found["order"] = list(after)
    return found


def _plain(before: object, after: object) -> Any:
    data = plain(after)
    if isinstance(before, Note) and isinstance(after, Note) and before.pictures is after.pictures:
        # A note that is only moved writes no picture again.
        data.pop("pictures", None)
        return {**data, KEPT: True} if after.pictures else data
    return data


def _refilled(before: object, data: Mapping[str, Any]) -> Mapping[str, Any]:
    if data.get(KEPT) and isinstance(before, Note):
        return {**{key: value for key, value in data.items() if key != KEPT}, "pictures": before.pictures}
    return data


def _merged(
    before: Mapping[str, T], change: Mapping[str, Any], read: Callable[[Mapping[str, Any]], T]
) -> dict[str, T]:
    merged = dict(before)
    for name in change.get("gone", ()):
        del merged[name]
    for name, value in change.get("set", {}).items():
        merged[name] = read(_refilled(before.get(name), value))
    if "order" in change:
        merged = {name: merged[name] for name in change["order"]}
    return merged


def plain(value: object) -> Any:
    """Frozen values as JSON data: a dataclass becomes an object without what equals its defaults."""
    if isinstance(value, Node | Source | Frame | Note | Port | Subgraph):
        kept = ((item, getattr(value, item.name)) for item in fields(value))
        return {item.name: plain(got) for item, got in kept if not _is_default(item, got)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, NotePicture):
        return value.text()
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value


def _is_default(item: Any, value: object) -> bool:
    if item.default_factory is not MISSING:
        return not value
    return item.default is not MISSING and type(value) is type(item.default) and bool(value == item.default)


def _node(data: Mapping[str, Any]) -> Node:
    inputs = {name: tuple(map(_source, sources)) for name, sources in data.get("inputs", {}).items()}
    return Node(**{**_tupled(data), "inputs": inputs})


def _source(data: Mapping[str, Any]) -> Source:
    return Source(**{**data, "via": tuple((x, y) for x, y in data.get("via", ()))})


def _frame(data: Mapping[str, Any]) -> Frame:
    return Frame(**_tupled({**data, "own": frozen(data.get("own", {}))}))


def _note(data: Mapping[str, Any]) -> Note:
    pictures = {
        name: found if isinstance(found, NotePicture) else NotePicture.read(found)
        for name, found in data.get("pictures", {}).items()
    }
    return Note(**_tupled({**data, "pictures": frozen(pictures)}))


def _subgraph(data: Mapping[str, Any]) -> Subgraph:
    nodes = {name: _node(node) for name, node in data.get("nodes", {}).items()}
    ports = {key: _ports(data.get(key, ())) for key in ("inputs", "outputs")}
    frames = {name: _frame(frame) for name, frame in data.get("frames", {}).items()}
    notes = {name: _note(note) for name, note in data.get("notes", {}).items()}
    return Subgraph(**{**data, **ports, "nodes": nodes, "frames": frames, "notes": notes})


def _ports(data: Iterable[Mapping[str, Any]]) -> tuple[Port, ...]:
    return tuple(Port(**item) for item in data)


def _tupled(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}


READERS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "nodes": _node,
    "frames": _frame,
    "notes": _note,
    "subgraphs": _subgraph,
}
