"""Edits of frames and notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nodegraph.edits.base import (
    check_new_id,
    check_numbers,
    check_text,
    frame_of,
    node_of,
    note_of,
    with_frames,
    with_notes,
)
from nodegraph.edits.nodes import only_members, without_members
from nodegraph.model.graph import Frame, Graph, Mode, Note, frozen
from nodegraph.support.messages import Phrase


@dataclass(frozen=True, slots=True)
class AddFrame:
    """Add a frame; its members leave the frames they were in, for a node has one frame at most."""

    frame: Frame

    @property
    def title(self) -> str:
        """Add frame Light."""
        return _framed(Phrase("Add"), self.frame)

    def apply(self, graph: Graph) -> Graph:
        """The graph with the frame; raises EditError for a taken id and unknown members."""
        check_new_id(graph, self.frame.id)
        return _with_frame(graph, self.frame)


@dataclass(frozen=True, slots=True)
class RemoveFrame:
    """Remove a frame; its nodes stay."""

    frame: str

    @property
    def title(self) -> str:
        """Remove frame."""
        return Phrase("Remove frame")

    def apply(self, graph: Graph) -> Graph:
        """The graph without the frame; raises EditError if there is none."""
        frame_of(graph, self.frame)
        return with_frames(graph, {k: f for k, f in graph.frames.items() if k != self.frame})


@dataclass(frozen=True, slots=True)
class ChangeFrame:
    """Put `frame` in the place of the one with its id: other members, title, place, colour or flags."""

    frame: Frame
    verb: str = Phrase("Change")

    @property
    def title(self) -> str:
        """Change frame Light."""
        return _framed(self.verb, self.frame)

    def apply(self, graph: Graph) -> Graph:
        """The graph with the frame so; raises EditError if there is none and for unknown members."""
        if frame_of(graph, self.frame.id) == self.frame:
            return graph
        return _with_frame(graph, self.frame)


@dataclass(frozen=True, slots=True)
class SetFrameMode:
    """Mute or bypass all members of a frame together, or let each be again what it was before."""

    frame: str
    mode: Mode

    @property
    def title(self) -> str:
        """Mute frame."""
        verb = {"run": Phrase("Enable"), "mute": Phrase("Mute"), "bypass": Phrase("Bypass")}[self.mode]
        return Phrase("{verb} frame", verb=verb)

    def apply(self, graph: Graph) -> Graph:
        """The graph with the frame and its members so; raises EditError if there is no such frame."""
        frame = frame_of(graph, self.frame)
        if frame.mode == self.mode:
            return graph
        members = [graph.nodes[name] for name in frame.members]
        own: Mapping[str, Mode] = frame.own
        if frame.mode == "run":
            own = {node.id: node.mode for node in members if node.mode != "run"}
        if self.mode == "run":
            changed = [replace(node, mode=own.get(node.id, "run")) for node in members]
            own = {}
        else:
            changed = [replace(node, mode=self.mode) for node in members]
        framed = replace(frame, mode=self.mode, own=frozen(own))
        after = with_frames(graph, {**graph.frames, frame.id: framed})
        return after.with_nodes([node for node in changed if node.mode != graph.nodes[node.id].mode])


@dataclass(frozen=True, slots=True)
class AddNote:
    """Add a note, free or pinned to a node."""

    note: Note

    @property
    def title(self) -> str:
        """Add note."""
        return Phrase("Add note")

    def apply(self, graph: Graph) -> Graph:
        """The graph with the note; raises EditError for a taken id and an unknown node."""
        check_new_id(graph, self.note.id)
        return _with_note(graph, self.note)


@dataclass(frozen=True, slots=True)
class RemoveNote:
    """Remove a note."""

    note: str

    @property
    def title(self) -> str:
        """Remove note."""
        return Phrase("Remove note")

    def apply(self, graph: Graph) -> Graph:
        """The graph without the note; raises EditError if there is none."""
        note_of(graph, self.note)
        return with_notes(graph, {k: n for k, n in graph.notes.items() if k != self.note})


@dataclass(frozen=True, slots=True)
class ChangeNote:
    """Put `note` in the place of the one with its id."""

    note: Note
    verb: str = Phrase("Change")

    @property
    def title(self) -> str:
        """Change note."""
        return Phrase("{verb} note", verb=self.verb)

    def apply(self, graph: Graph) -> Graph:
        """The graph with the note so; raises EditError if there is none and for an unknown node."""
        return graph if note_of(graph, self.note.id) == self.note else _with_note(graph, self.note)


def _with_frame(graph: Graph, frame: Frame) -> Graph:
    check_numbers(Phrase("frame {id}", id=frame.id), frame.rect)
    check_text(Phrase("title of the frame"), frame.title)
    check_text(Phrase("colour of the frame"), frame.color)
    for member in frame.members:
        node_of(graph, member)
    frame = only_members(frame, dict.fromkeys(frame.members))
    others = {k: f for k, f in graph.frames.items() if k != frame.id}
    kept = without_members(others, set(frame.members))
    order = [*graph.frames] if frame.id in graph.frames else [*graph.frames, frame.id]
    return with_frames(graph, {k: frame if k == frame.id else kept[k] for k in order})


def _with_note(graph: Graph, note: Note) -> Graph:
    check_numbers(Phrase("note {id}", id=note.id), (*note.pos, *note.size))
    check_text(Phrase("text of the note"), note.text)
    check_text(Phrase("colour of the note"), note.color)
    if note.on:
        node_of(graph, note.on)
    return with_notes(graph, {**graph.notes, note.id: note})


def _framed(verb: str, frame: Frame) -> str:
    if not frame.title:
        return Phrase("{verb} frame", verb=verb)
    return Phrase("{verb} frame {title}", verb=verb, title=frame.title)
