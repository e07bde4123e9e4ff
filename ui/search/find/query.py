"""The language of Find: `red house type:KSampler steps>20 is:muted -draft`, matched without Qt."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from nodegraph.model.graph import Frame, Graph, Node, Note, Subgraph
from nodegraph.model.note_images import first_line
from nodegraph.model.spec import NodeSpec, Scalar
from nodegraph.subgraphs.lookup import spec_of

TERM = re.compile(r"""(-?)(?:([\w.]+)(:|<=|>=|!=|<|>|=))?("[^"]*"?|\S+)""")

COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}

STATES: Mapping[str, Callable[[Node], bool]] = {
    "muted": lambda node: node.mode == "mute",
    "bypassed": lambda node: node.mode == "bypass",
    "collapsed": lambda node: node.collapsed,
    "pinned": lambda node: node.pinned,
}
"""What `is:` may ask of a node; `is:unknown` asks for a node type that is not installed."""


@dataclass(frozen=True)
class Term:
    """One condition: `field` is empty for plain words; `sign` is `:` or a comparison."""

    field: str
    sign: str
    value: str
    negated: bool = False


@dataclass(frozen=True)
class Hit:
    """Something found: a "node", "note" or "frame", in a subgraph or (empty) in the main graph.

    `detail` says what matched, as `steps = 30`.
    """

    kind: str
    id: str
    subgraph: str = ""
    title: str = ""
    detail: str = ""


def parse(text: str) -> tuple[Term, ...]:
    """The conditions of a query; every text is a query."""
    terms = []
    for minus, name, sign, value in TERM.findall(text):
        value = value.strip('"')
        if value:
            terms.append(Term(name.lower(), sign, value.lower(), minus == "-"))
    return tuple(terms)


def find(text: str, graph: Graph, specs: Mapping[str, NodeSpec]) -> Iterator[Hit]:
    """Everything in the graph and its subgraphs that meets every condition, in the order of the file."""
    terms = parse(text)
    if not terms:
        return
    known = _Known(graph, specs)
    yield from _nodes(graph.nodes, "", terms, known)
    for name, subgraph in graph.subgraphs.items():
        yield from _nodes(subgraph.nodes, name, terms, known)
    yield from _frames_and_notes(graph, "", terms)
    for name, subgraph in graph.subgraphs.items():
        yield from _frames_and_notes(subgraph, name, terms)


def _frames_and_notes(graph: Graph | Subgraph, subgraph: str, terms: tuple[Term, ...]) -> Iterator[Hit]:
    for frame in graph.frames.values():
        if all(_text_meets(term, "frame", _frame_text(frame)) for term in terms):
            yield Hit("frame", frame.id, subgraph, frame.title or frame.id)
    for note in graph.notes.values():
        if all(_text_meets(term, "note", _note_text(note)) for term in terms):
            yield Hit("note", note.id, subgraph, first_line(note.text) or note.id)


class _Known(dict[str, NodeSpec | None]):
    """The spec of each type, a subgraph's made once."""

    def __init__(self, graph: Graph, specs: Mapping[str, NodeSpec]) -> None:
        super().__init__()
        self._graph, self._specs = graph, specs

    def __missing__(self, type_id: str) -> NodeSpec | None:
        found = self[type_id] = spec_of(self._graph, type_id, self._specs)
        return found

    def titles(self, type_id: str) -> tuple[str, ...]:
        """What it is called: in the user's language, and in English where its words are translated."""
        found = (self[type_id], getattr(self._specs, "plain", self._specs).get(type_id))
        return tuple(dict.fromkeys(spec.title for spec in found if spec is not None)) or (type_id,)


def _nodes(nodes: Mapping[str, Node], subgraph: str, terms: tuple[Term, ...], known: _Known) -> Iterator[Hit]:
    for node in nodes.values():
        spec, titles = known[node.type], known.titles(node.type)
        details = [_meets(term, node, spec, titles) for term in terms]
        if all(detail is not None for detail in details):
            shown = ", ".join(dict.fromkeys(detail for detail in details if detail))
            yield Hit("node", node.id, subgraph, node_title(node, spec), shown)


