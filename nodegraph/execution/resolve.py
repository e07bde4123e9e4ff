"""What is really connected to what, once subgraphs, muting, bypassing and untaken branches are out of the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace

from nodegraph.expressions.evaluate import with_expressions_evaluated
from nodegraph.model.foreign import declared_spec, placeholder_spec
from nodegraph.model.graph import Graph, Node, Source, Sources, frozen
from nodegraph.model.sockets import bypass_order, lazy_taken
from nodegraph.model.spec import NodeSpec, Param, Scalar
from nodegraph.subgraphs.expand import is_instance, subgraph_spec, unfolded
from nodegraph.subgraphs.exposure import by_node, with_limits
from nodegraph.support.errors import GraphError
from nodegraph.support.messages import Phrase


@dataclass(frozen=True, slots=True)
class ResolvedNode:
    """A node that takes part: its spec, the values it holds, and its live sources.

    `params` are complete (defaults filled in, linked ones left out). `open_choice` says that a linked parameter
    decides which lazy inputs are read, so that they are only known while running. `limited` are the parameters
    whose range subgraphs around narrow, `blocked` bypassed nodes before it that let nothing through.
    """

    node: Node
    spec: NodeSpec
    params: Mapping[str, Scalar]
    inputs: Mapping[str, Sources]
    open_choice: bool = False
    limited: frozenset[str] = frozenset()
    blocked: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        """The node's id in the flat graph."""
        return self.node.id

    @property
    def title(self) -> str:
        """What the artist calls it."""
        return self.node.title or self.spec.title

    def sources(self) -> list[Source]:
        """Every live source, in the order of the inputs."""
        return [source for sources in self.inputs.values() for source in sources]


@dataclass(frozen=True, slots=True)
class ResolvedGraph:
    """The nodes that take part, the sentence for each that does not, and unknown types by node.

    `read` are the nodes from which the document draws a link, taken or not.
    """

    nodes: Mapping[str, ResolvedNode]
    skipped: Mapping[str, str] = field(default_factory=frozen)
    unknown: Mapping[str, str] = field(default_factory=frozen)
    read: frozenset[str] = frozenset()


def resolve_graph(graph: Graph, specs: Mapping[str, NodeSpec]) -> ResolvedGraph:
    """Resolve a graph; linear in its size, without recursion."""
    flat, limits = unfolded(with_expressions_evaluated(graph, specs))
    flat = with_expressions_evaluated(flat, specs)
    limited = by_node(limits)
    resolver = _Resolver(flat, specs)
    wired: dict[str, ResolvedNode] = {}
    unknown: dict[str, str] = {}
    skipped = {node.id: "muted" for node in flat.nodes.values() if node.mode == "mute"}
    for node in flat.nodes.values():
        if node.mode != "run":
            continue
        spec = specs.get(node.type)
        if spec is None:
            unknown[node.id] = node.type
            spec = placeholder_spec(node)
        ports = limited.get(node.id, {})
        item = resolver.wire(node, with_limits(spec, ports) if ports else spec)
        wired[node.id] = replace(item, limited=frozenset(ports)) if ports else item
    _skip(flat, wired, skipped)
    return ResolvedGraph(wired, skipped, unknown, frozenset(link.source.node for link in flat.links()))


def held(param: Param, value: Scalar) -> Scalar:
    """`value` as `param` holds it: a whole number given for a Float becomes a float."""
    return float(value) if param.type == "Float" and type(value) is int else value


