"""Limits of exposed parameters that cannot hold, and values inside a subgraph that lie beyond them."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from nodegraph.edits.exposure import SetLimits
from nodegraph.edits.nested import Inside
from nodegraph.edits.values import SetParam
from nodegraph.expressions.evaluate import evaluate_expressions
from nodegraph.model.expression_refs import expressions_of
from nodegraph.model.graph import Graph, Node, Port, Subgraph
from nodegraph.model.spec import NodeSpec, Param
from nodegraph.subgraphs.expand import MAX_DEPTH, definition, is_instance
from nodegraph.subgraphs.exposure import allowed, beyond, limits_fault, nearest_allowed, within
from nodegraph.subgraphs.lookup import inner_param, spec_of
from nodegraph.support.messages import Phrase
from nodegraph.validation.problem import Problem


@dataclass(frozen=True, slots=True)
class _Held:
    """Where an exposed parameter has its value: parameter `port.port` of node `port.node` in `within`."""

    within: Subgraph
    port: Port


class Levels:
    """The subgraphs of a document, each with its expressions evaluated and its inputs by name, when first asked for."""

    def __init__(self, graph: Graph, specs: Mapping[str, NodeSpec]) -> None:
        self.graph = graph
        self._specs = specs
        self._evaluated: dict[str, Graph] = {}
        self._inputs: dict[str, Mapping[str, Port]] = {}

    def evaluated(self, found: Subgraph) -> Graph:
        """The nodes of a subgraph with the values of their expressions."""
        if found.name not in self._evaluated:
            level = Graph(found.nodes, subgraphs=self.graph.subgraphs)
            self._evaluated[found.name] = evaluate_expressions(level, self._specs).graph
        return self._evaluated[found.name]

    def inputs(self, found: Subgraph) -> Mapping[str, Port]:
        """The inputs of a subgraph by name."""
        if found.name not in self._inputs:
            self._inputs[found.name] = {port.name: port for port in found.inputs}
        return self._inputs[found.name]


def exposure_problems(
    node: Node, spec: NodeSpec, levels: Levels, specs: Mapping[str, NodeSpec], fed: Container[tuple[str, str]]
) -> Iterator[Problem]:
    """What is wrong with the ranges that a subgraph exposes; `fed` are nodes and inputs another exposes in turn."""
    graph = levels.graph
    found = definition(graph, node.type) if is_instance(node.type) else None
    title = node.title or spec.title
    for port in found.inputs if found else ():
        if found is not None and port.limited and (fault := _fault(graph, found, port, specs)):
            reason = Phrase("{fault}; lift the limits or choose others.", fault=fault)
            yield Problem(node.id, port.name, title, reason, SetLimits(found.name, port.name, None, None))
            continue
        param = spec.param(port.name)
        if (
            found is not None
            and param is not None
            and (node.id, port.name) not in fed
            and not _own(node, port.name)
        ):
            held = _held(levels, found, port)
            if held is not None and (problem := _beyond(levels, held, param)):
                reason, fix = problem
                yield Problem(node.id, port.name, title, reason, fix)


def _fault(graph: Graph, found: Subgraph, port: Port, specs: Mapping[str, NodeSpec]) -> Phrase | None:
    param = inner_param(graph, found, port, specs)
    if param is not None:
        return limits_fault(param, port)
    inner = found.nodes.get(port.node)
    spec = spec_of(graph, inner.type, specs) if inner else None
    if spec is not None and spec.socket(port.port) is not None:
        return Phrase("{name} has limits and is no number", name=port.name)
    return None


def _own(node: Node, name: str) -> bool:
    """Whether the value is set, linked or computed on the node itself."""
    return name in node.params or bool(node.inputs.get(name)) or name in expressions_of(node)


def _held(levels: Levels, found: Subgraph, port: Port) -> _Held | None:
    """Follow a port inwards to where its value stands; None where it comes over a link or no limit is on the way."""
    limited = port.limited
    for _ in range(MAX_DEPTH):
        node = found.nodes.get(port.node)
        if node is None or node.inputs.get(port.port):
            return None
        deeper = definition(levels.graph, node.type) if is_instance(node.type) else None
        inner = levels.inputs(deeper).get(port.port) if deeper else None
        if deeper is None or inner is None or _own(node, port.port):
            break
        found, port = deeper, inner
        limited = limited or port.limited
    return _Held(found, port) if limited else None


def _beyond(levels: Levels, held: _Held, param: Param) -> tuple[Phrase, Inside] | None:
    level = levels.evaluated(held.within)
    value = level.nodes[held.port.node].params.get(held.port.port, param.default)
    if isinstance(value, str | bool) or value != value or within(param, value):
        return None
    reason = Phrase(
        "{name} is {value} inside ({node}.{port}), {beyond}; use {allowed} there, or change the limits.",
        name=param.name,
        value=value,
        node=held.port.node,
        port=held.port.port,
        beyond=beyond(param, value),
        allowed=allowed(param),
    )
    mended = SetParam(held.port.node, held.port.port, nearest_allowed(param, value))
    return reason, Inside(held.within.name, mended)
