"""What type stands at the end of a link."""

from __future__ import annotations

from collections.abc import Mapping

from nodegraph.model.graph import Graph, Port, Source, Subgraph
from nodegraph.model.spec import NodeSpec, Param
from nodegraph.subgraphs.expand import is_instance, subgraph_spec


def spec_of(graph: Graph, type_id: str, specs: Mapping[str, NodeSpec]) -> NodeSpec | None:
    """The spec of a type, be it installed or a subgraph of this document; None if nobody knows it."""
    return subgraph_spec(graph, type_id, specs) if is_instance(type_id) else specs.get(type_id)


def output_type(graph: Graph, source: Source, specs: Mapping[str, NodeSpec]) -> str | None:
    """The type of an output, None if it is not known."""
    node = graph.nodes.get(source.node)
    spec = spec_of(graph, node.type, specs) if node else None
    output = spec.output(source.output) if spec else None
    return output.type if output else None


def input_type(graph: Graph, name: str, input_name: str, specs: Mapping[str, NodeSpec]) -> str | None:
    """The type that an input of node `name` takes, None if it is not known."""
    node = graph.nodes.get(name)
    spec = spec_of(graph, node.type, specs) if node else None
    return spec.input_type(input_name) if spec else None


def inner_param(graph: Graph, found: Subgraph, port: Port, specs: Mapping[str, NodeSpec]) -> Param | None:
    """The parameter inside a subgraph that a port exposes, with the range it has there; None for a socket."""
    node = found.nodes.get(port.node)
    spec = spec_of(graph, node.type, specs) if node else None
    return spec.param(port.port) if spec else None
