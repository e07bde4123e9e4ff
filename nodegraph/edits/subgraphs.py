"""Edits that fold nodes into a subgraph and unfold one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from nodegraph.edits.base import check_new_id, check_text, node_of, with_frames
from nodegraph.edits.nodes import RemoveNodes
from nodegraph.edits.paste import pasted
from nodegraph.model.expression_refs import with_expressions, without_outsiders
from nodegraph.model.graph import Graph, Node, Port, Source, Sources, Subgraph, frozen
from nodegraph.model.traversal import cycle
from nodegraph.subgraphs.expand import PREFIX, definition, is_instance
from nodegraph.support.errors import EditError
from nodegraph.support.messages import Phrase


@dataclass(frozen=True, slots=True)
class MakeSubgraph:
    """Fold nodes into a subgraph called `name`, in whose place stands one node with the free id `instance`.

    Each input linked from outside and each output used outside becomes a port.
    """

    nodes: tuple[str, ...]
    name: str
    instance: str

    @property
    def title(self) -> str:
        """Make subgraph Light."""
        return Phrase("Make subgraph {name}", name=self.name)

    def apply(self, graph: Graph) -> Graph:
        """The folded graph; raises EditError for a taken name, and where the subgraph would feed itself."""
        check_text(Phrase("name of the subgraph"), self.name)
        check_new_id(graph, self.instance)
        if not self.name or len(self.name) > 200 or self.name in graph.subgraphs:
            raise EditError(
                "There must be a name for the subgraph that is not taken: {name!r}.", name=self.name[:40]
            )
        inner = {node_of(graph, name).id: graph.nodes[name] for name in self.nodes}
        if not inner:
            raise EditError("Choose the nodes that the subgraph is to hold.")
        made, inputs = _cut_inputs(inner)
        outputs = _outputs(graph, inner)
        ports = tuple(Port(port, source[0], source[1]) for source, port in outputs.items())
        instance = Node(
            self.instance, PREFIX + self.name, inputs=inputs, pos=_middle(inner.values()), title=self.name
        )
        rest = [instance]
        for target in {
            link.target for name in inner for link in graph.consumers.get(name, ())
        } - inner.keys():
            rest.append(_outward(graph.nodes[target], self.instance, outputs))
        folded = graph.with_nodes(rest)
        folded = RemoveNodes(tuple(inner)).apply(folded)
        if cycle(folded.nodes):
            raise EditError("The chosen nodes feed themselves through others; choose those in between too.")
        defined = Subgraph(self.name, frozen(made[0]), made[1], ports)
        folded = replace(folded, subgraphs=frozen({**graph.subgraphs, self.name: defined}))
        return self._framed(graph, folded)

    def _framed(self, before: Graph, after: Graph) -> Graph:
        """The new node stands in the frame that held all of the old ones."""
        for name, frame in before.frames.items():
            if set(self.nodes) <= set(frame.members):
                held = after.frames[name]
                return with_frames(
                    after,
                    {**after.frames, name: replace(held, members=(*held.members, self.instance))},
                )
        return after


@dataclass(frozen=True, slots=True)
class Unpack:
    """Put the inner nodes of a subgraph in the place of the node that stands for it."""

    node: str

    @property
    def title(self) -> str:
        """Unpack light."""
        return Phrase("Unpack {node}", node=self.node)

    def apply(self, graph: Graph) -> Graph:
        """The unfolded graph, with the definition gone if nothing else uses it; raises EditError."""
        instance = node_of(graph, self.node)
        found = definition(graph, instance.type) if is_instance(instance.type) else None
        if found is None:
            raise EditError("Node {node} is no subgraph of this document.", node=self.node)
        offset = _offset(found.nodes.values(), instance)
        added = pasted(graph, Graph(found.nodes), offset)
        names = dict(zip(found.nodes, (node.id for node in added.nodes), strict=True))
        nodes = {node.id: node for node in added.nodes}
        for port in found.inputs:
            nodes[names[port.node]] = _fed(nodes[names[port.node]], port, instance)
        outputs = {port.name: Source(names[port.node], port.port) for port in found.outputs}
        changed = [*nodes.values()]
        for target in {link.target for link in graph.consumers.get(self.node, ())}:
            changed.append(_inward(graph.nodes[target], self.node, outputs))
        frames = {
            name: replace(
                frame,
                members=tuple(
                    m for member in frame.members for m in (nodes if member == self.node else (member,))
                ),
            )
            if self.node in frame.members
            else frame
            for name, frame in graph.frames.items()
        }
        unfolded = with_frames(graph.with_nodes(changed), frames)
        return _unused_dropped(RemoveNodes((self.node,)).apply(unfolded), found.name)


def _cut_inputs(
    inner: Mapping[str, Node],
) -> tuple[tuple[dict[str, Node], tuple[Port, ...]], dict[str, Sources]]:
    nodes: dict[str, Node] = {}
    ports: list[Port] = []
    inputs: dict[str, Sources] = {}
    for name, node in inner.items():
        kept = dict(node.inputs)
        for key, sources in node.inputs.items():
            outer = tuple(source for source in sources if source.node not in inner)
            if outer and len(outer) < len(sources):
                raise EditError(
                    "Input {key} of {name} is linked from inside and outside; choose all or none.",
                    key=key,
                    name=name,
                )
            if outer:
                port = _fresh(key, name, inputs)
                ports.append(Port(port, name, key))
                inputs[port] = outer
                del kept[key]
        nodes[name] = without_outsiders(replace(node, inputs=kept), inner)
    return (nodes, tuple(ports)), inputs


def _outputs(graph: Graph, inner: Mapping[str, Node]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for name in inner:
        for link in graph.consumers.get(name, ()):
            spot = (name, link.source.output)
            if link.target not in inner and spot not in found:
                found[spot] = _fresh(link.source.output, name, found.values())
    return found


def _fresh(name: str, node: str, taken: Iterable[str]) -> str:
    used = set(taken)
    wanted = name if name not in used else f"{node}_{name}"
    number = 2
    while wanted in used:
        wanted = f"{node}_{name}_{number}"
        number += 1
    return wanted


def _outward(node: Node, instance: str, outputs: Mapping[tuple[str, str], str]) -> Node:
    return sources_changed(
        node,
        lambda s: (
            replace(s, node=instance, output=outputs[s.node, s.output])
            if (s.node, s.output) in outputs
            else s
        ),
    )


def _inward(node: Node, instance: str, outputs: Mapping[str, Source]) -> Node:
    def inside(source: Source) -> Source | None:
        if source.node != instance:
            return source
        found = outputs.get(source.output)
        return replace(source, node=found.node, output=found.output) if found else None

    return sources_changed(node, inside)


def sources_changed(node: Node, change: Callable[[Source], Source | None]) -> Node:
    """`node` with every source as `change` makes it; None takes the link out."""
    inputs = {}
    for name, sources in node.inputs.items():
        kept = tuple(found for found in map(change, sources) if found is not None)
        if kept:
            inputs[name] = kept
    return replace(node, inputs=inputs)


def _fed(node: Node, port: Port, instance: Node) -> Node:
    if port.name in instance.inputs:
        node = replace(node, inputs={**node.inputs, port.port: instance.inputs[port.name]})
    if port.name in instance.params:
        node = with_expressions(node, {port.port: None})
        node = replace(node, params={**node.params, port.port: instance.params[port.name]})
    return node


def _middle(nodes: Iterable[Node]) -> tuple[float, float]:
    places = [node.pos for node in nodes]
    return sum(x for x, _ in places) / len(places), sum(y for _, y in places) / len(places)


def _offset(nodes: Iterable[Node], instance: Node) -> tuple[float, float]:
    inner = list(nodes)
    x, y = _middle(inner) if inner else instance.pos
    return instance.pos[0] - x, instance.pos[1] - y


def _unused_dropped(graph: Graph, name: str) -> Graph:
    kinds = {node.type for node in graph.nodes.values()}
    kinds |= {node.type for found in graph.subgraphs.values() for node in found.nodes.values()}
    if PREFIX + name in kinds:
        return graph
    return replace(graph, subgraphs=frozen({k: s for k, s in graph.subgraphs.items() if k != name}))
