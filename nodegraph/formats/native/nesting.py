"""Subgraphs in subgraphs: no circles, and no few lines that unfold to millions of nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from nodegraph.model.graph import Node, Source, Subgraph
from nodegraph.model.traversal import cycle
from nodegraph.subgraphs.expand import MAX_CHARACTERS, MAX_DEPTH, MAX_NODES, PREFIX, is_instance
from nodegraph.support.errors import LoadError


def check_nesting(subgraphs: Mapping[str, Subgraph], place: str) -> None:
    """Raise LoadError if a subgraph contains itself, is nested too deep, or unfolds to too many nodes."""
    inner = {name: _instances(subgraph, subgraphs) for name, subgraph in subgraphs.items()}
    circle = cycle({name: _as_node(name, names) for name, names in inner.items()})
    if circle:
        raise LoadError(
            "{place}: subgraph {name!r} contains itself; remove the inner one.", place=place, name=circle[0]
        )
    sizes: dict[str, _Size] = {}
    waiting = list(subgraphs)
    while waiting:
        name = waiting[-1]
        missing = [] if name in sizes else [other for other in inner[name] if other not in sizes]
        if missing:
            waiting += missing
            continue
        waiting.pop()
        if name not in sizes:
            sizes[name] = _size(subgraphs[name], inner[name], sizes)
            _check_size(name, sizes[name], place)


class _Size(NamedTuple):
    """What a subgraph unfolds to: nodes, the characters of their ids, and how deep subgraphs stand in it."""

    nodes: int
    characters: int
    depth: int


def _instances(subgraph: Subgraph, known: Mapping[str, Subgraph]) -> dict[str, list[Node]]:
    """The nodes of a subgraph that stand for others, by what they stand for."""
    found: dict[str, list[Node]] = {}
    for node in subgraph.nodes.values():
        name = node.type.removeprefix(PREFIX) if is_instance(node.type) else ""
        if name in known:
            found.setdefault(name, []).append(node)
    return found


def _as_node(name: str, inner: Iterable[str]) -> Node:
    return Node(name, "", inputs={"": tuple(Source(other, "") for other in inner)})


def _size(subgraph: Subgraph, inner: Mapping[str, list[Node]], sizes: Mapping[str, _Size]) -> _Size:
    nodes, characters = len(subgraph.nodes), sum(map(len, subgraph.nodes))
    for name, instances in inner.items():
        nodes += len(instances) * sizes[name].nodes
        characters += len(instances) * sizes[name].characters
        # Each node inside is called `instance/inner`.
        characters += sum(len(node.id) + 1 for node in instances) * sizes[name].nodes
    return _Size(nodes, characters, 1 + max((sizes[name].depth for name in inner), default=0))


def _check_size(name: str, size: _Size, place: str) -> None:
    if size.nodes > MAX_NODES or size.characters > MAX_CHARACTERS:
        raise LoadError(
            "{place}: subgraph {name!r} unfolds to more than {most:,} nodes.",
            place=place,
            name=name,
            most=min(MAX_NODES, size.nodes - 1),
        )
    if size.depth > MAX_DEPTH:
        raise LoadError(
            "{place}: subgraph {name!r} is nested more than {most} deep.",
            place=place,
            name=name,
            most=MAX_DEPTH,
        )
