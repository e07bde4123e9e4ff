"""The spec by which a node is shown: its type's, its subgraph's, or a placeholder's that loses nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nodegraph.model.foreign import placeholder_spec
from nodegraph.model.graph import Graph, Node
from nodegraph.model.spec import NodeSpec
from nodegraph.subgraphs.expand import is_instance, subgraph_spec


def spec_of(
    node: Node, graph: Graph, specs: Mapping[str, NodeSpec], outputs: Iterable[str] = ()
) -> tuple[NodeSpec, bool]:
    """The spec to show `node` with, and whether its type is known; `outputs` are those that links use."""
    found = specs.get(node.type)
    if found is None and is_instance(node.type):
        found = subgraph_spec(graph, node.type, specs)
    return (found, True) if found is not None else (placeholder_spec(node, outputs), False)
