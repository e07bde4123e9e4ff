"""Works out every expression of a graph: parameters computed from others, in the order in which they depend."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from nodegraph.expressions.arithmetic import FormulaError, Number, evaluate, names_in, sole_name
from nodegraph.expressions.scopes import Inner, Key
from nodegraph.model.expression_refs import expressions_of, reference
from nodegraph.model.graph import Graph, Node
from nodegraph.model.limits import scalar_fault
from nodegraph.model.spec import NodeSpec, Param, Scalar
from nodegraph.subgraphs.lookup import spec_of
from nodegraph.support.messages import Phrase
from nodegraph.support.suggestions import Suggestions, ending

NAMED = 8
"""Expressions of a circle that a sentence names."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an expression has no value: the end of a sentence. `meant` is an expression that would do."""

    node: str
    name: str
    reason: Phrase
    meant: str = ""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The graph with every expression's value put in, and those that have none; these keep their last value."""

    graph: Graph
    faults: tuple[Fault, ...] = ()


def evaluate_expressions(graph: Graph, specs: Mapping[str, NodeSpec]) -> Evaluated:
    """Work out the expressions; the same graph comes back where no value changes.

    A name without a dot is a parameter of the same node. In a flat graph the nodes of `instance/inner` name
    each other as they do inside their subgraph.
    """
    if not any(node.extra and expressions_of(node) for node in graph.nodes.values()):
        return Evaluated(graph)
    return _Settler(graph, specs).settled()


def with_expressions_evaluated(graph: Graph, specs: Mapping[str, NodeSpec]) -> Graph:
    """The graph with every expression's value put in, those inside its subgraphs as well."""
    after = evaluate_expressions(graph, specs).graph
    inner = {}
    for name, found in graph.subgraphs.items():
        nodes = evaluate_expressions(Graph(found.nodes, subgraphs=graph.subgraphs), specs).graph.nodes
        if nodes is not found.nodes:
            inner[name] = replace(found, nodes=nodes)
    return replace(after, subgraphs={**graph.subgraphs, **inner}) if inner else after


class _Fails(Exception):
    """An expression has no value; the reason, and what would do."""

    def __init__(self, reason: Phrase, meant: str = "") -> None:
        super().__init__(reason)
        self.reason, self.meant = reason, meant


