"""Parsed JSON -> Graph, every field held to its type and every link to its end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, cast

from nodegraph.cycles import cycle
from nodegraph.errors import LoadError
from nodegraph.fileformat.fields import MAX_NAME, NOTHING, Fields, described
from nodegraph.fileformat.nesting import check_nesting
from nodegraph.fileformat.parsing import check_depth
from nodegraph.graph import Frame, Graph, Mode, Node, Note, Port, Source, Sources, Subgraph, frozen
from nodegraph.limits import scalar_fault
from nodegraph.spec import Scalar

MODES = ("run", "mute", "bypass")


def graph_of(data: Mapping[str, Any], place: str) -> Graph:
    """The graph in an object of the current format version; raises LoadError."""
    top = Fields(data, place)
    top.take("format")
    top.take("version")
    nodes = _nodes(top.items("nodes"), place)
    frames = _boxes((_frame(item, place) for item in top.items("frames")), place)
    notes = _boxes((_note(item, place) for item in top.items("notes")), place)
    _check_ids(place, nodes, frames, notes)
    _check_boxes(place, nodes, frames, notes)
    subgraphs = {name: _subgraph(name, item, place) for name, item in top.members("subgraphs").items()}
    check_nesting(subgraphs, place)
    view = top.members("view")
    check_depth(view, place)
    return Graph(
        MappingProxyType(nodes),
        MappingProxyType(frames),
        MappingProxyType(notes),
        MappingProxyType(subgraphs),
        frozen(view),
        top.rest(),
    )


def _nodes(items: list[Any], place: str) -> dict[str, Node]:
    nodes: dict[str, Node] = {}
    for number, item in enumerate(items, 1):
        node = _node(Fields(item, f"{place}, node number {number}"), place)
        if node.id in nodes:
            raise LoadError(f"{place}: two nodes are called {node.id!r}; rename one of them.")
        nodes[node.id] = node
    for node in nodes.values():
        for sources in node.inputs.values():
            for source in sources:
                if source.node not in nodes:
                    raise _loose(node, source, nodes, place)
    circle = cycle(nodes)
    if circle:
        names = ", ".join(circle[:8]) + (", ..." if len(circle) > 8 else "")
        raise LoadError(f"{place}: nodes feed each other in a circle ({names}); remove one of their links.")
    return nodes


def _node(fields: Fields, place: str) -> Node:
    name = fields.id()
    fields.place = f"{place}, node {name}"
    kind = fields.name("type")
    version = fields.version()
    params = _params(fields)
    inputs = _inputs(fields, params)
    return Node(
        name,
        kind,
        version,
        MappingProxyType(params) if params else NOTHING,
        MappingProxyType(inputs) if inputs else NOTHING,
        fields.numbers("pos", 2, (0, 0)),
        fields.numbers("size", 2, None),
        fields.text("title"),
        fields.text("color"),
        _mode(fields),
        fields.flag("collapsed"),
        fields.flag("pinned"),
        fields.flag("hide_unlinked"),
        fields.rest(),
    )


def _mode(fields: Fields) -> Mode:
    mode = fields.take("mode", "run")
    if mode not in MODES:
        raise fields.wrong("mode", "run, mute or bypass", mode)
    return cast("Mode", mode)


def _params(fields: Fields) -> dict[str, Scalar]:
    params = fields.members("params")
    for name, value in params.items():
        _check_name(fields, "a parameter", name)
        if fault := scalar_fault(value):
            raise LoadError(f"{fields.place}: the value of {name!r} is {fault}.")
    return params


def _inputs(fields: Fields, params: dict[str, Scalar]) -> dict[str, Sources]:
    inputs: dict[str, Sources] = {}
    items = fields.members("inputs")
    looks = fields.members("links")
    for name, item in items.items():
        _check_name(fields, "an input", name)
        items_of = item if isinstance(item, list) else [item]
        look = looks.pop(name, None)
        looks_of = look if isinstance(look, list) else [look] * len(items_of)
        if len(looks_of) != len(items_of):
            raise LoadError(f"{fields.place}: 'links' of {name!r} needs one entry for each link.")
        sources = tuple(
            _source(fields, name, text, look, params) for text, look in zip(items_of, looks_of, strict=True)
        )
        if sources:
            inputs[name] = sources
    for name in looks:
        raise LoadError(f"{fields.place}: 'links' tells of the input {name[:60]!r}, which is not linked.")
    return inputs


def _source(fields: Fields, name: str, text: object, look: object, params: dict[str, Scalar]) -> Source:
    node, dot, output = text.partition(".") if isinstance(text, str) else ("", "", "")
    if not (node and dot and output) or len(output) > MAX_NAME:
        raise LoadError(
            f"{fields.place}: input {name!r} must name a node and its output, as in 'node.output', "
            f"not {described(text)}."
        )
    if look is None:
        return Source(node, output)
    looks = Fields(look, f"{fields.place}, link of {name!r}")
    if "value" in cast("dict[str, Any]", look):
        value = looks.take("value")
        if fault := scalar_fault(value):
            raise LoadError(f"{looks.place}: the value is {fault}.")
        params.setdefault(name, value)
    muted = looks.flag("muted")
    via = tuple(looks.coordinates("via", point, 2) for point in looks.items("via"))
    portal = looks.text("portal")
    looks.none_left("muted, via, portal and value")
    return Source(node, output, muted, cast("tuple[tuple[float, float], ...]", via), portal)


def _loose(node: Node, source: Source, nodes: Mapping[str, Node], place: str) -> LoadError:
    name = next(name for name, sources in node.inputs.items() if source in sources)
    near = get_close_matches(source.node, list(nodes)[:2000], 1)
    remedy = f"did you mean {near[0]!r}?" if near else "add that node or remove the link."
    return LoadError(
        f"{place}, node {node.id}: input {name!r} is linked to node {source.node[:60]!r}, "
        f"which is not in the file; {remedy}"
    )


def _check_name(fields: Fields, what: str, name: str) -> None:
    if not 0 < len(name) <= MAX_NAME:
        raise LoadError(f"{fields.place}: the name of {what} must have 1 to {MAX_NAME} characters.")


def _frame(item: object, place: str) -> Frame:
    fields = Fields(item, f"{place}, a frame")
    name = fields.id()
    fields.place = f"{place}, frame {name}"
    members = fields.items("members")
    for member in members:
        if not isinstance(member, str):
            raise fields.wrong("members", "a list of node ids", members)
    return Frame(
        name,
        fields.text("title"),
        tuple(members),
        fields.numbers("rect", 4, (0, 0, 0, 0)),
        fields.text("color"),
        fields.flag("collapsed"),
        fields.flag("locked"),
        fields.rest(),
    )


def _note(item: object, place: str) -> Note:
    fields = Fields(item, f"{place}, a note")
    name = fields.id()
    fields.place = f"{place}, note {name}"
    return Note(
        name,
        fields.text("text"),
        fields.numbers("pos", 2, (0, 0)),
        fields.numbers("size", 2, (240, 120)),
        fields.text("color"),
        fields.text("on"),
        fields.rest(),
    )


def _boxes(items: Iterable[Any], place: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in items:
        if item.id in found:
            raise LoadError(f"{place}: two frames or notes are called {item.id!r}; rename one of them.")
        found[item.id] = item
    return found


def _check_ids(place: str, *kinds: Mapping[str, Any]) -> None:
    seen: set[str] = set()
    for kind in kinds:
        for name in seen.intersection(kind):
            raise LoadError(f"{place}: {name!r} is the id of two things; rename one of them.")
        seen.update(kind)


def _check_boxes(
    place: str, nodes: Mapping[str, Node], frames: Mapping[str, Frame], notes: Mapping[str, Note]
) -> None:
    owner: dict[str, str] = {}
    for frame in frames.values():
        for member in frame.members:
            if member not in nodes:
                raise LoadError(
                    f"{place}, frame {frame.id}: its member {member[:60]!r} is no node of the file; remove it."
                )
            if member in owner:
                raise LoadError(
                    f"{place}: node {member} is a member of frame {owner[member]} and again of {frame.id}; "
                    "remove it from one."
                )
            owner[member] = frame.id
    for note in notes.values():
        if note.on and note.on not in nodes:
            raise LoadError(
                f"{place}, note {note.id}: it is pinned to {note.on[:60]!r}, which is no node of the file; "
                "remove 'on'."
            )


def _subgraph(name: str, item: object, place: str) -> Subgraph:
    place = f"{place}, subgraph {name[:60]!r}"
    if not 0 < len(name) <= MAX_NAME:
        raise LoadError(f"{place}: a name has 1 to {MAX_NAME} characters.")
    fields = Fields(item, place)
    nodes = _nodes(fields.items("nodes"), place)
    return Subgraph(
        name,
        MappingProxyType(nodes),
        _ports(fields, "inputs", nodes),
        _ports(fields, "outputs", nodes),
        fields.rest(),
    )


def _ports(fields: Fields, key: str, nodes: Mapping[str, Node]) -> tuple[Port, ...]:
    ports = []
    for name, text in fields.members(key).items():
        _check_name(fields, "a port", name)
        node, dot, port = text.partition(".") if isinstance(text, str) else ("", "", "")
        if not dot or not 0 < len(port) <= MAX_NAME or node not in nodes:
            raise LoadError(
                f"{fields.place}: {name!r} in {key!r} must name one of its nodes and an input or output, "
                f"as in 'node.name', not {described(text)}."
            )
        ports.append(Port(name, node, port))
    return tuple(ports)
