"""Edits that fold nodes into a subgraph and unfold one."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from nodegraph.edits.base import check_new_id, check_text, node_of, with_frames, with_notes
from nodegraph.edits.frames_and_notes import RemoveFrames, RemoveNotes
from nodegraph.edits.nodes import RemoveNodes, only_members
from nodegraph.edits.paste import placed
from nodegraph.model.expression_refs import with_expressions, without_outsiders
from nodegraph.model.frames import contents
from nodegraph.model.graph import Frame, Graph, Node, Note, Port, Source, Sources, Subgraph, frozen
from nodegraph.model.traversal import cycle
from nodegraph.subgraphs.expand import PREFIX, definition, is_instance, uses
from nodegraph.support.errors import EditError
from nodegraph.support.messages import Phrase


@dataclass(frozen=True, slots=True)
class MakeSubgraph:
    """Fold nodes into a subgraph called `name`, in whose place stands one node with the free id `instance`.

    Each input linked from outside and each output used outside becomes a port. The frames and notes named go
    inside too, with all that these frames hold, and so do frames whose nodes are all chosen among others, and
    notes pinned to a chosen node.
    """

    nodes: tuple[str, ...]
    name: str
    instance: str
    frames: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

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
        for name in (*self.frames, *self.notes):
            if name not in graph.frames and name not in graph.notes:
                raise EditError("There is nothing called {name!r}.", name=name)
        chosen = dict.fromkeys(self.nodes)
        chosen |= dict.fromkeys(sorted(contents(graph, self.frames).nodes - chosen.keys()))
        inner = {node_of(graph, name).id: graph.nodes[name] for name in chosen}
        if not inner:
            raise EditError("Choose the nodes that the subgraph is to hold.")
        frames, notes = self._boxes(graph, inner)
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
        folded = RemoveNotes(tuple(notes)).apply(RemoveFrames(tuple(frames)).apply(folded))
        folded = RemoveNodes(tuple(inner)).apply(folded)
        if cycle(folded.nodes):
            raise EditError("The chosen nodes feed themselves through others; choose those in between too.")
        defined = Subgraph(self.name, frozen(made[0]), made[1], ports, frames=frames, notes=notes)
        folded = replace(folded, subgraphs=frozen({**graph.subgraphs, self.name: defined}))
        return self._framed(graph, folded, inner.keys())

    def _boxes(
        self, graph: Graph, inner: Mapping[str, Node]
    ) -> tuple[Mapping[str, Frame], Mapping[str, Note]]:
        """The frames and notes that go inside."""
        held = contents(graph, self.frames)
        names = set(held.frames)
        for name, frame in graph.frames.items():
            if frame.members and inner.keys() > set(frame.members):
                names.add(name)
        notes = set(self.notes) | held.notes | contents(graph, names).notes
        notes |= {note.id for note in graph.notes.values() if note.on in inner}
        return (
            frozen({k: only_members(f, f.members, inner) for k, f in graph.frames.items() if k in names}),
            frozen({k: _pinned_within(n, inner) for k, n in graph.notes.items() if k in notes}),
        )

    def _framed(self, before: Graph, after: Graph, inner: AbstractSet[str]) -> Graph:
        """The new node stands in the frame that held all of the old ones."""
        for name, frame in before.frames.items():
            if name in after.frames and inner <= set(frame.members):
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
        return UnpackAll((self.node,)).apply(graph)


@dataclass(frozen=True, slots=True)
class UnpackAll:
    """Put the insides of several subgraphs in the places of the nodes that stand for them."""

    nodes: tuple[str, ...]

    @property
    def title(self) -> str:
        """Unpack subgraphs."""
        return Unpack(self.nodes[0]).title if len(self.nodes) == 1 else Phrase("Unpack subgraphs")

    def apply(self, graph: Graph) -> Graph:
        """The unfolded graph, with the definitions gone that nothing else uses; raises EditError."""
        instances = {name: node_of(graph, name) for name in self.nodes}
        found = {name: _definition(graph, node) for name, node in instances.items()}
        ids = [
            (name, inner) for name, sub in found.items() for inner in (*sub.nodes, *sub.frames, *sub.notes)
        ]
        fresh = dict(zip(ids, graph.fresh_ids(inner for _, inner in ids), strict=True))
        nodes: dict[str, Node] = {}
        frames: dict[str, Frame] = {}
        notes: dict[str, Note] = {}
        # The new nodes of each instance that are in no frame of the subgraph.
        free: dict[str, tuple[str, ...]] = {}
        outputs: dict[tuple[str, str], Source] = {}
        for name, sub in found.items():
            names = {inner: fresh[name, inner] for inner in (*sub.nodes, *sub.frames, *sub.notes)}
            added = placed(sub.level(), names, _offset(sub.nodes.values(), instances[name]))
            nodes |= {node.id: node for node in added.nodes}
            frames |= {frame.id: frame for frame in added.frames}
            notes |= {note.id: note for note in added.notes}
            for port in sub.inputs:
                target = names[port.node]
                nodes[target] = _fed(nodes[target], port, instances[name])
            outputs |= {(name, port.name): Source(names[port.node], port.port) for port in sub.outputs}
            held = {member for frame in added.frames for member in frame.members}
            free[name] = tuple(node.id for node in added.nodes if node.id not in held)
        targets = {link.target for name in instances for link in graph.consumers.get(name, ())}
        changed = [graph.nodes[target] for target in targets - instances.keys()]
        rest = [_inward(node, instances.keys(), outputs) for node in (*nodes.values(), *changed)]
        kept = {
            name: replace(frame, members=tuple(n for m in frame.members for n in free.get(m, (m,))))
            if any(member in free for member in frame.members)
            else frame
            for name, frame in graph.frames.items()
        }
        unfolded = with_frames(graph.with_nodes(rest), {**kept, **frames})
        if notes:
            unfolded = with_notes(unfolded, {**graph.notes, **notes})
        unfolded = RemoveNodes(tuple(instances)).apply(unfolded)
        return _unused_dropped(unfolded, {sub.name for sub in found.values()})


def _definition(graph: Graph, instance: Node) -> Subgraph:
    found = definition(graph, instance.type) if is_instance(instance.type) else None
    if found is None:
        raise EditError("Node {node} is no subgraph of this document.", node=instance.id)
    return found


def _pinned_within(note: Note, nodes: Container[str]) -> Note:
    return note if not note.on or note.on in nodes else replace(note, on="")


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


def _inward(node: Node, instances: Container[str], outputs: Mapping[tuple[str, str], Source]) -> Node:
    """The node with the links that started at `instances` starting at what these hold."""

    def inside(source: Source) -> Source | None:
        if source.node not in instances:
            return source
        found = outputs.get((source.node, source.output))
        return replace(source, node=found.node, output=found.output) if found else None

    if not any(source.node in instances for sources in node.inputs.values() for source in sources):
        return node
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


def _unused_dropped(graph: Graph, names: AbstractSet[str]) -> Graph:
    """The graph without those of the definitions `names` that no node stands for."""
    unused = names - uses(graph).keys()
    if not unused:
        return graph
    return replace(graph, subgraphs=frozen({k: s for k, s in graph.subgraphs.items() if k not in unused}))