def node_title(node: Node, spec: NodeSpec | None) -> str:
    """The name a node is shown under."""
    return node.title or (spec.title if spec else node.type)


def _meets(term: Term, node: Node, spec: NodeSpec | None, titles: tuple[str, ...]) -> str | None:
    """What of the node meets the term (perhaps nothing worth saying, ""), None where nothing does."""
    detail = _detail(term, node, spec, titles)
    if term.negated:
        return "" if detail is None else None
    return detail


def _detail(term: Term, node: Node, spec: NodeSpec | None, titles: tuple[str, ...]) -> str | None:
    if not term.field:
        return _word(term.value, node, spec, titles)
    if term.field == "is":
        asked = STATES.get(term.value)
        true = spec is None if term.value == "unknown" else bool(asked and asked(node))
        return "" if true else None
    named = _named(term.field, node, spec, titles)
    if named is not None and term.sign in (":", "=", "!="):
        same = any(_like(term.value, name) for name in named)
        return "" if same != (term.sign == "!=") else None
    return _value(term, node, spec)


def _named(field: str, node: Node, spec: NodeSpec | None, titles: tuple[str, ...]) -> tuple[str, ...] | None:
    """What the built-in fields hold; None where `field` is a parameter's name."""
    if field == "type":
        return (node.type, *titles)
    if field in ("title", "name"):
        return (node.title,) if node.title else titles
    if field == "id":
        return (node.id,)
    if field in ("mode", "category", "color"):
        return {"mode": (node.mode,), "category": (spec.category if spec else "",), "color": (node.color,)}[
            field
        ]
    return None


def _value(term: Term, node: Node, spec: NodeSpec | None) -> str | None:
    for name, value in values(node, spec):
        if name.lower() == term.field and _compare(term, value):
            return f"{name} = {_short(value)}"
    return None


def values(node: Node, spec: NodeSpec | None) -> Iterator[tuple[str, Scalar]]:
    """Every parameter of the node with the value it has, defaults included, linked ones left out."""
    for param in spec.params if spec else ():
        if param.name not in node.inputs:
            yield param.name, node.params.get(param.name, param.default)
    for name, value in node.params.items():
        if spec is None or spec.param(name) is None:
            yield name, value


def _compare(term: Term, value: Scalar) -> bool:
    try:
        wanted = float(term.value)
        actual = float(value)
    except ValueError:
        wanted = actual = float("nan")
    numeric = wanted == wanted
    if numeric and term.sign != ":":
        return COMPARE[term.sign](actual, wanted)
    if term.sign in ("<", ">", "<=", ">="):
        return False
    same = (numeric and actual == wanted) or _like(term.value, str(value))
    return same != (term.sign == "!=")


def _word(word: str, node: Node, spec: NodeSpec | None, titles: tuple[str, ...]) -> str | None:
    names = (node.title,) if node.title else titles
    if any(word in name.lower() for name in (*names, node.type, node.id)):
        return ""
    for name, value in values(node, spec):
        if word in name.lower() or (isinstance(value, str) and word in value.lower()):
            return f"{name} = {_short(value)}"
    return None


def _like(pattern: str, text: str) -> bool:
    text = text.lower()
    return fnmatchcase(text, pattern) if any(c in pattern for c in "*?") else pattern in text


def _text_meets(term: Term, kind: str, text: str) -> bool:
    if term.field not in ("", "is", "text", "title", kind):
        return False
    found = term.value == kind if term.field == "is" else _like(term.value, text)
    return found != term.negated


def _frame_text(frame: Frame) -> str:
    return f"{frame.title} {frame.id}"


def _note_text(note: Note) -> str:
    return f"{note.text} {note.id}"


def _short(value: Scalar) -> str:
    text = str(value).replace("\n", " ")
    return text if len(text) <= 60 else f"{text[:59]}…"
