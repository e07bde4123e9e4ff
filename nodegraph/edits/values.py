"""Edits of values: what is computed with them, and whether a node runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from nodegraph.edits.base import check_value, node_of, same_value, some
from nodegraph.expressions.arithmetic import LONGEST
from nodegraph.model.expression_refs import with_expressions
from nodegraph.model.graph import Graph, Mode, Node
from nodegraph.model.spec import Scalar
from nodegraph.support.errors import EditError
from nodegraph.support.messages import Phrase


@dataclass(frozen=True, slots=True)
class SetParam:
    """Set a parameter; None takes the value out, so that the default holds again."""

    node: str
    name: str
    value: Scalar | None

    @property
    def title(self) -> str:
        """Change steps of sampler."""
        if self.value is None:
            return Phrase("Reset {name} of {node}", name=self.name, node=self.node)
        return Phrase("Change {name} of {node}", name=self.name, node=self.node)

    def apply(self, graph: Graph) -> Graph:
        """The graph with the value; raises EditError for an unknown node and a value no file can hold."""
        node = node_of(graph, self.node)
        changed = _with_values(node, {self.name: self.value})
        return graph if changed is node else graph.with_nodes((changed,))


@dataclass(frozen=True, slots=True)
class SetParams:
    """Set parameters of one or more nodes: node -> name -> value, None for the default."""

    values: Mapping[str, Mapping[str, Scalar | None]]

    @property
    def title(self) -> str:
        """Change 3 values of sampler."""
        if len(self.values) == 1:
            ((node, values),) = self.values.items()
            name = next(iter(values)) if len(values) == 1 else Phrase("{count} values", count=len(values))
            return Phrase("Change {name} of {node}", name=name, node=node)
        return Phrase("Change {what}", what=some(self.values))

    def apply(self, graph: Graph) -> Graph:
        """The graph with the values; raises EditError for unknown nodes and values no file can hold."""
        changed = []
        for name, values in self.values.items():
            node = node_of(graph, name)
            after = _with_values(node, values)
            if after is not node:
                changed.append(after)
        return graph.with_nodes(changed) if changed else graph


@dataclass(frozen=True, slots=True)
class SetExpression:
    """Compute a parameter from others (see `expressions`); None keeps its value and forgets the expression."""

    node: str
    name: str
    text: str | None

    @property
    def title(self) -> str:
        """Compute width of size."""
        if self.text is None:
            return Phrase("Keep {name} of {node}", name=self.name, node=self.node)
        return Phrase("Compute {name} of {node}", name=self.name, node=self.node)

    def apply(self, graph: Graph) -> Graph:
        """The graph with the expression; raises EditError for an unknown node and a text no file can hold.

        What it comes to is worked out by `settle`.
        """
        node = node_of(graph, self.node)
        text = None if self.text is None else self.text.strip().removeprefix("=").strip()
        if text is not None:
            check_value(node.id, self.name, text)
            if not 0 < len(text) <= LONGEST:
                raise EditError(
                    "Node {id}: an expression has 1 to {most} characters.", id=node.id, most=LONGEST
                )
        changed = with_expressions(node, {self.name: text})
        return graph if changed is node else graph.with_nodes((changed,))


@dataclass(frozen=True, slots=True)
class SetMode:
    """Run nodes, mute them (their branch does not run) or bypass them (their inputs pass through)."""

    nodes: tuple[str, ...]
    mode: Mode

    @property
    def title(self) -> str:
        """Mute sampler."""
        verb = {"run": Phrase("Enable"), "mute": Phrase("Mute"), "bypass": Phrase("Bypass")}[self.mode]
        return Phrase("{verb} {what}", verb=verb, what=some(self.nodes))

    def apply(self, graph: Graph) -> Graph:
        """The graph with the nodes in that mode; raises EditError for unknown nodes."""
        nodes = [node_of(graph, name) for name in self.nodes]
        changed = [replace(node, mode=self.mode) for node in nodes if node.mode != self.mode]
        return graph.with_nodes(changed) if changed else graph


def _with_values(node: Node, values: Mapping[str, Scalar | None]) -> Node:
    """A value that is set takes the place of an expression."""
    node = with_expressions(node, dict.fromkeys(values))
    params = dict(node.params)
    for name, value in values.items():
        if value is None:
            params.pop(name, None)
        else:
            check_value(node.id, name, value)
            params[name] = value
    same = params.keys() == node.params.keys() and all(
        same_value(params[k], v) for k, v in node.params.items()
    )
    return node if same else replace(node, params=MappingProxyType(params))
