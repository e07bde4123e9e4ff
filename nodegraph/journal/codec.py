"""Graphs as JSON for the journal: exact, order kept, and only what changed between two graphs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar, cast

from nodegraph.formats.native.fields import Fields
from nodegraph.formats.native.nodes import MODES, check_name, read_mode
from nodegraph.model.graph import Frame, Graph, Node, Note, Port, Source, Subgraph, frozen
from nodegraph.model.json_text import check_depth
from nodegraph.model.note_images import NotePicture
from nodegraph.support.errors import LoadError
from nodegraph.support.messages import Phrase

T = TypeVar("T")
PARTS = ("nodes", "frames", "notes", "subgraphs")
WHOLE = ("view", "extra")
FIELDS: Mapping[type, tuple[Field[Any], ...]] = {
    kind: fields(kind) for kind in (Node, Source, Frame, Note, Port, Subgraph)
}
"""Looked up once, for many thousand nodes are written at once."""
SCALARS = frozenset({str, int, float, bool, type(None)})
"""Most values by far; looked at first."""
KEPT = "pictures_kept"
"""Stands in a changed note for the pictures it had before."""


def encode(graph: Graph) -> dict[str, Any]:
    """The whole graph as plain JSON data."""
    return delta(Graph(), graph)


def decode(data: Mapping[str, Any]) -> Graph:
    """The graph that `encode` wrote. Raises ValueError on anything else."""
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


def size(before: Graph, after: Graph) -> int:
    """How many nodes, frames, notes and subgraphs a `delta` writes, without writing it."""
    pairs = ((getattr(before, part), getattr(after, part)) for part in PARTS)
    return sum(
        sum(old.get(name) is not value for name, value in new.items()) for old, new in pairs if old is not new
    )


def apply(before: Graph, change: Mapping[str, Any]) -> Graph:
    """`before` with a `delta` made, every field held to its type. Raises ValueError on anything else.

    Whether the parts fit each other is not looked at: see `soundness`.
    """
    parts: dict[str, Any] = {part: getattr(before, part) for part in (*PARTS, *WHOLE)}
    try:
        fields = Fields(change, "a change")
        for part, read in READERS.items():
            if part in change:
                parts[part] = _merged(parts[part], Fields(fields.take(part), part), read)
        for part in WHOLE:
            if part in change:
                parts[part] = fields.members(part)
                check_depth(parts[part], part)
        fields.none_left("those of a change")
    except (LoadError, LookupError, TypeError) as error:
        raise ValueError(str(error)) from None
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
    if isinstance(before, Subgraph) and isinstance(after, Subgraph) and after.notes:
        notes = {name: _plain(before.notes.get(name), note) for name, note in after.notes.items()}
        return {**data, "notes": notes}
    return data


def _refilled(before: object, data: object) -> object:
    if isinstance(data, dict) and data.get(KEPT) is True and isinstance(before, Note):
        return {
            **{key: value for key, value in data.items() if key != KEPT},
            "pictures": dict(before.pictures),
        }
    if isinstance(before, Subgraph) and isinstance(data, dict) and isinstance(data.get("notes"), dict):
        notes = {name: _refilled(before.notes.get(name), note) for name, note in data["notes"].items()}
        return {**data, "notes": notes}
    return data


def _merged(before: Mapping[str, T], change: Fields, read: Callable[[object], T]) -> dict[str, T]:
    merged = dict(before)
    for name in _texts(change, "gone"):
        del merged[name]
    for name, value in change.members("set").items():
        merged[name] = read(_refilled(before.get(name), value))
    order = _texts(change, "order")
    if order:
        if len(order) != len(merged) or len(set(order)) != len(order):
            raise LoadError("The order does not name each part once.")
        merged = {name: merged[name] for name in order}
    change.none_left("gone, set and order")
    return merged


def plain(value: object) -> Any:
    """Frozen values as JSON data: a dataclass becomes an object without what equals its defaults."""
    if type(value) in SCALARS:
        return value
    if isinstance(value, Node | Source | Frame | Note | Port | Subgraph):
        kept = ((item, getattr(value, item.name)) for item in FIELDS[type(value)])
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


def _node(data: object) -> Node:
    fields = Fields(data, "a node")
    node = Node(
        fields.id(),
        fields.name("type"),
        fields.version(),
        _scalars(fields),
        _inputs(fields),
        fields.numbers("pos", 2, (0.0, 0.0)),
        fields.numbers("size", 2, None),
        fields.text("title"),
        fields.text("color"),
        read_mode(fields),
        fields.flag("collapsed"),
        fields.flag("pinned"),
        fields.flag("hide_unlinked"),
        _extra(fields),
    )
    fields.none_left("those of a node")
    return node


def _scalars(fields: Fields) -> Mapping[str, Any]:
    params = fields.members("params")
    for name, value in params.items():
        check_name(fields, Phrase("a parameter"), name)
        if not isinstance(value, str | int | float):
            raise fields.wrong("params", "texts, numbers, true and false", value)
    return params


def _inputs(fields: Fields) -> dict[str, tuple[Source, ...]]:
    found = {}
    for name, sources in fields.members("inputs").items():
        check_name(fields, Phrase("an input"), name)
        if not isinstance(sources, list):
            raise fields.wrong("inputs", "lists of sources", sources)
        found[name] = tuple(map(_source, sources))
    return found


def _source(data: object) -> Source:
    fields = Fields(data, "a link")
    points = tuple(fields.coordinates("via", point, 2) for point in fields.items("via"))
    via = cast("tuple[tuple[float, float], ...]", points)
    source = Source(
        fields.name("node"), fields.name("output"), fields.flag("muted"), via, fields.text("portal")
    )
    fields.none_left("those of a link")
    return source


def _frame(data: object) -> Frame:
    fields = Fields(data, "a frame")
    frame = Frame(
        fields.id(),
        fields.text("title"),
        _texts(fields, "members"),
        fields.numbers("rect", 4, (0.0, 0.0, 0.0, 0.0)),
        fields.text("color"),
        fields.flag("collapsed"),
        fields.flag("locked"),
        read_mode(fields),
        frozen(_own_modes(fields)),
        _extra(fields),
    )
    fields.none_left("those of a frame")
    return frame


def _own_modes(fields: Fields) -> dict[str, Any]:
    found = fields.members("own")
    for mode in found.values():
        if mode not in MODES:
            raise fields.wrong("own", "run, mute or bypass", mode)
    return found


def _note(data: object) -> Note:
    fields = Fields(data, "a note")
    pictures = {
        name: found if isinstance(found, NotePicture) else NotePicture.read(found)
        for name, found in fields.members("pictures").items()
    }
    for name in pictures:
        check_name(fields, Phrase("a picture"), name)
    note = Note(
        fields.id(),
        fields.text("text"),
        fields.numbers("pos", 2, (0.0, 0.0)),
        fields.numbers("size", 2, (240.0, 120.0)),
        fields.text("color"),
        fields.text("on"),
        _extra(fields),
        frozen(pictures),
    )
    fields.none_left("those of a note")
    return note


def _subgraph(data: object) -> Subgraph:
    fields = Fields(data, "a subgraph")
    subgraph = Subgraph(
        fields.name("name"),
        {name: _node(node) for name, node in fields.members("nodes").items()},
        tuple(map(_port, fields.items("inputs"))),
        tuple(map(_port, fields.items("outputs"))),
        _extra(fields),
        {name: _frame(frame) for name, frame in fields.members("frames").items()},
        {name: _note(note) for name, note in fields.members("notes").items()},
    )
    fields.none_left("those of a subgraph")
    return subgraph


def _port(data: object) -> Port:
    fields = Fields(data, "a port")
    names = fields.name("name"), fields.name("node"), fields.name("port")
    port = Port(*names, fields.text("section"), _limit(fields, "minimum"), _limit(fields, "maximum"))
    fields.none_left("those of a port")
    return port


def _limit(fields: Fields, key: str) -> float | None:
    value = fields.take(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise fields.wrong(key, "a number", value)
    return value


def _texts(fields: Fields, key: str) -> tuple[str, ...]:
    found = fields.items(key)
    for item in found:
        if not isinstance(item, str):
            raise fields.wrong(key, "a list of texts", item)
    return tuple(found)


def _extra(fields: Fields) -> Mapping[str, Any]:
    found = fields.members("extra")
    check_depth(found, fields.place)
    return found


READERS: Mapping[str, Callable[[object], Any]] = {
    "nodes": _node,
    "frames": _frame,
    "notes": _note,
    "subgraphs": _subgraph,
}
