"""Parsed JSON -> nodes, every field held to its type and every link to its end."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from nodegraph.formats.native.fields import MAX_NAME, NOTHING, Fields, described
from nodegraph.model.graph import Mode, Node, Source, Sources
from nodegraph.model.limits import scalar_fault
from nodegraph.model.spec import Scalar
from nodegraph.model.traversal import cycle
from nodegraph.support.errors import LoadError
from nodegraph.support.messages import Phrase
from nodegraph.support.suggestions import nearest

MODES = ("run", "mute", "bypass")


def read_nodes(items: list[Any], place: str) -> dict[str, Node]:
    """The nodes of a list, every link checked; raises LoadError."""
    nodes: dict[str, Node] = {}
    for number, item in enumerate(items, 1):
        node = _node(Fields(item, Phrase("{place}, node number {number}", place=place, number=number)), place)
        if node.id in nodes:
            raise LoadError(
                "{place}: two nodes are called {id!r}; rename one of them.", place=place, id=node.id
            )
        nodes[node.id] = node
    for node in nodes.values():
        for sources in node.inputs.values():
            for source in sources:
                if source.node not in nodes:
                    raise _loose(node, source, nodes, place)
    circle = cycle(nodes)
    if circle:
        names = ", ".join(circle[:8]) + (", ..." if len(circle) > 8 else "")
        raise LoadError(
            "{place}: nodes feed each other in a circle ({names}); remove one of their links.",
            place=place,
            names=names,
        )
    return nodes


def _node(fields: Fields, place: str) -> Node:
    name = fields.id()
    fields.place = Phrase("{place}, node {id}", place=place, id=name)
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
        read_mode(fields),
        fields.flag("collapsed"),
        fields.flag("pinned"),
        fields.flag("hide_unlinked"),
        fields.rest(),
    )


def read_mode(fields: Fields) -> Mode:
    """Whether it runs, is muted or bypassed; raises LoadError."""
    mode = fields.take("mode", "run")
    if mode not in MODES:
        raise fields.wrong("mode", Phrase("run, mute or bypass"), mode)
    return cast("Mode", mode)


def _params(fields: Fields) -> dict[str, Scalar]:
    params = fields.members("params")
    for name, value in params.items():
        check_name(fields, Phrase("a parameter"), name)
        if fault := scalar_fault(value):
            raise LoadError(
                "{place}: the value of {name!r} is {fault}.", place=fields.place, name=name, fault=fault
            )
    return params


def _inputs(fields: Fields, params: dict[str, Scalar]) -> dict[str, Sources]:
    inputs: dict[str, Sources] = {}
    items = fields.members("inputs")
    looks = fields.members("links")
    for name, item in items.items():
        check_name(fields, Phrase("an input"), name)
        items_of = item if isinstance(item, list) else [item]
        look = looks.pop(name, None)
        looks_of = look if isinstance(look, list) else [look] * len(items_of)
        if len(looks_of) != len(items_of):
            raise LoadError(
                "{place}: 'links' of {name!r} needs one entry for each link.", place=fields.place, name=name
            )
        sources = tuple(
            _source(fields, name, text, look, params) for text, look in zip(items_of, looks_of, strict=True)
        )
        if sources:
            inputs[name] = sources
    for name in looks:
        raise LoadError(
            "{place}: 'links' tells of the input {name!r}, which is not linked.",
            place=fields.place,
            name=name[:60],
        )
    return inputs


def _source(fields: Fields, name: str, text: object, look: object, params: dict[str, Scalar]) -> Source:
    node, dot, output = text.partition(".") if isinstance(text, str) else ("", "", "")
    if not (node and dot and output) or len(output) > MAX_NAME:
        raise LoadError(
            "{place}: input {name!r} must name a node and its output, as in 'node.output', not {found}.",
            place=fields.place,
            name=name,
            found=described(text),
        )
    if look is None:
        return Source(node, output)
    looks = Fields(look, Phrase("{place}, link of {name!r}", place=fields.place, name=name))
    if "value" in cast("dict[str, Any]", look):
        value = looks.take("value")
        if fault := scalar_fault(value):
            raise LoadError("{place}: the value is {fault}.", place=looks.place, fault=fault)
        params.setdefault(name, value)
    muted = looks.flag("muted")
    via = tuple(looks.coordinates("via", point, 2) for point in looks.items("via"))
    portal = looks.text("portal")
    looks.none_left(Phrase("muted, via, portal and value"))
    return Source(node, output, muted, cast("tuple[tuple[float, float], ...]", via), portal)


def _loose(node: Node, source: Source, nodes: Mapping[str, Node], place: str) -> LoadError:
    name = next(name for name, sources in node.inputs.items() if source in sources)
    near = nearest(source.node, nodes)
    remedy = (
        Phrase("did you mean {name!r}?", name=near) if near else Phrase("add that node or remove the link.")
    )
    return LoadError(
        "{place}, node {id}: input {name!r} is linked to node {source!r}, which is not in the file; {remedy}",
        place=place,
        id=node.id,
        name=name,
        source=source.node[:60],
        remedy=remedy,
    )


def check_name(fields: Fields, what: str, name: str) -> None:
    """Raise LoadError unless a name has 1 to 200 characters."""
    if not 0 < len(name) <= MAX_NAME:
        raise LoadError(
            "{place}: the name of {what} must have 1 to {most} characters.",
            place=fields.place,
            what=what,
            most=MAX_NAME,
        )
