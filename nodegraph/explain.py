"""A workflow in plain words: a walk through its nodes in the order in which they run."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nodegraph.expressions import expressions_of
from nodegraph.graph import Graph, Node
from nodegraph.lookup import spec_of
from nodegraph.settle import settled
from nodegraph.spec import NodeSpec, Param, Scalar

LONGEST = 400
"""Characters of a text value that are told; the rest is only counted."""


@dataclass(frozen=True, slots=True)
class Step:
    """One node: `number` counts from 1, `lines` are whole sentences. `node` is its id."""

    number: int
    node: str
    title: str
    lines: tuple[str, ...]


def explain(graph: Graph, specs: Mapping[str, NodeSpec]) -> str:
    """The walk as text: one numbered paragraph a node, for reading, for screen readers and for sharing."""
    steps = walk(graph, specs)
    if not steps:
        return "This workflow is empty.\n"
    count = "one step" if len(steps) == 1 else f"{len(steps)} steps"
    parts = [f"This workflow has {count}."]
    for step in steps:
        parts.append("\n".join([f"{step.number}. {step.title}", *(f"   {line}" for line in step.lines)]))
    return "\n\n".join(parts) + "\n"


def markdown(graph: Graph, specs: Mapping[str, NodeSpec]) -> str:
    """The walk as Markdown: a numbered list, one item a node."""
    steps = walk(graph, specs)
    if not steps:
        return "This workflow is empty.\n"
    parts = []
    for step in steps:
        lines = (_escaped(line) for line in step.lines)
        parts.append(
            "\n".join([f"{step.number}. **{_escaped(step.title)}**", *(f"   {line}" for line in lines)])
        )
    return "\n".join(parts) + "\n"


def walk(graph: Graph, specs: Mapping[str, NodeSpec]) -> list[Step]:
    """The steps of `explain`: every node after all that feed it; nodes on a circle stand at the end."""
    graph = settled(graph, specs)
    order = _ordered(graph)
    numbers = {name: at for at, name in enumerate(order, 1)}
    found = []
    for name in order:
        node = graph.nodes[name]
        spec = spec_of(graph, node.type, specs)
        title = node.title or (spec.title if spec else node.type)
        found.append(Step(numbers[name], name, title, tuple(_lines(graph, node, spec, specs, numbers))))
    return found


def _escaped(text: str) -> str:
    """Text in which Markdown finds nothing to do."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", text)


def _ordered(graph: Graph) -> list[str]:
    """Sources first; among those that could come next, the one furthest to the upper left."""
    waiting = {name: _feeding(graph, name) for name in graph.nodes}
    ready = [(*graph.nodes[name].pos, name) for name, needs in waiting.items() if not needs]
    heapq.heapify(ready)
    order: list[str] = []
    while ready:
        name = heapq.heappop(ready)[2]
        order.append(name)
        for target in dict.fromkeys(link.target for link in graph.consumers.get(name, ())):
            needs = waiting[target]
            if name in needs:
                needs.discard(name)
                if not needs:
                    heapq.heappush(ready, (*graph.nodes[target].pos, target))
    done = set(order)
    return order + [name for name in graph.nodes if name not in done]


def _feeding(graph: Graph, name: str) -> set[str]:
    links = graph.nodes[name].links()
    return {link.source.node for link in links if link.source.node in graph.nodes and not link.source.muted}


def _lines(
    graph: Graph, node: Node, spec: NodeSpec | None, specs: Mapping[str, NodeSpec], numbers: Mapping[str, int]
) -> Iterator[str]:
    if node.mode == "mute":
        yield "It is muted: it and what only it feeds do not run."
    elif node.mode == "bypass":
        yield "It is bypassed: what comes in passes through unchanged."
    if spec is None:
        yield f"Its type, {node.type}, is not installed, so nothing is known of what it does."
    elif spec.help:
        yield _first_sentence(spec.help)
    for name, sources in node.inputs.items():
        shown = [_source(graph, s.node, s.output, specs, numbers) for s in sources if not s.muted]
        if shown:
            yield f"It takes {_words(name)} from {_joined(shown)}."
    formulas = expressions_of(node)
    values = [
        _value(p, node.params.get(p.name, p.default))
        + (f" (computed as {formulas[p.name]})" if p.name in formulas else "")
        for p in _told(node, spec)
    ]
    if values:
        yield f"Set: {'; '.join(values)}."
    after = [link.target for link in graph.consumers.get(node.id, ()) if link.target in numbers]
    if not after and spec is not None and spec.outputs and node.mode == "run":
        yield "Nothing takes its result yet."
    if spec is not None and spec.sink and node.mode == "run":
        yield "Here a result of the workflow comes out."


def _told(node: Node, spec: NodeSpec | None) -> list[Param]:
    """The parameters that hold a value: advanced ones only where they differ from the default."""
    params = spec.params if spec else ()
    return [
        p
        for p in params
        if not node.inputs.get(p.name) and (not p.advanced or node.params.get(p.name, p.default) != p.default)
    ]


def _source(
    graph: Graph, name: str, output: str, specs: Mapping[str, NodeSpec], numbers: Mapping[str, int]
) -> str:
    node = graph.nodes.get(name)
    if node is None:
        return f"{name}, which is missing"
    spec = spec_of(graph, node.type, specs)
    title = node.title or (spec.title if spec else node.type)
    which = f"the {_words(output)} of " if spec is not None and len(spec.outputs) > 1 else ""
    return f"{which}step {numbers[name]}, {title}"


def _value(param: Param, value: Scalar) -> str:
    name = _words(param.name)
    if isinstance(value, bool):
        return f"{name} {'on' if value else 'off'}"
    if isinstance(value, str) and (param.widget in ("multiline", "text") or not value):
        text = " ".join(value.split())
        if len(text) > LONGEST:
            text = f"{text[:LONGEST].rstrip()} … ({len(text.split())} words)"
        return f"{name} “{text}”" if text else f"{name} empty"
    return f"{name} {value}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _first_sentence(text: str) -> str:
    first = " ".join(text.split("\n\n")[0].split())
    end = first.find(". ")
    sentence = first if end < 0 else first[: end + 1]
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{'; '.join(parts[:-1])}; and {parts[-1]}"
