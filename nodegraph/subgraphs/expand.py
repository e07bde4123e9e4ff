"""Graphs used as nodes: their spec, seen from outside, and their nodes laid out flat for running."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from nodegraph.model.expression_refs import with_expressions
from nodegraph.model.foreign import declared_spec, is_foreign
from nodegraph.model.graph import Graph, Node, Port, Source, Sources, Subgraph
from nodegraph.model.spec import ANY, PASS_THROUGH, SUBGRAPH, NodeSpec, Output, Param, Socket
from nodegraph.subgraphs.exposure import in_sections, seen_outside
from nodegraph.support.errors import GraphError

PREFIX = SUBGRAPH
PASSES = "passes"
"""Under which a node that passes on may keep the type that goes through it."""

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
    inside = _Inside(graph, found, specs, known)
    sockets: list[Socket] = []
    params: list[Param] = []
    outputs: list[Output] = []
    for port in found.inputs:
        spec = inside.spec(port.node)
        if spec and (socket := spec.socket(port.port)):
            sockets.append(replace(socket, name=port.name, type=inside.input_type(port, socket.type)))
        elif spec and (param := spec.param(port.port)):
            inner = found.nodes[port.node].params.get(port.port, param.default)
            params.append(seen_outside(param, port, inner))
        elif spec is None or inside.is_open(port.node):
            sockets.append(Socket(port.name, ANY, optional=True))
    for port in found.outputs:
        spec = inside.spec(port.node)
        if spec and (output := spec.output(port.port)):
            outputs.append(replace(output, name=port.name, type=inside.output_type(port, output.type)))
        elif spec is None or inside.is_open(port.node):
            outputs.append(Output(port.name, ANY))
    return NodeSpec(type_id, found.name, "subgraphs", 1, tuple(sockets), in_sections(params), tuple(outputs))


class _Inside:
    """The specs of the nodes of one subgraph, and what really stands behind a node that only passes on."""

    def __init__(
        self,
        graph: Graph,
        found: Subgraph,
        specs: Mapping[str, NodeSpec],
        known: dict[str, NodeSpec | None],
    ) -> None:
        self._graph = graph
        self._nodes = found.nodes
        self._specs = specs
        self._known = known

    def spec(self, name: str) -> NodeSpec | None:
        """The spec of a node; a kept node of ComfyUI's has the ports that its file states. None if unknown."""
        node = self._nodes.get(name)
        if node is None:
            return None
        return _spec(self._graph, node.type, self._specs, self._known) or declared_spec(node)

    def is_open(self, name: str) -> bool:
        """Whether a node's ports are not known for certain, so that any name may be one."""
        return name in self._nodes and is_foreign(self._nodes[name])

    def input_type(self, port: Port, own: str) -> str:
        """The type of an input: that of what a passing node feeds, where it takes anything."""
        return self._types.get(port.node, own) if own == ANY else own

    def output_type(self, port: Port, own: str) -> str:
        """The type of an output: that of what feeds a passing node, or of what else it feeds."""
        return self._types.get(port.node, own) if own == ANY else own

    @cached_property
    def _types(self) -> Mapping[str, str]:
        """The type of what goes through each passing node: as it says itself, or as its neighbours have it."""
        stated = {
            name: node.extra.get(PASSES) for name, node in self._nodes.items() if node.type == PASS_THROUGH
        }
        found = {name: kind for name, kind in stated.items() if isinstance(kind, str) and kind}
        passing = stated.keys() - found.keys()
        if not passing:
            return found
        for node in self._nodes.values():
            for name, sources in node.inputs.items():
                for source in sources:
                    if node.id in passing and (spec := self.spec(source.node)):
                        output = spec.output(source.output)
                        kind = output.type if output else ANY
                        found.update({node.id: kind} if kind != ANY else {})
                    elif source.node in passing and (spec := self.spec(node.id)):
                        kind = spec.input_type(name) or ANY
                        if kind != ANY:
                            found.setdefault(source.node, kind)
        return found
