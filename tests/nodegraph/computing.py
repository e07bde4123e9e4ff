"""Nodes whose parameters are computed."""

from __future__ import annotations

from nodegraph.model.graph import Graph, Node


def computed(
    name: str, kind: str = "EmptyLatent", /, _more: dict[str, object] | None = None, **texts: str
) -> Node:
    return Node(name, kind, params=_more or {}, extra={"expressions": texts})  # type: ignore[arg-type]  # plain values


def pair(text: str = "base.width / 2") -> Graph:
    return Graph.of(Node("base", "EmptyLatent", params={"width": 512}), computed("small", width=text))
