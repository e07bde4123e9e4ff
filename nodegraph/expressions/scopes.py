"""What a name means across the edge of a subgraph: a value set outside, or one that stands or is computed inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from nodegraph.model.expression_refs import expressions_of
from nodegraph.model.graph import Graph, Node, Port, Subgraph
from nodegraph.subgraphs.expand import MAX_DEPTH, definition, is_instance

Key = tuple[str, str]
"""A node and one of its parameters; a node inside an instance is called `instance/inner`."""


class _Ports(NamedTuple):
    """The inputs of a subgraph by their names, and by the node and parameter they lead to, the last first."""

    by_name: Mapping[str, Port]
    by_target: Mapping[Key, Sequence[Port]]


class Inner:
    """The nodes of a graph and those inside its instances, each looked up when it is asked for."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._nodes: dict[str, Node | None] = {}
        self._ports: dict[str, _Ports] = {}

    def node(self, path: str) -> Node | None:
        """The node of that name; None for one that is not there."""
        found = self._graph.nodes.get(path)
        if found is not None or "/" not in path:
            return found
        if path not in self._nodes:
            self._nodes[path] = self._inside(path)
        return self._nodes[path]

    def text(self, key: Key) -> str | None:
        """The expression of a parameter inside an instance; None where it has none."""
        node = self.node(key[0])
        return expressions_of(node).get(key[1]) if node is not None and node.extra else None

    def place(self, key: Key) -> Key:
        """Where the value of a parameter is set or computed: outside, where an instance has it, else inside."""
        node = self.node(key[0])
        if node is None or ("/" not in key[0] and not is_instance(node.type)):
            return key
        place = self._set_at(key)
        for _ in range(MAX_DEPTH):
            node = self.node(key[0])
            if place is not None or node is None:
                break
            found = definition(self._graph, node.type) if is_instance(node.type) else None
            port = self._ports_of(found).by_name.get(key[1]) if found else None
            if port is None:
                break
            key = (f"{key[0]}/{port.node}", port.port)
            place = self._set_at(key)
        return place or key

    def _ports_of(self, found: Subgraph) -> _Ports:
        if found.name not in self._ports:
            by_target: dict[Key, list[Port]] = {}
            for port in reversed(found.inputs):
                by_target.setdefault((port.node, port.port), []).append(port)
            by_name = {port.name: port for port in reversed(found.inputs)}
            self._ports[found.name] = _Ports(by_name, by_target)
        return self._ports[found.name]

    def _inside(self, path: str) -> Node | None:
        around, _, name = path.rpartition("/")
        parent = self.node(around) if path.count("/") <= MAX_DEPTH else None
        found = definition(self._graph, parent.type) if parent and is_instance(parent.type) else None
        inner = found.nodes.get(name) if found else None
        return replace(inner, id=path) if inner is not None else None

    def _set_at(self, key: Key) -> Key | None:
        """The outermost place that holds a value, a link or an expression for a parameter; None where none does."""
        path, name = key
        around, slash, inner = path.rpartition("/")
        parent = self.node(around) if slash and path not in self._graph.nodes else None
        found = definition(self._graph, parent.type) if parent is not None else None
        for port in self._ports_of(found).by_target.get((inner, name), ()) if found else ():
            above = self._set_at((around, port.name))
            if above is not None:
                return above
        node = self.node(path)
        if node is None:
            return None
        linked = any(not source.muted for source in node.inputs.get(name, ()))
        return key if linked or name in node.params or name in expressions_of(node) else None