class _Settler:
    def __init__(self, graph: Graph, specs: Mapping[str, NodeSpec]) -> None:
        self._graph = graph
        self._specs: dict[str, NodeSpec | None] = {}
        self._library = specs
        self._texts: dict[Key, str] = {
            (node.id, name): text
            for node in graph.nodes.values()
            if node.extra
            for name, text in expressions_of(node).items()
        }
        self._real = tuple(self._texts)
        self._inner = Inner(graph)
        self._found: dict[Key, Scalar] = {}
        self._faults: dict[Key, Fault] = {}
        self._now: Key = ("", "")
        self._suggestions = Suggestions()

    def settled(self) -> Evaluated:
        """Everything worked out."""
        for key in self._ordered():
            node, name = key
            try:
                self._found[key] = self._worked_out(key)
            except (_Fails, FormulaError) as error:
                wanted = error.meant if isinstance(error, _Fails) else ""
                reason = error.reason if isinstance(error, _Fails) else error.phrase
                self._faults[key] = Fault(node, name, reason, wanted)
        return Evaluated(
            self._changed(), tuple(self._faults[key] for key in self._real if key in self._faults)
        )

    def _ordered(self) -> list[Key]:
        """What depends on nothing first; what hangs on a circle has a fault and is left out."""
        needs = self._all_needs()
        users: dict[Key, list[Key]] = {}
        for key, found in needs.items():
            for needed in found:
                users.setdefault(needed, []).append(key)
        left = {key: set(found) for key, found in needs.items()}
        order = [key for key, found in left.items() if not found]
        for key in order:
            for user in users.get(key, ()):
                left[user].discard(key)
                if not left[user]:
                    order.append(user)
        done = set(order)
        self._refuse_circles({key: found - done for key, found in needs.items() if key not in done})
        return order

    def _all_needs(self) -> dict[Key, set[Key]]:
        """What each expression needs of others; those inside subgraphs that others ask for are found on the way."""
        needs: dict[Key, set[Key]] = {}
        waiting = list(self._texts)
        for key in waiting:
            needs[key] = found = set()
            for needed in self._needs(key):
                if needed not in self._texts:
                    text = self._inner.text(needed)
                    if text is None:
                        continue
                    self._texts[needed] = text
                    waiting.append(needed)
                found.add(needed)
        return needs

    def _refuse_circles(self, stuck: Mapping[Key, set[Key]]) -> None:
        """Put a fault at each expression that is on a circle, that lies between two, or that depends on one."""
        uses: Counter[Key] = Counter(needed for found in stuck.values() for needed in found)
        apart = [key for key in stuck if not uses[key]]
        for key in apart:
            for needed in stuck[key]:
                uses[needed] -= 1
                if not uses[needed]:
                    apart.append(needed)
        outside = set(apart)
        on_circle = [key for key in stuck if key not in outside]
        for key in stuck:
            reason = Phrase("is computed from values that have none; mend those first.")
            if key not in outside:
                # One more than are named: the expression itself may be among the first.
                others = [f"{n}.{p}" for n, p in on_circle[: NAMED + 1] if (n, p) != key][:NAMED]
                more = len(on_circle) - 1 - len(others)
                reason = Phrase("is computed from itself; give it a value.")
                if others:
                    names = ", ".join(others)
                    reason = Phrase(
                        "is computed from {others} and this from it; give one of them a value.",
                        others=Phrase("{names} and {count} more", names=names, count=more) if more else names,
                    )
            self._faults[key] = Fault(*key, reason)

    def _needs(self, key: Key) -> Iterator[Key]:
        try:
            names = names_in(self._texts[key])
        except FormulaError:
            return
        for name in names:
            yield self._key(key[0], name)

    def _key(self, node: str, name: str) -> Key:
        other, dot, param = name.rpartition(".")
        if not dot:
            return self._inner.place((node, name))
        around, slash, _ = node.rpartition("/")
        return self._inner.place((f"{around}{slash}{other}", param))

    def _worked_out(self, key: Key) -> Scalar:
        self._now = key
        node, text = self._inner.node(key[0]), self._texts[key]
        assert node is not None
        param = self._param(node, key[1])
        if param is None:
            near = self._suggestions.nearest(key[1], self._names(node))
            raise _Fails(
                Phrase("is no parameter of this node{ending}", ending=ending(near, Phrase("remove it")))
            )
        only = sole_name(text)
        value = self._value(key[0], only, text) if only else None
        if param.type == "Text":
            if not isinstance(value, str):
                raise _Fails(Phrase("is a text, which can only be taken over whole, as in “other.text”."))
            return value
        if isinstance(value, str):
            raise _Fails(Phrase("is a number, and {name} is a text; name a number.", name=only))
        found = evaluate(text, lambda name: self._number(key[0], name, text))
        return _held(param, found)

    def _number(self, node: str, name: str, text: str) -> Number:
        value = self._value(node, name, text)
        if isinstance(value, str):
            raise _Fails(Phrase("is computed from {name}, which is a text; name a number.", name=name))
        return int(value) if isinstance(value, bool) else value

    def _value(self, node: str, name: str, text: str) -> Scalar:
        """What a name stands for; raises _Fails."""
        key = self._key(node, name)
        if key in self._faults:
            raise _Fails(Phrase("is computed from {name}, which has no value; mend that first.", name=name))
        if key in self._found:
            return self._found[key]
        other = self._inner.node(key[0])
        if other is None:
            raise self._no_node(node, name, text)
        param = self._param(other, key[1])
        if param is None and key[1] not in other.params:
            raise self._no_param(other, name, text)
        if any(not source.muted for source in other.inputs.get(key[1], ())):
            raise _Fails(
                Phrase(
                    "is computed from {name}, whose value comes over a link and is not known yet.", name=name
                )
            )
        return other.params[key[1]] if param is None else other.params.get(key[1], param.default)

    def _no_node(self, node: str, name: str, text: str) -> _Fails:
        wanted, _, param = name.rpartition(".")
        near = self._suggestions.nearest(wanted, self._beside(node))
        better = text.replace(name, reference(near, param)) if near else ""
        return _Fails(
            Phrase(
                "is computed from {name}, and there is no node called {node}{ending}",
                name=name,
                node=wanted,
                ending=ending(near, Phrase("name another")),
            ),
            better,
        )

    def _beside(self, node: str) -> Iterator[str]:
        """The names of the nodes on the level of a node."""
        around, slash, _ = node.rpartition("/")
        inside = f"{around}{slash}"
        for other in self._graph.nodes:
            if other.startswith(inside) and "/" not in other[len(inside) :]:
                yield other[len(inside) :]

    def _no_param(self, other: Node, name: str, text: str) -> _Fails:
        wanted = name.rpartition(".")[2]
        names = [name for name in self._names(other) if (other.id, name) != self._now]
        near = self._suggestions.nearest(wanted, names)
        better = text.replace(name, f"{name.removesuffix(wanted)}{near}") if near else ""
        return _Fails(
            Phrase(
                "is computed from {name}, and {node} has no parameter called {param}{ending}",
                name=name,
                node=other.id,
                param=wanted,
                ending=ending(near, Phrase("name another")),
            ),
            better,
        )

    def _param(self, node: Node, name: str) -> Param | None:
        if node.type not in self._specs:
            self._specs[node.type] = spec_of(self._graph, node.type, self._library)
        spec = self._specs[node.type]
        return spec.param(name) if spec else None

    def _names(self, node: Node) -> list[str]:
        spec = self._specs.get(node.type)
        return [param.name for param in spec.params] if spec else list(node.params)

    def _changed(self) -> Graph:
        values: dict[str, dict[str, Scalar]] = {}
        for node, name in self._real:
            if (node, name) not in self._found:
                continue
            value = self._found[node, name]
            now = self._graph.nodes[node].params.get(name)
            if type(now) is not type(value) or now != value:
                values.setdefault(node, {})[name] = value
        return self._graph.with_nodes(_replaced(self._graph, values)) if values else self._graph


def _replaced(graph: Graph, values: Mapping[str, Mapping[str, Scalar]]) -> Iterable[Node]:
    for name, changed in values.items():
        node = graph.nodes[name]
        yield replace(node, params={**node.params, **changed})


def _held(param: Param, value: Number) -> Scalar:
    """The result as the parameter holds it; raises _Fails."""
    found: Scalar = value
    try:
        if param.type == "Int":
            found = value if isinstance(value, int) else math.floor(value + 0.5)
        elif param.type == "Float":
            found = float(value)
        elif param.type == "Bool":
            found = bool(value)
    except OverflowError:
        raise _Fails(Phrase("comes to more than a number can hold; make it smaller.")) from None
    fault = scalar_fault(found)
    if fault is not None:
        raise _Fails(Phrase("comes to {fault}; make it smaller.", fault=fault))
    return found
