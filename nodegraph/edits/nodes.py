"""Edits that bring nodes, take them away, rename them or make them another type."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from nodegraph.analysis.starred import view_renamed
from nodegraph.edits.base import (
    check_new_id,
    check_numbers,
    check_text,
    check_value,
    node_of,
    some,
    with_frames,
    with_notes,
)
from nodegraph.model.expression_refs import follow
from nodegraph.model.graph import Frame, Graph, Link, Node, Note, Source, Sources, Subgraph, frozen
from nodegraph.model.spec import Scalar
from nodegraph.model.traversal import cycle
from nodegraph.support.errors import EditError
from nodegraph.support.messages import Phrase


@dataclass(frozen=True, slots=True)
class AddNodes:
    """Add nodes whose ids are free, with frames, notes and subgraph definitions that come with them.

    Their links may start at each other or at nodes of the graph. `paste.pasted` makes such nodes from others.
    """

    nodes: tuple[Node, ...]
    frames: tuple[Frame, ...] = ()
    notes: tuple[Note, ...] = ()
    subgraphs: tuple[Subgraph, ...] = ()

    @property
    def title(self) -> str:
        """Add KSampler."""
        return Phrase("Add {what}", what=some(node.title or node.type for node in self.nodes))

    def apply(self, graph: Graph) -> Graph:
        """The graph with the nodes; raises EditError for taken ids, loose links and circles."""
        self._check_ids(graph)
        added = {node.id: node for node in self.nodes}
        for node in self.nodes:
            _check_node(node)
            for link in node.links():
                if link.source.node not in added and link.source.node not in graph.nodes:
                    raise EditError(
                        "Node {id}: its input {input} is linked to {node!r}, which is not there.",
                        id=node.id,
                        input=link.input,
                        node=link.source.node,
                    )
        circle = cycle(added)
        if circle:
            raise EditError("These nodes feed each other in a circle: {names}.", names=", ".join(circle))
        members = {member for frame in self.frames for member in frame.members}
        lost = sorted(members - added.keys() - graph.nodes.keys())
        if lost:
            raise EditError("A frame is to hold {name!r}, which is not there.", name=lost[0])
        grown = _with_subgraphs(graph.with_nodes(self.nodes), self.subgraphs)
        if self.frames:
            kept = without_members(graph.frames, members)
            grown = with_frames(grown, {**kept, **_frames_apart(self.frames)})
        if self.notes:
            grown = with_notes(grown, {**graph.notes, **{note.id: note for note in self.notes}})
        return grown

    def _check_ids(self, graph: Graph) -> None:
        names = [node.id for node in self.nodes]
        names += [frame.id for frame in self.frames] + [note.id for note in self.notes]
        if len(set(names)) != len(names):
            raise EditError("Two of the added nodes, frames or notes share an id.")
        for name in names:
            check_new_id(graph, name)


@dataclass(frozen=True, slots=True)
class RemoveNodes:
    """Remove nodes with their links. `bridges` replace links that left them (see `heal.bridges`)."""

    nodes: tuple[str, ...]
    bridges: tuple[Link, ...] = ()

    @property
    def title(self) -> str:
        """Delete sampler."""
        return Phrase("Delete {what}", what=some(self.nodes))

    def apply(self, graph: Graph) -> Graph:
        """The graph without the nodes; raises EditError for unknown ones and bridges that do not hold."""
        gone = {node_of(graph, name).id for name in self.nodes}
        bridges = {(link.target, link.input, link.index): link.source for link in self.bridges}
        for source in bridges.values():
            if source.node in gone or source.node not in graph.nodes:
                raise EditError(
                    "A link cannot be healed from {node!r}, which is not there.", node=source.node
                )
        changed = []
        for target in {link.target for name in gone for link in graph.consumers.get(name, ())} - gone:
            changed.append(_bridged(graph.nodes[target], gone, bridges))
        smaller = graph.with_nodes(changed, gone)
        if bridges and cycle(smaller.nodes):
            raise EditError("Healing the links would close a circle.")
        return _forget(smaller, gone)


@dataclass(frozen=True, slots=True)
class RenameNode:
    """Give a node another id; links, frames and notes follow."""

    node: str
    id: str

    @property
    def title(self) -> str:
        """Rename sampler."""
        return Phrase("Rename {node}", node=self.node)

    def apply(self, graph: Graph) -> Graph:
        """The graph with the new id in the old place; raises EditError if it is taken or malformed."""
        old = node_of(graph, self.node)
        if self.id == self.node:
            return graph
        check_new_id(graph, self.id)
        changed = {self.node: replace(old, id=self.id)}
        for target in {link.target for link in graph.consumers.get(self.node, ())}:
            changed[target] = _redirected(graph.nodes[target], self.node, self.id)
        names = {self.node: self.id}
        nodes = (follow(changed.get(name, node), names) for name, node in graph.nodes.items())
        view = view_renamed(graph, self.node, self.id)
        renamed = replace(graph, nodes=MappingProxyType({node.id: node for node in nodes}), view=view)
        if any(self.node in frame.members or self.node in frame.own for frame in graph.frames.values()):
            renamed = with_frames(renamed, {k: self._frame(f) for k, f in graph.frames.items()})
        if any(note.on == self.node for note in graph.notes.values()):
            renamed = with_notes(renamed, {k: self._note(n) for k, n in graph.notes.items()})
        return renamed

    def _frame(self, frame: Frame) -> Frame:
        if self.node not in frame.members and self.node not in frame.own:
            return frame
        members = tuple(self.id if m == self.node else m for m in frame.members)
        own = {self.id if m == self.node else m: mode for m, mode in frame.own.items()}
        return replace(frame, members=members, own=MappingProxyType(own))

    def _note(self, note: Note) -> Note:
        return replace(note, on=self.id) if note.on == self.node else note


@dataclass(frozen=True, slots=True)
class Replace:
    """Make a node another type in its place, keeping its id and looks (`swap.swapped` fits the links).

    `params` and `inputs` are all that the new node has. `outputs` maps old output names to new ones; links
    from other outputs are cut.
    """

    node: str
    type: str
    version: int
    params: Mapping[str, Scalar] = field(default_factory=frozen)
    inputs: Mapping[str, Sources] = field(default_factory=frozen)
    outputs: Mapping[str, str] = field(default_factory=frozen)

    @property
    def title(self) -> str:
        """Replace sampler by KSampler."""
        return Phrase("Replace {node} by {type}", node=self.node, type=self.type)

    def apply(self, graph: Graph) -> Graph:
        """The graph with the node of another type; raises EditError for loose links and circles."""
        old = node_of(graph, self.node)
        new = replace(
            old, type=self.type, version=self.version, params=frozen(self.params), inputs=frozen(self.inputs)
        )
        _check_node(new)
        for link in new.links():
            node_of(graph, link.source.node)
        changed = [new]
        for target in {link.target for link in graph.consumers.get(self.node, ())}:
            changed.append(self._rewired(graph.nodes[target]))
        swapped = graph.with_nodes(changed)
        if cycle(swapped.nodes):
            raise EditError("Replacing {node} would close a circle.", node=self.node)
        return swapped

    def _rewired(self, target: Node) -> Node:
        inputs = {}
        for name, sources in target.inputs.items():
            kept = tuple(
                replace(s, output=self.outputs[s.output]) if s.node == self.node else s
                for s in sources
                if s.node != self.node or s.output in self.outputs
            )
            if kept:
                inputs[name] = kept
        return replace(target, inputs=MappingProxyType(inputs))


def only_members(frame: Frame, members: Iterable[str], known: Container[str]) -> Frame:
    """The frame with these members alone; what it remembers of nodes that are not `known` is dropped."""
    own = {name: mode for name, mode in frame.own.items() if name in known}
    return replace(frame, members=tuple(members), own=MappingProxyType(own))


def _frames_apart(frames: Iterable[Frame]) -> dict[str, Frame]:
    """Each frame with members that no frame before it has, each of them once."""
    apart: dict[str, Frame] = {}
    taken: set[str] = set()
    for frame in frames:
        apart[frame.id] = replace(
            frame, members=tuple(dict.fromkeys(m for m in frame.members if m not in taken))
        )
        taken.update(frame.members)
    return apart


def without_members(frames: Mapping[str, Frame], gone: AbstractSet[str]) -> dict[str, Frame]:
    """The frames, none of which holds any of `gone`; an unchanged frame is the same object."""
    return {
        name: replace(
            frame,
            members=tuple(m for m in frame.members if m not in gone),
            own=MappingProxyType({name: mode for name, mode in frame.own.items() if name not in gone}),
        )
        if not gone.isdisjoint(frame.members)
        else frame
        for name, frame in frames.items()
    }


def _check_node(node: Node) -> None:
    check_numbers(Phrase("node {id}", id=node.id), (*node.pos, *(node.size or ())))
    for what, text in (("type", node.type), ("title", node.title), ("color", node.color)):
        check_text(f"{what} of node {node.id}", text)
    if not node.type:
        raise EditError("Node {id} has no type.", id=node.id)
    if node.version < 1:
        raise EditError("Node {id}: versions count from 1.", id=node.id)
    for name, value in node.params.items():
        check_value(node.id, name, value)


def _with_subgraphs(graph: Graph, subgraphs: tuple[Subgraph, ...]) -> Graph:
    if not subgraphs:
        return graph
    for subgraph in subgraphs:
        if graph.subgraphs.get(subgraph.name, subgraph) != subgraph:
            raise EditError(
                "There is another subgraph called {name!r}; rename one of them.", name=subgraph.name
            )
    return replace(graph, subgraphs=frozen({**graph.subgraphs, **{s.name: s for s in subgraphs}}))


def _bridged(node: Node, gone: set[str], bridges: Mapping[tuple[str, str, int], Source]) -> Node:
    inputs = {}
    for name, sources in node.inputs.items():
        found = (
            source if source.node not in gone else bridges.get((node.id, name, index))
            for index, source in enumerate(sources)
        )
        kept = tuple(source for source in found if source is not None)
        if kept:
            inputs[name] = kept
    return replace(node, inputs=MappingProxyType(inputs))


def _forget(graph: Graph, gone: set[str]) -> Graph:
    frames = {
        name: replace(frame, own=MappingProxyType({k: m for k, m in frame.own.items() if k not in gone}))
        if gone.intersection(frame.own)
        else frame
        for name, frame in without_members(graph.frames, gone).items()
    }
    if any(frames[name] is not frame for name, frame in graph.frames.items()):
        graph = with_frames(graph, frames)
    if any(note.on in gone for note in graph.notes.values()):
        notes = {k: replace(n, on="") if n.on in gone else n for k, n in graph.notes.items()}
        graph = with_notes(graph, notes)
    return graph


def _redirected(node: Node, old: str, new: str) -> Node:
    inputs = {
        name: tuple(replace(s, node=new) if s.node == old else s for s in sources)
        for name, sources in node.inputs.items()
    }
    return replace(node, inputs=MappingProxyType(inputs))
