"""Edits of what a subgraph shows of itself outside: its ports, and which nodes share it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from nodegraph.analysis.starred import stars, view_with
from nodegraph.edits.base import check_text, node_of, same_value
from nodegraph.edits.nested import without_lost_ports
from nodegraph.edits.subgraphs import sources_changed
from nodegraph.model.expression_refs import param_renamed
from nodegraph.model.graph import Graph, Node, Port, Source, Subgraph, frozen
from nodegraph.subgraphs.expand import PREFIX, definition, is_instance
from nodegraph.support.errors import EditError
from nodegraph.support.messages import Phrase

MAX_NAME = 200
BY_PARAMETER = ("expressions", "seed_mode")
"""What a node keeps beside its values by the names of its parameters."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class AddPort:
    """Show an input, parameter or output of a node inside subgraph `name` on every node that stands for it."""

    name: str
    port: Port
    output: bool = False

    @property
    def title(self) -> str:
        """Expose steps."""
        return Phrase("Expose {port}", port=self.port.name)

    def apply(self, graph: Graph) -> Graph:
        """The graph with the port; raises EditError for a taken name and a node that is not there."""
        found = subgraph_of(graph, self.name)
        _check_free(found, self.port.name, self.output)
        node = found.nodes.get(self.port.node)
        if node is None:
            raise EditError(
                "Subgraph {name} has no node called {node!r}.", name=self.name, node=self.port.node
            )
        ports = found.outputs if self.output else found.inputs
        if any((p.node, p.port) == (self.port.node, self.port.port) for p in ports):
            raise EditError("{port} of {node} is exposed already.", port=self.port.port, node=self.port.node)
        if not self.output and node.inputs.get(self.port.port):
            raise EditError(
                "{port} of {node} is linked inside; cut that link to expose it.",
                port=self.port.port,
                node=self.port.node,
            )
        return with_ports(graph, found, (*ports, self.port), self.output)


@dataclass(frozen=True, slots=True)
class RemovePort:
    """Show a port of a subgraph no more; its links outside go, and the value that it has outside goes inside."""

    name: str
    port: str
    output: bool = False

    @property
    def title(self) -> str:
        """Hide steps."""
        return Phrase("Hide {port}", port=self.port)

    def apply(self, graph: Graph) -> Graph:
        """The graph without the port; raises EditError if there is none, and where its values outside differ."""
        found = subgraph_of(graph, self.name)
        ports = found.outputs if self.output else found.inputs
        port = port_of(found, self.port, self.output)
        if not self.output:
            found = _with_value_inside(graph, found, port)
        after = with_ports(graph, found, tuple(p for p in ports if p.name != self.port), self.output)
        return without_lost_ports(after, found, after.subgraphs[self.name])


@dataclass(frozen=True, slots=True)
class RenamePort:
    """Call a port of a subgraph otherwise; links, values, expressions and stars outside follow."""

    name: str
    port: str
    to: str
    output: bool = False

    @property
    def title(self) -> str:
        """Rename steps."""
        return Phrase("Rename {port}", port=self.port)

    def apply(self, graph: Graph) -> Graph:
        """The graph with the port so called; raises EditError for a taken name."""
        found = subgraph_of(graph, self.name)
        port_of(found, self.port, self.output)
        if self.to == self.port:
            return graph
        _check_free(found, self.to, self.output)
        ports = found.outputs if self.output else found.inputs
        renamed = tuple(replace(p, name=self.to) if p.name == self.port else p for p in ports)
        graph = with_ports(graph, found, renamed, self.output)
        change = self._source if self.output else self._instance
        subgraphs = {k: replace(s, nodes=change(s.nodes)) for k, s in graph.subgraphs.items()}
        view = self._stars(graph)
        return replace(graph, nodes=change(graph.nodes), subgraphs=frozen(subgraphs), view=view)

    def _instance(self, nodes: Mapping[str, Node]) -> Mapping[str, Node]:
        kind = PREFIX + self.name
        owners = [name for name, node in nodes.items() if node.type == kind]
        if not owners:
            return nodes
        named = {n: param_renamed(node, owners, self.port, self.to) for n, node in nodes.items()}
        return frozen({n: self._called(node) if node.type == kind else node for n, node in named.items()})

    def _called(self, node: Node) -> Node:
        """The node with what it holds under the old name under the new one."""

        def moved(found: Mapping[str, T]) -> dict[str, T]:
            return {self.to if key == self.port else key: value for key, value in found.items()}

        extra = {
            key: moved(value) if key in BY_PARAMETER and isinstance(value, Mapping) else value
            for key, value in node.extra.items()
        }
        return replace(node, inputs=moved(node.inputs), params=moved(node.params), extra=extra)

    def _stars(self, graph: Graph) -> Mapping[str, Any]:
        if self.output:
            return graph.view
        kind = PREFIX + self.name
        keys = [
            (node, self.to if name == self.port and graph.nodes[node].type == kind else name)
            for node, name in stars(graph)
        ]
        return graph.view if tuple(keys) == stars(graph) else view_with(graph, keys)

    def _source(self, nodes: Mapping[str, Node]) -> Mapping[str, Node]:
        instances = {name for name, node in nodes.items() if node.type == PREFIX + self.name}

        def moved(source: Source) -> Source:
            ours = source.node in instances and source.output == self.port
            return replace(source, output=self.to) if ours else source

        return frozen({name: _resourced(node, instances, moved) for name, node in nodes.items()})


