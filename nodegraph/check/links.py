"""Does every link bring what its input takes?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from nodegraph.check.problem import Problem
from nodegraph.edits.links import Disconnect
from nodegraph.edits.values import SetMode
from nodegraph.graph import Link, Node, Source
from nodegraph.nearest import meant
from nodegraph.sockets import fits
from nodegraph.spec import NodeSpec
from nodegraph.wiring import bypass_order, lazy_taken

SpecOf = Callable[[Node], NodeSpec | None]


@dataclass
class Flow:
    """Follows links through bypassed nodes; remembers where they lead."""

    nodes: Mapping[str, Node]
    spec_of: SpecOf
    found: dict[tuple[str, str], Source | Problem | None] = field(default_factory=dict)

    def origin(self, source: Source) -> Source | Problem | None:
        """The output of a running node that a link really starts at; None if a muted branch or nothing is there.

        A bypassed node through which nothing can come is a problem.
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
        if isinstance(current, Source) and current.muted:
            current = None
        for spot in path:
            self.found[spot] = current
        return current

    def _behind(self, node: Node, name: str) -> Source | Problem | None:
        spec = self.spec_of(node)
        output = spec.output(name) if spec else None
        if spec is None or output is None:
            return None
        order = bypass_order(spec, output)
        linked = [socket.name for socket in order if node.inputs.get(socket.name)]
        if linked:
            return node.inputs[linked[0]][0]
        place = f"Node {node.id} ({node.title or spec.title})"
        remedy = (
            f"link its input {order[0].name} or turn the bypass off"
            if order
            else "turn the bypass off or link what follows to another node"
        )
        sentence = (
            f"{place} is bypassed, but nothing can pass to its output {name} ({output.type}); {remedy}."
        )
        return Problem(node.id, name, sentence, SetMode((node.id,), "run"))


def link_problems(
    node: Node, spec: NodeSpec, place: str, flow: Flow, fed: frozenset[str]
) -> Iterator[Problem]:
    """What is wrong with the links of a running node. `fed` are inputs that a subgraph's ports feed."""
    for socket in spec.sockets:
        sources = node.inputs.get(socket.name, ())
        if not sources and not socket.optional and socket.name not in fed and _read(node, spec, socket.name):
            sentence = f"{place}: input {socket.name} is not linked; link {_a(socket.type)}."
            yield Problem(node.id, socket.name, sentence)
    for name, sources in node.inputs.items():
        wanted = spec.input_type(name)
        if wanted is None:
            links = tuple(Link(source, node.id, name, index) for index, source in enumerate(sources))
            known = [*(s.name for s in spec.sockets), *(p.name for p in spec.params)]
            ending = meant(name, known, "remove the link")
            sentence = f"{place}: there is no input called {name}{ending}"
            yield Problem(node.id, name, sentence, Disconnect(links))
            continue
        found = spec.socket(name)
        if len(sources) > 1 and not (found and found.variadic):
            extra = tuple(Link(source, node.id, name, i) for i, source in enumerate(sources) if i)
            sentence = f"{place}: input {name} takes one link and has {len(sources)}; remove the others."
            yield Problem(node.id, name, sentence, Disconnect(extra))
        for index, source in enumerate(sources):
            problem = _link(Link(source, node.id, name, index), wanted, place, flow)
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


def _link(link: Link, wanted: str, place: str, flow: Flow) -> Problem | None:
    source = link.source
    if source.muted:
        return None
    first = flow.nodes.get(source.node)
    if first is None:
        return None
    problem = _output(link, first, flow, place)
    if problem is not None:
        return problem
    origin = flow.origin(source)
    if not isinstance(origin, Source):
        return origin
    spec = flow.spec_of(flow.nodes[origin.node])
    output = spec.output(origin.output) if spec else None
    if output is None or fits(output.type, wanted):
        return None
    sentence = (
        f"{place}: {origin.node}.{origin.output} is {_a(output.type)} and does not fit input {link.input}, "
        f"which takes {_a(wanted)}; link another or put a conversion between."
    )
    return Problem(link.target, link.input, sentence, Disconnect((link,)))


def _output(link: Link, node: Node, flow: Flow, place: str) -> Problem | None:
    spec = flow.spec_of(node)
    name = link.source.output
    if spec is None or spec.output(name) is not None:
        return None
    known = [output.name for output in spec.outputs]
    sentence = f"{place}: input {link.input} is linked to {node.id}.{name}, but {node.id} has no such output"
    ending = meant(name, known, f"its outputs are {', '.join(known)}" if known else "remove the link")
    return Problem(link.target, link.input, sentence + ending, Disconnect((link,)))


def _a(word: str) -> str:
    return f"{'an' if word[:1] in 'AEIOU' else 'a'} {word}"
