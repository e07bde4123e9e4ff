"""Edits of looks: places, sizes, names, colours, the view. Nothing here reruns anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from nodegraph.edits.base import check_numbers, check_text, node_of, some, with_frames, with_notes
from nodegraph.model.graph import Frame, Graph, Node, Note, Point, Source, Sources, frozen
from nodegraph.support.errors import EditError
from nodegraph.support.messages import Phrase


@dataclass(frozen=True, slots=True)
class Move:
    """Put nodes, frames and notes, by id, at new places. A frame moves alone: give its members' places.

    The bends of a link whose two ends move go along, by the mean of what its ends move.
    """

    places: Mapping[str, Point]

    @property
    def title(self) -> str:
        """Move 3 nodes."""
        return Phrase("Move {what}", what=some(self.places))

    def apply(self, graph: Graph) -> Graph:
        """The graph with everything in its place; raises EditError for an unknown id."""
        for name, place in self.places.items():
            check_numbers(name, place)
        moved = _changed(graph, self.places, _moved_node, _moved_frame, _moved_note)
        bent = [node for name in self.places if (node := _with_bends_moved(graph, moved, name)) is not None]
        return moved.with_nodes(bent) if bent else moved


@dataclass(frozen=True, slots=True)
class Resize:
    """Give nodes, frames and notes, by id, new sizes; None lets a node find its own."""

    sizes: Mapping[str, Point | None]

    @property
    def title(self) -> str:
        """Resize sampler."""
        return Phrase("Resize {what}", what=some(self.sizes))

    def apply(self, graph: Graph) -> Graph:
        """The graph with the sizes; raises EditError for an unknown id and a size that is none."""
        for name, size in self.sizes.items():
            if size is not None:
                check_numbers(name, size)
            if (size is None and name not in graph.nodes) or (size is not None and min(size) <= 0):
                raise EditError("{name} needs a width and a height above 0.", name=name)
        return _changed(graph, self.sizes, _sized_node, _sized_frame, _sized_note)


@dataclass(frozen=True, slots=True)
class SetColor:
    """Colour nodes, frames and notes, by id; an empty text is the usual colour."""

    ids: tuple[str, ...]
    color: str

    @property
    def title(self) -> str:
        """Colour 3 nodes."""
        return Phrase("Colour {what}", what=some(self.ids))

    def apply(self, graph: Graph) -> Graph:
        """The graph with the colours; raises EditError for an unknown id."""
        check_text(Phrase("colour"), self.color)
        wanted = dict.fromkeys(self.ids, self.color)
        return _changed(
            graph,
            wanted,
            lambda node, color: replace(node, color=color),
            lambda frame, color: replace(frame, color=color),
            lambda note, color: replace(note, color=color),
        )


@dataclass(frozen=True, slots=True)
class SetTitle:
    """Title a node; an empty text shows its type's title."""

    node: str
    text: str

    @property
    def title(self) -> str:
        """Title sampler."""
        return Phrase("Title {node}", node=self.node)

    def apply(self, graph: Graph) -> Graph:
        """The graph with the title; raises EditError for an unknown node."""
        check_text(Phrase("title"), self.text)
        node = node_of(graph, self.node)
        return graph if node.title == self.text else graph.with_nodes([replace(node, title=self.text)])


@dataclass(frozen=True, slots=True)
class SetFlags:
    """Collapse or pin nodes or hide their unlinked inputs; None leaves a flag as it is."""

    nodes: tuple[str, ...]
    collapsed: bool | None = None
    pinned: bool | None = None
    hide_unlinked: bool | None = None

    @property
    def title(self) -> str:
        """Collapse 3 nodes."""
        names = (
            (self.collapsed, Phrase("Collapse"), Phrase("Expand")),
            (self.pinned, Phrase("Pin"), Phrase("Unpin")),
            (self.hide_unlinked, Phrase("Hide unlinked inputs of"), Phrase("Show all inputs of")),
        )
        verb = next((on if flag else off for flag, on, off in names if flag is not None), Phrase("Change"))
        return Phrase("{verb} {what}", verb=verb, what=some(self.nodes))

    def apply(self, graph: Graph) -> Graph:
        """The graph with the flags set; raises EditError for unknown nodes."""
        flags = {
            "collapsed": self.collapsed,
            "pinned": self.pinned,
            "hide_unlinked": self.hide_unlinked,
        }
        wanted: dict[str, Any] = {name: flag for name, flag in flags.items() if flag is not None}
        nodes = [node_of(graph, name) for name in self.nodes]
        changed = [
            replace(node, **wanted)
            for node in nodes
            if any(getattr(node, name) != flag for name, flag in wanted.items())
        ]
        return graph.with_nodes(changed) if changed else graph