@dataclass(frozen=True, slots=True)
class OrderPorts:
    """Show the ports of a subgraph in another order: `names` are all of them, `sections` their headings anew."""

    name: str
    names: tuple[str, ...]
    output: bool = False
    sections: tuple[str, ...] | None = None

    @property
    def title(self) -> str:
        """Reorder ports."""
        return Phrase("Reorder ports")

    def apply(self, graph: Graph) -> Graph:
        """The graph with the ports in that order; raises EditError where names are missing."""
        found = subgraph_of(graph, self.name)
        ports = {port.name: port for port in (found.outputs if self.output else found.inputs)}
        if sorted(self.names) != sorted(ports):
            raise EditError("To reorder the ports name each of them once.")
        ordered = [ports[name] for name in self.names]
        if self.sections is not None:
            ordered = [replace(port, section=s) for port, s in zip(ordered, self.sections, strict=True)]
        if ordered == list(ports.values()):
            return graph
        return with_ports(graph, found, tuple(ordered), self.output)


@dataclass(frozen=True, slots=True)
class MakeUnique:
    """Give a node that shares its subgraph with others one of its own, called `name`."""

    node: str
    name: str

    @property
    def title(self) -> str:
        """Make light unique."""
        return Phrase("Make {node} unique", node=self.node)

    def apply(self, graph: Graph) -> Graph:
        """The graph with the copy; raises EditError for a taken name and a node that is no subgraph."""
        check_text(Phrase("name of the subgraph"), self.name)
        node = node_of(graph, self.node)
        found = definition(graph, node.type) if is_instance(node.type) else None
        if found is None:
            raise EditError("Node {node} is no subgraph of this document.", node=self.node)
        if not 0 < len(self.name) <= MAX_NAME or self.name in graph.subgraphs:
            raise EditError(
                "There must be a name for the subgraph that is not taken: {name!r}.", name=self.name[:40]
            )
        copy = replace(found, name=self.name)
        graph = replace(graph, subgraphs=frozen({**graph.subgraphs, self.name: copy}))
        return graph.with_nodes([replace(node, type=PREFIX + self.name)])


def subgraph_of(graph: Graph, name: str) -> Subgraph:
    """The subgraph called `name`; raises EditError."""
    found = graph.subgraphs.get(name)
    if found is None:
        raise EditError("There is no subgraph called {name!r}.", name=name)
    return found


def port_of(found: Subgraph, name: str, output: bool) -> Port:
    """The port called `name`; raises EditError."""
    for port in found.outputs if output else found.inputs:
        if port.name == name:
            return port
    if output:
        raise EditError("Subgraph {subgraph} has no output called {name!r}.", subgraph=found.name, name=name)
    raise EditError("Subgraph {subgraph} has no input called {name!r}.", subgraph=found.name, name=name)


def free_port(found: Subgraph, port: Port, output: bool) -> Port:
    """`port` under its own name, or `node_name` and on where that is taken."""
    taken = {p.name for p in (found.outputs if output else found.inputs)}
    wanted, number = port.name, 1
    while wanted in taken:
        wanted = f"{port.node}_{port.name}" + (f"_{number}" if number > 1 else "")
        number += 1
    return replace(port, name=wanted)


def _check_free(found: Subgraph, name: str, output: bool) -> None:
    check_text(Phrase("name of the port"), name)
    ports = found.outputs if output else found.inputs
    if not 0 < len(name) <= MAX_NAME or any(port.name == name for port in ports):
        raise EditError("There must be a name for the port that is not taken: {name!r}.", name=name[:40])


def with_ports(graph: Graph, found: Subgraph, ports: tuple[Port, ...], output: bool) -> Graph:
    """The graph with other inputs or outputs of a subgraph."""
    changed = replace(found, outputs=ports) if output else replace(found, inputs=ports)
    return replace(graph, subgraphs=frozen({**graph.subgraphs, found.name: changed}))


def _resourced(node: Node, names: set[str], change: Callable[[Source], Source]) -> Node:
    if not any(source.node in names for sources in node.inputs.values() for source in sources):
        return node
    return sources_changed(node, change)


def _with_value_inside(graph: Graph, subgraph: Subgraph, port: Port) -> Subgraph:
    """The subgraph whose inner node holds the value that `port` has on the nodes outside, so that hiding it changes
    no result. Raises EditError where they hold different ones."""
    kind = PREFIX + subgraph.name
    levels = (graph.nodes, *(other.nodes for other in graph.subgraphs.values()))
    instances = [node for nodes in levels for node in nodes.values() if node.type == kind]
    inner = subgraph.nodes[port.node]
    kept = inner.params.get(port.port)
    values = [node.params.get(port.name, kept) for node in instances if not node.inputs.get(port.name)]
    if not values:
        return subgraph
    if any(not same_value(value, values[0]) for value in values):
        raise EditError(
            "The nodes that stand for {subgraph} hold different values of {port}; make them unique, or give them one "
            "value, before you hide it.",
            subgraph=subgraph.name,
            port=port.name,
        )
    if values[0] is None or same_value(values[0], kept):
        return subgraph
    changed = replace(inner, params={**inner.params, port.port: values[0]})
    return replace(subgraph, nodes=frozen({**subgraph.nodes, inner.id: changed}))
