"""Edits of what is inside a subgraph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nodegraph.edits.base import Edit, check_pictures
from nodegraph.edits.subgraphs import sources_changed
from nodegraph.model.graph import Graph, Node, Port, Source, Subgraph, frozen
from nodegraph.model.traversal import cycle
from nodegraph.subgraphs.expand import PREFIX, is_instance
from nodegraph.support.errors import EditError


@dataclass(frozen=True, slots=True)
class Inside:
    """Apply an edit to the inside of subgraph `name`. Ports whose node goes are taken out, with outer links."""

    name: str
    edit: Edit

    @property
    def title(self) -> str:
        """The title of the inner edit."""
        return self.edit.title

    def apply(self, graph: Graph) -> Graph:
        """The graph with the subgraph changed; raises EditError."""
        found = graph.subgraphs.get(self.name)
        if found is None:
            raise EditError("There is no subgraph called {name!r}.", name=self.name)
        before = found.level(graph.subgraphs)
        after = self.edit.apply(before)
        if after is before:
            return graph
        renamed = _renamed(before, after)
        inputs, outputs = (_kept(ports, after, renamed) for ports in (found.inputs, found.outputs))
        changed = replace(
            found, nodes=after.nodes, inputs=inputs, outputs=outputs, frames=after.frames, notes=after.notes
        )
        subgraphs = {**after.subgraphs, self.name: changed}
        if after.notes is not before.notes:
            check_pictures(replace(graph, subgraphs=subgraphs))
        _check_nesting(subgraphs)
        return without_lost_ports(replace(graph, subgraphs=frozen(subgraphs)), found, changed)


def _renamed(before: Graph, after: Graph) -> dict[str, str]:
    """The new name of a node that was renamed: one went, one came, in the same place."""
    if len(before.nodes) != len(after.nodes):
        return {}
    pairs = zip(before.nodes.items(), after.nodes.items(), strict=True)
    return {
        old: new
        for (old, was), (new, now) in pairs
        if old != new and old not in after.nodes and replace(was, id=new) == now
    }


def _kept(ports: tuple[Port, ...], after: Graph, renamed: Mapping[str, str]) -> tuple[Port, ...]:
    moved = (replace(port, node=renamed.get(port.node, port.node)) for port in ports)
    return tuple(port for port in moved if port.node in after.nodes)


def _check_nesting(subgraphs: Mapping[str, Subgraph]) -> None:
    inner = {
        name: Node(name, "", inputs={"": tuple(Source(other, "") for other in _used_by(found))})
        for name, found in subgraphs.items()
    }
    if cycle(inner):
        raise EditError("A subgraph cannot contain itself.")


def _used_by(found: Subgraph) -> set[str]:
    return {node.type.removeprefix(PREFIX) for node in found.nodes.values() if is_instance(node.type)}


def without_lost_ports(graph: Graph, before: Subgraph, after: Subgraph) -> Graph:
    """The graph without the links and values of ports that `before` had and `after` has not."""
    lost_inputs = {port.name for port in before.inputs} - {port.name for port in after.inputs}
    lost_outputs = {port.name for port in before.outputs} - {port.name for port in after.outputs}
    if not lost_inputs and not lost_outputs:
        return graph
    kind = PREFIX + before.name
    subgraphs = {
        name: replace(found, nodes=_trimmed(found.nodes, kind, lost_inputs, lost_outputs))
        for name, found in graph.subgraphs.items()
    }
    nodes = _trimmed(graph.nodes, kind, lost_inputs, lost_outputs)
    return replace(graph, nodes=nodes, subgraphs=frozen(subgraphs))


def _trimmed(nodes: Mapping[str, Node], kind: str, inputs: set[str], outputs: set[str]) -> Mapping[str, Node]:
    instances = {name for name, node in nodes.items() if node.type == kind}
    changed = {}
    for name, node in nodes.items():
        if name in instances:
            kept = {key: sources for key, sources in node.inputs.items() if key not in inputs}
            params = {key: value for key, value in node.params.items() if key not in inputs}
            node = replace(node, inputs=kept, params=params)
        if any(s.node in instances and s.output in outputs for ss in node.inputs.values() for s in ss):
            node = sources_changed(node, lambda s: None if s.node in instances and s.output in outputs else s)
        changed[name] = node
    return frozen(changed)
