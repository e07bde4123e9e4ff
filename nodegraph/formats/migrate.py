"""Old files made new: one small function for each step of the format and of a node type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from nodegraph.model.graph import Graph, Node, Port, Source, Subgraph, frozen
from nodegraph.support.errors import DefinitionError, LoadError

T = TypeVar("T")

FORMAT_VERSION = 1
"""The version of the files that are written."""

FormatStep = Callable[[dict[str, Any]], dict[str, Any]]

FORMAT_STEPS: dict[int, FormatStep] = {}
"""For each older format version, what makes a file of the next one out of it."""


@dataclass(frozen=True, slots=True)
class NodeStep:
    """Brings a node of `type` from `version` to the next.

    `inputs` (sockets and parameters) and `outputs` map old names to new ones; `change` does the rest after that.
    """

    type: str
    version: int
    inputs: Mapping[str, str] = field(default_factory=frozen)
    outputs: Mapping[str, str] = field(default_factory=frozen)
    change: Callable[[Node], Node] = lambda node: node


NodeSteps = Mapping[tuple[str, int], NodeStep]

NODE_STEPS: dict[tuple[str, int], NodeStep] = {}
"""Every known step, by type and the version it starts from."""


def add_step(step: NodeStep) -> None:
    """Register a step; raises DefinitionError if there is another for the same version."""
    if NODE_STEPS.setdefault((step.type, step.version), step) is not step:
        raise DefinitionError(f"node type {step.type} has two steps from version {step.version}.")


def migrated(
    data: dict[str, Any],
    place: str,
    steps: Mapping[int, FormatStep] = FORMAT_STEPS,
    newest: int = FORMAT_VERSION,
) -> dict[str, Any]:
    """The file's data in the newest format; raises LoadError for a version that is newer, or none."""
    version = data.get("version")
    if type(version) is not int or version < 1:
        raise LoadError(
            "{place}: 'version' must be the format's version, a whole number from 1.", place=place
        )
    if version > newest:
        raise LoadError(
            "{place}: saved by a newer nodegraph (format version {version}, this one reads up to {newest}); "
            "update nodegraph.",
            place=place,
            version=version,
            newest=newest,
        )
    for step in range(version, newest):
        data = {**steps[step](data), "version": step + 1}
    return data


def upgraded(graph: Graph, steps: NodeSteps = NODE_STEPS) -> Graph:
    """The graph with every node as new as the known steps make it; the same graph if nothing is to be done."""
    if not steps:
        return graph
    nodes, _ = _upgraded(graph.nodes, steps)
    subgraphs = {name: _subgraph(subgraph, steps) for name, subgraph in graph.subgraphs.items()}
    if nodes is graph.nodes and all(subgraphs[name] is graph.subgraphs[name] for name in subgraphs):
        return graph
    return replace(graph, nodes=nodes, subgraphs=frozen(subgraphs))


def _subgraph(subgraph: Subgraph, steps: NodeSteps) -> Subgraph:
    nodes, renamed = _upgraded(subgraph.nodes, steps)
    if nodes is subgraph.nodes:
        return subgraph
    return replace(
        subgraph,
        nodes=nodes,
        inputs=tuple(_port(port, renamed, 0) for port in subgraph.inputs),
        outputs=tuple(_port(port, renamed, 1) for port in subgraph.outputs),
    )


Names = Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]]
"""For a node, the new names of its inputs and of its outputs."""


def _upgraded(nodes: Mapping[str, Node], steps: NodeSteps) -> tuple[Mapping[str, Node], Names]:
    changed: dict[str, Node] = {}
    names: dict[str, tuple[Mapping[str, str], Mapping[str, str]]] = {}
    for node in nodes.values():
        after, inputs, outputs = node, dict[str, str](), dict[str, str]()
        while step := steps.get((after.type, after.version)):
            after = _stepped(after, step)
            inputs, outputs = _then(inputs, step.inputs), _then(outputs, step.outputs)
        if after is not node:
            changed[node.id] = after
            names[node.id] = inputs, outputs
    if not changed:
        return nodes, names
    return frozen({name: _relinked(changed.get(name, node), names) for name, node in nodes.items()}), names


def _stepped(node: Node, step: NodeStep) -> Node:
    renamed = replace(node, params=_keys(node.params, step.inputs), inputs=_keys(node.inputs, step.inputs))
    return replace(step.change(renamed), id=node.id, version=step.version + 1)


def _keys(mapping: Mapping[str, T], names: Mapping[str, str]) -> dict[str, T]:
    return {names.get(key, key): value for key, value in mapping.items()}


def _then(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    later = {old: new for old, new in second.items() if old not in first.values()}
    return {**later, **{old: second.get(new, new) for old, new in first.items()}}


def _relinked(node: Node, names: Names) -> Node:
    if not any(s.node in names for sources in node.inputs.values() for s in sources):
        return node
    inputs = {key: tuple(_source(s, names) for s in sources) for key, sources in node.inputs.items()}
    return replace(node, inputs=inputs)


def _source(source: Source, names: Names) -> Source:
    if source.node not in names:
        return source
    return replace(source, output=names[source.node][1].get(source.output, source.output))


def _port(port: Port, names: Names, side: int) -> Port:
    return (
        replace(port, port=names[port.node][side].get(port.port, port.port)) if port.node in names else port
    )
