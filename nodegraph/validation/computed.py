"""Expressions that have no value, as problems on the parameters that they are to give one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nodegraph.edits.values import SetExpression
from nodegraph.expressions.evaluate import Fault
from nodegraph.model.graph import Graph
from nodegraph.model.spec import NodeSpec
from nodegraph.subgraphs.lookup import spec_of
from nodegraph.support.messages import Phrase
from nodegraph.validation.problem import Problem


def expression_problems(
    graph: Graph, faults: Iterable[Fault], specs: Mapping[str, NodeSpec]
) -> list[Problem]:
    """One problem for each fault of a node that runs; the fix puts right a name, or keeps the last value."""
    found = []
    for fault in faults:
        node = graph.nodes[fault.node]
        if node.mode != "run" or any(not source.muted for source in node.inputs.get(fault.name, ())):
            continue
        spec = spec_of(graph, node.type, specs)
        title = node.title or (spec.title if spec else node.type)
        reason = fault.reason
        if not reason.startswith("“"):
            reason = Phrase("{name} {reason}", name=fault.name, reason=reason)
        fix = SetExpression(node.id, fault.name, fault.meant or None)
        found.append(Problem(node.id, fault.name, title, reason, fix))
    return found