class _Resolver:
    """Follows links through bypassed nodes; remembers what it found, so long chains cost once."""

    def __init__(self, graph: Graph, specs: Mapping[str, NodeSpec]) -> None:
        self._graph = graph
        self._specs = specs
        self._found: dict[tuple[str, str], Source | None] = {}
        self._blocked: dict[tuple[str, str], str] = {}

    def wire(self, node: Node, spec: NodeSpec) -> ResolvedNode:
        params = {p.name: held(p, node.params.get(p.name, p.default)) for p in spec.params}
        inputs: dict[str, Sources] = {}
        for name, sources in node.inputs.items():
            live = tuple(s for s in map(self.resolve, sources) if s is not None)
            if live:
                inputs[name] = live
        linked = {name for name in params if name in inputs}
        taken, open_choice = _taken(spec, params, linked, inputs)
        read = [s for name in node.inputs for s in _read(spec, params, node.inputs, name, open_choice)]
        spots = {(source.node, source.output) for source in read if not source.muted}
        blocked = frozenset(self._blocked[spot] for spot in spots & self._blocked.keys())
        own = {k: v for k, v in params.items() if k not in linked}
        return ResolvedNode(node, spec, own, taken, open_choice, blocked=blocked)

    def resolve(self, source: Source) -> Source | None:
        """The source behind bypassed nodes; None where nothing arrives."""
        path: list[tuple[str, str]] = []
        current: Source | None = source
        blocked = ""
        while current is not None:
            spot = (current.node, current.output)
            if spot in self._found:
                current, blocked = self._found[spot], self._blocked.get(spot, "")
                break
            node = self._graph.nodes.get(current.node)
            if current.muted or node is None or node.mode == "mute":
                current = None
            elif node.mode == "run":
                break
            else:
                path.append(spot)
                if len(path) > len(self._graph.nodes):
                    raise GraphError(
                        "Node {id}: bypassed nodes feed each other in a circle; cut one link.", id=node.id
                    )
                current = self._behind(node, current.output)
                blocked = node.id if current is None else ""
        for spot in path:
            self._found[spot] = current
            if blocked:
                self._blocked[spot] = blocked
        return current

    def _behind(self, node: Node, output: str) -> Source | None:
        spec = self._spec(node)
        if spec is None:
            return None
        wanted = spec.output(output)
        if wanted is None:
            return None
        for socket in bypass_order(spec, wanted):
            for source in node.inputs.get(socket.name, ()):
                return source
        return None

    def _spec(self, node: Node) -> NodeSpec | None:
        if is_instance(node.type):
            return subgraph_spec(self._graph, node.type, self._specs)
        return self._specs.get(node.type) or declared_spec(node)


def _taken(
    spec: NodeSpec, params: Mapping[str, Scalar], linked: set[str], inputs: Mapping[str, Sources]
) -> tuple[Mapping[str, Sources], bool]:
    lazies = {s.name: s.lazy for s in spec.sockets if s.lazy is not None}
    if not lazies:
        return inputs, False
    if any(lazy.param in linked for lazy in lazies.values()):
        return inputs, True
    kept = {name: _read(spec, params, inputs, name, False) for name in inputs}
    return {name: sources for name, sources in kept.items() if sources}, False


def _read(
    spec: NodeSpec, params: Mapping[str, Scalar], inputs: Mapping[str, Sources], name: str, open_choice: bool
) -> Sources:
    """The sources of an input that are read, as far as that is known; all of them while the choice is open."""
    socket = spec.socket(name)
    lazy = socket.lazy if socket is not None and not open_choice else None
    if lazy is None:
        return inputs[name]
    value = params.get(lazy.param)
    return tuple(s for i, s in enumerate(inputs[name]) if lazy_taken(lazy, value, i))


def _skip(flat: Graph, wired: dict[str, ResolvedNode], skipped: dict[str, str]) -> None:
    """Take out the nodes whose required inputs come from muted branches, and those behind them."""
    readers: dict[str, list[tuple[str, str]]] = {}
    live: Counter[tuple[str, str]] = Counter()
    for item in wired.values():
        for name, sources in item.inputs.items():
            live[item.id, name] = len(sources)
            for source in sources:
                readers.setdefault(source.node, []).append((item.id, name))
    gone: set[str] = set()
    waiting = [item.id for item in wired.values() if _is_cut_off(flat.nodes[item.id], item)]
    while waiting:
        name = waiting.pop()
        if name in gone:
            continue
        gone.add(name)
        skipped[name] = Phrase("fed by a muted branch")
        for reader, key in readers.get(name, ()):
            live[reader, key] -= 1
            if not live[reader, key] and not wired[reader].blocked and _requires(wired[reader], key):
                waiting.append(reader)
    for name in gone:
        del wired[name]
    for name, item in wired.items() if gone else ():
        if any(source.node in gone for source in item.sources()):
            wired[name] = _without(item, gone)


def _without(item: ResolvedNode, gone: Container[str]) -> ResolvedNode:
    live = {name: tuple(s for s in sources if s.node not in gone) for name, sources in item.inputs.items()}
    return replace(item, inputs={name: sources for name, sources in live.items() if sources})


def _requires(item: ResolvedNode, name: str) -> bool:
    socket = item.spec.socket(name)
    return socket is not None and not socket.optional


def _is_cut_off(node: Node, item: ResolvedNode) -> bool:
    """Whether a required input is linked in the document but nothing arrives over the link.

    What a bypassed node keeps back is missing, not muted: such a node takes part, to be refused.
    """
    return not item.blocked and any(
        not socket.optional and node.inputs.get(socket.name) and socket.name not in item.inputs
        for socket in item.spec.sockets
    )
