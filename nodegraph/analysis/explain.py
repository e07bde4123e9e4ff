"""A workflow in plain words: a walk through its nodes in the order in which they run."""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from nodegraph.expressions.evaluate import with_expressions_evaluated
from nodegraph.model.expression_refs import expressions_of
from nodegraph.model.graph import Graph, Node
from nodegraph.model.spec import NodeSpec, Param, Scalar
from nodegraph.subgraphs.lookup import spec_of
from nodegraph.support.messages import Phrase, joined

LONGEST = 400
"""Characters of a text value that are included; the rest is only counted."""


MAX_LISTED = 60
"""Values of a node, and links of an input, that are named; the rest is only counted."""


@dataclass(frozen=True, slots=True)
class Step:
    """One node: `number` counts from 1, `lines` are whole sentences. `node` is its id."""

    number: int
    node: str
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Voice:
    """How a walk is worded: what names of values and chosen values are called, and how a sentence is said."""

    name: Callable[[str], str] = lambda name: name.replace("_", " ")
    choice: Callable[[Param, Scalar], str] = lambda _param, value: str(value)
    say: Callable[[str], str] = str


ENGLISH = Voice()


def explain(graph: Graph, specs: Mapping[str, NodeSpec], voice: Voice = ENGLISH) -> str:
    """The walk as text: one numbered paragraph a node, for reading, for screen readers and for sharing."""
    steps = walk(graph, specs, voice)
    if not steps:
        return f"{voice.say(Phrase('This workflow is empty.'))}\n"
    one = Phrase("This workflow has one step.")
    many = Phrase("This workflow has {count} steps.", count=len(steps))
    parts = [voice.say(one if len(steps) == 1 else many)]
    for step in steps:
        parts.append("\n".join([f"{step.number}. {step.title}", *(f"   {line}" for line in step.lines)]))
    return "\n\n".join(parts) + "\n"


def markdown(graph: Graph, specs: Mapping[str, NodeSpec], voice: Voice = ENGLISH) -> str:
    """The walk as Markdown: a numbered list, one item a node."""
    steps = walk(graph, specs, voice)
    if not steps:
        return f"{voice.say(Phrase('This workflow is empty.'))}\n"
    parts = []
    for step in steps:
        lines = (_escaped(line) for line in step.lines)
        parts.append(
            "\n".join([f"{step.number}. **{_escaped(step.title)}**", *(f"   {line}" for line in lines)])
        )
    return "\n".join(parts) + "\n"


def walk(graph: Graph, specs: Mapping[str, NodeSpec], voice: Voice = ENGLISH) -> list[Step]:
    """The steps of `explain`: every node after all that feed it; nodes on a circle stand at the end."""
    graph = with_expressions_evaluated(graph, specs)
    order = _ordered(graph)
    numbers = {name: at for at, name in enumerate(order, 1)}
    found = []
    for name in order:
        node = graph.nodes[name]
        spec = spec_of(graph, node.type, specs)
        title = " ".join((node.title or (spec.title if spec else node.type)).split())
        lines = tuple(map(voice.say, _lines(graph, node, spec, specs, numbers, voice)))
        found.append(Step(numbers[name], name, title, lines))
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
    graph: Graph,
    node: Node,
    spec: NodeSpec | None,
    specs: Mapping[str, NodeSpec],
    numbers: Mapping[str, int],
    voice: Voice,
) -> Iterator[str]:
    if node.mode == "mute":
        yield Phrase("It is muted: it and what only it feeds do not run.")
    elif node.mode == "bypass":
        yield Phrase("It is bypassed: what comes in passes through unchanged.")
    if spec is None:
        yield Phrase(
            "Its type, {type}, is not installed, so nothing is known of what it does.", type=node.type
        )
    elif spec.help:
        yield _first_sentence(spec.help)
    for name, sources in node.inputs.items():
        live = [source for source in sources if not source.muted]
        shown = [_source(graph, s.node, s.output, specs, numbers, voice) for s in live[:MAX_LISTED]]
        if len(live) > MAX_LISTED:
            shown.append(Phrase("{count} more", count=len(live) - MAX_LISTED))
        if shown:
            yield Phrase("It takes {name} from {sources}.", name=voice.name(name), sources=_joined(shown))
    if values := _values(node, spec, voice):
        yield Phrase("Set: {values}.", values=values)
    after = [link.target for link in graph.consumers.get(node.id, ()) if link.target in numbers]
    if not after and spec is not None and spec.outputs and node.mode == "run":
        yield Phrase("Nothing takes its result yet.")
    if spec is not None and spec.sink and node.mode == "run":
        yield Phrase("Here a result of the workflow comes out.")


def _values(node: Node, spec: NodeSpec | None, voice: Voice) -> str:
    formulas = expressions_of(node)
    values = []
    listed = _listed_params(node, spec)
    for param in listed[:MAX_LISTED]:
        value = _value(param, node.params.get(param.name, param.default), voice)
        if param.name in formulas:
            value = Phrase("{value} (computed as {formula})", value=value, formula=formulas[param.name])
        values.append(value)
    if len(listed) > MAX_LISTED:
        values.append(Phrase("{count} more", count=len(listed) - MAX_LISTED))
    return joined(values, "{first}; {next}")


def _listed_params(node: Node, spec: NodeSpec | None) -> list[Param]:
    """The parameters that hold a value: advanced ones only where they differ from the default."""
    params = spec.params if spec else ()
    return [
        p
        for p in params
        if not node.inputs.get(p.name) and (not p.advanced or node.params.get(p.name, p.default) != p.default)
    ]


def _source(
    graph: Graph,
    name: str,
    output: str,
    specs: Mapping[str, NodeSpec],
    numbers: Mapping[str, int],
    voice: Voice,
) -> str:
    node = graph.nodes.get(name)
    if node is None:
        return Phrase("{name}, which is missing", name=name)
    spec = spec_of(graph, node.type, specs)
    title = node.title or (spec.title if spec else node.type)
    number = numbers[name]
    if spec is None or len(spec.outputs) < 2:
        return Phrase("step {number}, {title}", number=number, title=title)
    which = voice.name(output)
    return Phrase("the {output} of step {number}, {title}", output=which, number=number, title=title)


def _value(param: Param, value: Scalar, voice: Voice) -> str:
    name = voice.name(param.name)
    if isinstance(value, bool):
        return Phrase("{name} on", name=name) if value else Phrase("{name} off", name=name)
    if isinstance(value, str) and (param.widget in ("multiline", "text") or not value):
        text = " ".join(value.split())
        if not text:
            return Phrase("{name} empty", name=name)
        if len(text) <= LONGEST:
            return Phrase("{name} “{text}”", name=name, text=text)
        short, count = text[:LONGEST].rstrip(), len(text.split())
        return Phrase("{name} “{text} … ({count} words)”", name=name, text=short, count=count)
    return f"{name} {voice.choice(param, value)}"


def _first_sentence(text: str) -> str:
    first = " ".join(text.split("\n\n")[0].split())
    end = first.find(". ")
    sentence = first if end < 0 else first[: end + 1]
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def _joined(parts: list[str]) -> str:
    if len(parts) < 2:
        return parts[0]
    return Phrase("{first}; and {last}", first=joined(parts[:-1], "{first}; {next}"), last=parts[-1])
