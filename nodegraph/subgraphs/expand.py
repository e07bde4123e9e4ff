"""Graphs used as nodes: their spec, seen from outside, and their nodes laid out flat for running."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from nodegraph.model.expression_refs import with_expressions
from nodegraph.model.graph import Graph, Node, Port, Source, Sources, Subgraph
from nodegraph.model.spec import NodeSpec, Output, Param, Socket
from nodegraph.subgraphs.exposure import in_sections, seen_outside
from nodegraph.support.errors import GraphError

PREFIX = "subgraph/"
MAX_DEPTH = 32
MAX_NODES = 50_000
"""Nodes that a subgraph may unfold to: few lines of a file can ask for any number."""
MAX_CHARACTERS = 8_000_000
"""Characters of the ids of these nodes together, each called `instance/instance/inner`."""


def is_instance(type_id: str) -> bool:
    """Whether a node of this type stands for a subgraph of the document."""
    return type_id.startswith(PREFIX)


def definition(graph: Graph, type_id: str) -> Subgraph | None:
    """The subgraph an instance type names, or None."""
    return graph.subgraphs.get(type_id.removeprefix(PREFIX))


def uses(graph: Graph) -> Counter[str]:
    """How many nodes of a document, inside subgraphs too, stand for each subgraph."""
    nodes = [*graph.nodes.values(), *(n for s in graph.subgraphs.values() for n in s.nodes.values())]
    return Counter(node.type.removeprefix(PREFIX) for node in nodes if is_instance(node.type))


Limits = Mapping[tuple[str, str], tuple[Port, ...]]
"""The ports that limit a parameter of a node, from the inside outwards."""


def flatten(graph: Graph) -> Graph:
    """The graph with every running instance replaced by its inner nodes, called `instance/inner`.

    Muted and bypassed instances stay as they are. Raises GraphError for an unknown or self-containing subgraph.
    """
    return unfolded(graph)[0]


def unfolded(graph: Graph) -> tuple[Graph, Limits]:
    """What `flatten` gives, and the limits that the instances set to the parameters of their inner nodes."""
    nodes = dict(graph.nodes)
    size = sum(map(len, nodes))
    limits: dict[tuple[str, str], tuple[Port, ...]] = {}
    for _ in range(MAX_DEPTH):
        instances = [n for n in nodes.values() if is_instance(n.type) and n.mode == "run"]
        if not instances:
            flat = graph if nodes.keys() == graph.nodes.keys() else replace(graph, nodes=nodes)
            return flat, limits
        characters = sum(map(len, nodes))
        for instance in instances:
            characters += _expand(graph, nodes, limits, instance)
            if len(nodes) > MAX_NODES + len(graph.nodes) or characters > MAX_CHARACTERS + size:
                raise GraphError(
                    "Subgraphs unfold to more than {most} nodes; use fewer instances.", most=MAX_NODES
                )
        outputs = {i.id: _outputs(graph, i) for i in instances}
        nodes = {n.id: _relinked(n, outputs) for n in nodes.values()}
    raise GraphError("Subgraphs are nested deeper than {most}; one of them contains itself.", most=MAX_DEPTH)


def _definition(graph: Graph, instance: Node) -> Subgraph:
    found = definition(graph, instance.type)
    if found is None:
        raise GraphError(
            "Node {id}: there is no subgraph called {name!r}.",
            id=instance.id,
            name=instance.type.removeprefix(PREFIX),
        )
    return found


def _expand(
    graph: Graph, nodes: dict[str, Node], limits: dict[tuple[str, str], tuple[Port, ...]], instance: Node
) -> int:
    """Put the nodes of a subgraph in the place of an instance; returns how many characters their ids have."""
    found = _definition(graph, instance)
    del nodes[instance.id]
    characters = 0
    around = f"{instance.id}/"
    ports: dict[str, list[Port]] = {}
    for port in found.inputs:
        ports.setdefault(port.node, []).append(port)
    for inner in found.nodes.values():
        name = around + inner.id
        characters += len(name)
        inputs = {
            key: tuple(replace(s, node=around + s.node) for s in sources)
            for key, sources in inner.inputs.items()
        }
        params, computed = dict(inner.params), dict[str, None]()
        for port in ports.get(inner.id, ()):
            outside = limits.pop((instance.id, port.name), ())
            if port.limited or outside:
                limits[name, port.port] = ((port,) if port.limited else ()) + outside
            if port.name in instance.inputs:
                inputs[port.port] = instance.inputs[port.name]
            elif port.name in instance.params:
                # What is set outside goes before what is computed inside.
                computed[port.port] = None
                params[port.port] = instance.params[port.name]
        moved = replace(inner, id=name, inputs=inputs, params=params)
        nodes[name] = with_expressions(moved, computed) if computed else moved
    return characters


def _outputs(graph: Graph, instance: Node) -> Mapping[str, tuple[str, str]]:
    found = _definition(graph, instance)
    return {port.name: (f"{instance.id}/{port.node}", port.port) for port in found.outputs}


def _relinked(node: Node, outputs: Mapping[str, Mapping[str, tuple[str, str]]]) -> Node:
    if not any(s.node in outputs for sources in node.inputs.values() for s in sources):
        return node
    inputs: dict[str, Sources] = {}
    for name, sources in node.inputs.items():
        inputs[name] = tuple(_moved(source, outputs) for source in sources)
    return replace(node, inputs=inputs)


def _moved(source: Source, outputs: Mapping[str, Mapping[str, tuple[str, str]]]) -> Source:
    if source.node not in outputs:
        return source
    inside = outputs[source.node].get(source.output)
    if inside is None:
        raise GraphError(
            "Node {node}: its subgraph has no output called {output!r}.",
            node=source.node,
            output=source.output,
        )
    return replace(source, node=inside[0], output=inside[1])


class _Seen(NamedTuple):
    """What the subgraphs of one document look like from outside, by type; `type_count` is how many types there were."""

    subgraphs: Mapping[str, Subgraph]
    specs: Mapping[str, NodeSpec]
    type_count: int
    found: dict[str, NodeSpec | None]


_last: _Seen | None = None
"""The document asked about last: its subgraphs are read-only, and each of its many instances asks for the same."""


def subgraph_spec(graph: Graph, type_id: str, specs: Mapping[str, NodeSpec]) -> NodeSpec | None:
    """What an instance looks like from outside: the ports it offers with their inner types; None if unknown."""
    global _last
    seen = _last
    if (
        seen is None
        or seen.subgraphs is not graph.subgraphs
        or seen.specs is not specs
        or seen.type_count != len(specs)
    ):
        seen = _last = _Seen(graph.subgraphs, specs, len(specs), {})
    return _spec(graph, type_id, specs, seen.found)


def _spec(
    graph: Graph, type_id: str, specs: Mapping[str, NodeSpec], known: dict[str, NodeSpec | None]
) -> NodeSpec | None:
    if not is_instance(type_id):
        return specs.get(type_id)
    # Each definition is read once, however many ports lead to it; one that holds itself is unknown within.
    if type_id not in known:
        known[type_id] = None
        found = definition(graph, type_id)
        known[type_id] = _seen_from_outside(graph, type_id, found, specs, known) if found else None
    return known[type_id]


def _seen_from_outside(
    graph: Graph,
    type_id: str,
    found: Subgraph,
    specs: Mapping[str, NodeSpec],
    known: dict[str, NodeSpec | None],
) -> NodeSpec:
    sockets: list[Socket] = []
    params: list[Param] = []
    outputs: list[Output] = []
    for port in found.inputs:
        spec = _inner(graph, found, port.node, specs, known)
        if spec and (socket := spec.socket(port.port)):
            sockets.append(replace(socket, name=port.name))
        elif spec and (param := spec.param(port.port)):
            inner = found.nodes[port.node].params.get(port.port, param.default)
            params.append(seen_outside(param, port, inner))
    for port in found.outputs:
        spec = _inner(graph, found, port.node, specs, known)
        if spec and (output := spec.output(port.port)):
            outputs.append(replace(output, name=port.name))
    return NodeSpec(type_id, found.name, "subgraphs", 1, tuple(sockets), in_sections(params), tuple(outputs))


def _inner(
    graph: Graph,
    found: Subgraph,
    name: str,
    specs: Mapping[str, NodeSpec],
    known: dict[str, NodeSpec | None],
) -> NodeSpec | None:
    node = found.nodes.get(name)
    return _spec(graph, node.type, specs, known) if node else None
