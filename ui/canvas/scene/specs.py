"""The spec by which a node is shown: its type's, its subgraph's, or a placeholder's that loses nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nodegraph.model.graph import Graph, Node
from nodegraph.model.spec import ANY, NodeSpec, Output, Param, Scalar, Socket
from nodegraph.subgraphs.expand import is_instance, subgraph_spec


def spec_of(
    node: Node, graph: Graph, specs: Mapping[str, NodeSpec], outputs: Iterable[str] = ()
) -> tuple[NodeSpec, bool]:
    """The spec to show `node` with, and whether its type is known; `outputs` are those that links use."""
    found = specs.get(node.type)
    if found is None and is_instance(node.type):
        found = subgraph_spec(graph, node.type, specs)
    return (found, True) if found is not None else (placeholder(node, outputs), False)


def placeholder(node: Node, outputs: Iterable[str]) -> NodeSpec:
    """A spec made from what the node holds: its values, its links, and the outputs that are used."""
    return NodeSpec(
        node.type,
        node.type,
        "unknown",
        sockets=tuple(
            Socket(name, ANY, optional=True, variadic=len(sources) > 1)
            for name, sources in node.inputs.items()
            if name not in node.params
        ),
        params=tuple(_param(name, value) for name, value in node.params.items()),
        outputs=tuple(Output(name, ANY) for name in sorted(set(outputs))),
    )


def _param(name: str, value: Scalar) -> Param:
    kind = {bool: "Bool", int: "Int", float: "Float"}.get(type(value), "Text")
    return Param(name, kind, value)