@dataclass(frozen=True, slots=True)
class SetView:
    """Remember what part of the canvas was seen; plain JSON values. It does not count as a change."""

    view: Mapping[str, Any]

    @property
    def title(self) -> str:
        """Change view."""
        return Phrase("Change view")

    def apply(self, graph: Graph) -> Graph:
        """The graph with the view."""
        return graph if graph.view == self.view else replace(graph, view=frozen(self.view))


def _changed(graph: Graph, wanted: Mapping[str, Any], on_node: Any, on_frame: Any, on_note: Any) -> Graph:
    nodes: list[Node] = []
    frames: dict[str, Frame] = {}
    notes: dict[str, Note] = {}
    for name, value in wanted.items():
        if (node := graph.nodes.get(name)) is not None:
            after = on_node(node, value)
            if after != node:
                nodes.append(after)
        elif (frame := graph.frames.get(name)) is not None:
            frames[name] = on_frame(frame, value)
        elif (note := graph.notes.get(name)) is not None:
            notes[name] = on_note(note, value)
        else:
            raise EditError("There is nothing called {name!r}.", name=name)
    if nodes:
        graph = graph.with_nodes(nodes)
    if any(graph.frames[name] != frame for name, frame in frames.items()):
        graph = with_frames(graph, {**graph.frames, **frames})
    if any(graph.notes[name] != note for name, note in notes.items()):
        graph = with_notes(graph, {**graph.notes, **notes})
    return graph


def _with_bends_moved(before: Graph, after: Graph, name: str) -> Node | None:
    """The node with the bends of its incoming links moved as their ends were; None where none moves."""
    node = after.nodes.get(name)
    if node is None or not any(source.via for sources in node.inputs.values() for source in sources):
        return None
    end = _way(before, after, name)
    inputs: dict[str, Sources] = {}
    for key, sources in node.inputs.items():
        inputs[key] = tuple(
            _bends_moved(s, _way(before, after, s.node), end) if s.via else s for s in sources
        )
    return replace(node, inputs=frozen(inputs)) if inputs != node.inputs else None


def _way(before: Graph, after: Graph, name: str) -> Point:
    old, new = before.nodes.get(name), after.nodes.get(name)
    if old is None or new is None:
        return (0.0, 0.0)
    return new.pos[0] - old.pos[0], new.pos[1] - old.pos[1]


def _bends_moved(source: Source, start: Point, end: Point) -> Source:
    if start == (0.0, 0.0) or end == (0.0, 0.0):
        return source
    by = start if start == end else ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    return replace(source, via=tuple((round(x + by[0], 3), round(y + by[1], 3)) for x, y in source.via))


def _moved_node(node: Node, place: Point) -> Node:
    return replace(node, pos=(place[0], place[1]))


def _moved_frame(frame: Frame, place: Point) -> Frame:
    return replace(frame, rect=(place[0], place[1], *frame.rect[2:]))


def _moved_note(note: Note, place: Point) -> Note:
    return replace(note, pos=(place[0], place[1]))


def _sized_node(node: Node, size: Point | None) -> Node:
    return replace(node, size=None if size is None else (size[0], size[1]))


def _sized_frame(frame: Frame, size: Point) -> Frame:
    return replace(frame, rect=(*frame.rect[:2], size[0], size[1]))


def _sized_note(note: Note, size: Point) -> Note:
    return replace(note, size=(size[0], size[1]))
