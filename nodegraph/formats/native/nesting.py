"""Subgraphs in subgraphs: no circles, and no few lines that unfold to millions of nodes."""

from __future__ import annotations

from collections.abc import Mapping

from nodegraph.model.graph import Node, Source, Subgraph
from nodegraph.model.traversal import cycle
from nodegraph.subgraphs.expand import MAX_DEPTH, MAX_NODES, PREFIX, is_instance
from nodegraph.support.errors import LoadError


def check_nesting(subgraphs: Mapping[str, Subgraph], place: str) -> None:
    """Raise LoadError if a subgraph contains itself, is nested too deep, or unfolds to too many nodes."""
    inner = {name: _instances(subgraph, subgraphs) for name, subgraph in subgraphs.items()}
    circle = cycle({name: _as_node(name, names) for name, names in inner.items()})
    if circle:
        raise LoadError(
            "{place}: subgraph {name!r} contains itself; remove the inner one.", place=place, name=circle[0]
        )
    sizes: dict[str, tuple[int, int]] = {}
    waiting = list(subgraphs)
    while waiting:
        name = waiting[-1]
        missing = [other for other in inner[name] if other not in sizes]
        if name in sizes or not missing:
            waiting.pop()
            sizes[name] = _size(subgraphs[name], inner[name], sizes)
            _check_size(name, *sizes[name], place)
        else:
            waiting += missing


def _instances(subgraph: Subgraph, known: Mapping[str, Subgraph]) -> list[str]:
    names = (n.type.removeprefix(PREFIX) for n in subgraph.nodes.values() if is_instance(n.type))
    return [name for name in names if name in known]


def _as_node(name: str, inner: list[str]) -> Node:
    return Node(name, "", inputs={"": tuple(Source(other, "") for other in dict.fromkeys(inner))})


def _size(subgraph: Subgraph, inner: list[str], sizes: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    nodes = len(subgraph.nodes) + sum(sizes[name][0] for name in inner)
    return nodes, 1 + max((sizes[name][1] for name in inner), default=0)


def _check_size(name: str, nodes: int, depth: int, place: str) -> None:
    if nodes > MAX_NODES:
        raise LoadError(
            "{place}: subgraph {name!r} unfolds to more than {most:,} nodes.",
            place=place,
            name=name,
            most=MAX_NODES,
        )
    if depth > MAX_DEPTH:
        raise LoadError(
            "{place}: subgraph {name!r} is nested more than {most} deep.",
            place=place,
            name=name,
            most=MAX_DEPTH,
        )
