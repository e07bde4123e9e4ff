"""Does every link bring what its input takes?"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field

from nodegraph.edits.links import Disconnect
from nodegraph.edits.values import SetMode
from nodegraph.model.foreign import declared_spec
from nodegraph.model.graph import Link, Node, Source
from nodegraph.model.sockets import bypass_order, fits, lazy_taken
from nodegraph.model.spec import NodeSpec
from nodegraph.support.messages import Phrase
from nodegraph.support.suggestions import Suggestions, ending
from nodegraph.validation.problem import Problem

SpecOf = Callable[[Node], NodeSpec | None]


@dataclass
class Flow:
    """Follows links through bypassed nodes; remembers where they lead. `fed` are inputs that ports feed, by node."""

    nodes: Mapping[str, Node]
    spec_of: SpecOf
    fed: Container[tuple[str, str]] = frozenset()
    found: dict[tuple[str, str], Source | Problem | None] = field(default_factory=dict)

    def origin(self, source: Source) -> Source | Problem | None:
        """The output of a running node that a link really starts at; None if a muted branch or nothing is there.

        A bypassed node through which nothing can come is a problem; one through which a subgraph's port comes is where
        the link starts, as far as one sees from inside.
        """
        path: list[tuple[str, str]] = []
        current: Source | Problem | None = source
        while isinstance(current, Source) and not current.muted:
            spot = (current.node, current.output)
            node = self.nodes.get(current.node)
            if node is None or node.mode == "mute" or spot in self.found:
                current = self.found.get(spot)
                break
            if node.mode == "run":
                break
            path.append(spot)
            self.found[spot] = None
            current = self._behind(node, current.output)
            if current == Source(*spot):
                break
        if isinstance(current, Source) and current.muted:
            current = None
        for spot in path:
            self.found[spot] = current
        return current

    def _behind(self, node: Node, name: str) -> Source | Problem | None:
        spec = self.spec_of(node) or declared_spec(node)
        if spec is None:
            reason = Phrase(
                "it is bypassed, but the type {type} is not installed, so that nobody knows what would pass; "
                "install the package that brings it, or mute the node.",
                type=node.type,
            )
            return Problem(node.id, name, node.title, reason)
        output = spec.output(name)
        if output is None:
            return None
        order = bypass_order(spec, output)
        linked = [socket.name for socket in order if node.inputs.get(socket.name)]
        if linked:
            return node.inputs[linked[0]][0]
        if any((node.id, socket.name) in self.fed for socket in order):
            return Source(node.id, name)
        remedy = Phrase("turn the bypass off or link what follows to another node")
        if order:
            remedy = Phrase("link its input {input} or turn the bypass off", input=order[0].name)
        reason = Phrase(
            "it is bypassed, but nothing can pass to its output {output} ({type}); {remedy}.",
            output=name,
            type=output.type,
            remedy=remedy,
        )
        return Problem(node.id, name, node.title or spec.title, reason, SetMode((node.id,), "run"))


def link_problems(node: Node, spec: NodeSpec, flow: Flow, suggestions: Suggestions) -> Iterator[Problem]:
    """What is wrong with the links of a running node."""
    title = node.title or spec.title
    for socket in spec.sockets:
        sources = node.inputs.get(socket.name, ())
        fed = (node.id, socket.name) in flow.fed
        if not sources and not socket.optional and not fed and _read(node, spec, socket.name):
            reason = Phrase(
                "input {input} is not linked; link {kind}.", input=socket.name, kind=_a(socket.type)
            )
            yield Problem(node.id, socket.name, title, reason)
    for name, sources in node.inputs.items():
        wanted = spec.input_type(name)
        if wanted is None:
            links = tuple(Link(source, node.id, name, index) for index, source in enumerate(sources))
            known = [*(s.name for s in spec.sockets), *(p.name for p in spec.params)]
            remedy = ending(suggestions.nearest(name, known), Phrase("remove the link"))
            reason = Phrase("there is no input called {input}{ending}", input=name, ending=remedy)
            yield Problem(node.id, name, title, reason, Disconnect(links))
            continue
        found = spec.socket(name)
        if len(sources) > 1 and not (found and found.variadic):
            extra = tuple(Link(source, node.id, name, i) for i, source in enumerate(sources) if i)
            reason = Phrase(
                "input {input} takes one link and has {count}; remove the others.",
                input=name,
                count=len(sources),
            )
            yield Problem(node.id, name, title, reason, Disconnect(extra))
        for index, source in enumerate(sources):
            problem = _link(Link(source, node.id, name, index), wanted, title, flow, suggestions)
            if problem is not None:
                yield problem


def _read(node: Node, spec: NodeSpec, name: str) -> bool:
    """Whether a lazy input is read, as far as that is known before running."""
    socket = spec.socket(name)
    lazy = socket.lazy if socket else None
    if lazy is None or node.inputs.get(lazy.param):
        return lazy is None
    param = spec.param(lazy.param)
    return param is None or lazy_taken(lazy, node.params.get(lazy.param, param.default), 0)


def _link(link: Link, wanted: str, title: str, flow: Flow, suggestions: Suggestions) -> Problem | None:
    source = link.source
    if source.muted:
        return None
    first = flow.nodes.get(source.node)
    if first is None:
        return None
    problem = _output(link, first, flow, title, suggestions)
    if problem is not None:
        return problem
    origin = flow.origin(source)
    if not isinstance(origin, Source):
        return origin
    spec = flow.spec_of(flow.nodes[origin.node])
    output = spec.output(origin.output) if spec else None
    if output is None or fits(output.type, wanted):
        return None
    reason = Phrase(
        "{node}.{output} is {kind} and does not fit input {input}, which takes {wanted}; "
        "link another or put a conversion between.",
        node=origin.node,
        output=origin.output,
        kind=_a(output.type),
        input=link.input,
        wanted=_a(wanted),
    )
    return Problem(link.target, link.input, title, reason, Disconnect((link,)))


def _output(link: Link, node: Node, flow: Flow, title: str, suggestions: Suggestions) -> Problem | None:
    spec = flow.spec_of(node)
    name = link.source.output
    if spec is None or spec.output(name) is not None:
        return None
    known = [output.name for output in spec.outputs]
    remedy = Phrase("remove the link")
    if known:
        remedy = Phrase("its outputs are {names}", names=", ".join(known))
    reason = Phrase(
        "input {input} is linked to {node}.{output}, but {node} has no such output{ending}",
        input=link.input,
        node=node.id,
        output=name,
        ending=ending(suggestions.nearest(name, known), remedy),
    )
    return Problem(link.target, link.input, title, reason, Disconnect((link,)))


def _a(word: str) -> Phrase:
    return Phrase("an {type}", type=word) if word[:1] in "AEIOU" else Phrase("a {type}", type=word)
