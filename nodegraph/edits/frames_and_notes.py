"""Edits of frames and notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from nodegraph.model.frames import nested
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
        return _with_frames(graph, [self.frame])


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
        return RemoveFrames((self.frame,)).apply(graph)


@dataclass(frozen=True, slots=True)
class RemoveFrames:
    """Remove frames; their nodes stay."""

    frames: tuple[str, ...]

    @property
    def title(self) -> str:
        """Remove 3 frames."""
        if len(self.frames) == 1:
            return Phrase("Remove frame")
        return Phrase("Remove {count} frames", count=len(self.frames))

    def apply(self, graph: Graph) -> Graph:
        """The graph without the frames; raises EditError for an unknown one."""
        gone = {frame_of(graph, name).id for name in self.frames}
        return with_frames(graph, {k: f for k, f in graph.frames.items() if k not in gone}) if gone else graph


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
        return ChangeFrames((self.frame,)).apply(graph)


@dataclass(frozen=True, slots=True)
class ChangeFrames:
    """Put `frames` in the places of those with their ids, as `ChangeFrame` does with one."""

    frames: tuple[Frame, ...]
    verb: str = Phrase("Change")

    @property
    def title(self) -> str:
        """Lock 3 frames."""
        if len(self.frames) == 1:
            return _framed(self.verb, self.frames[0])
        return Phrase("{verb} {count} frames", verb=self.verb, count=len(self.frames))

    def apply(self, graph: Graph) -> Graph:
        """The graph with the frames so; raises EditError for an unknown frame and for unknown members."""
        changed = [frame for frame in self.frames if frame_of(graph, frame.id) != frame]
        return _with_frames(graph, changed) if changed else graph


@dataclass(frozen=True, slots=True)
class SetFrameMode:
    """Mute or bypass all that a frame holds, or give each node back the mode it had before."""

    frame: str
    mode: Mode

    @property
    def title(self) -> str:
        """Mute frame."""
        return SetFrameModes((self.frame,), self.mode).title

    def apply(self, graph: Graph) -> Graph:
        """The graph with the frame and its nodes so; raises EditError if there is no such frame."""
        return SetFrameModes((self.frame,), self.mode).apply(graph)


@dataclass(frozen=True, slots=True)
class SetFrameModes:
    """Mute or bypass all that some frames hold, nested frames included, or give each node back its mode."""

    frames: tuple[str, ...]
    mode: Mode

    @property
    def title(self) -> str:
        """Mute 3 frames."""
        verb = {"run": Phrase("Enable"), "mute": Phrase("Mute"), "bypass": Phrase("Bypass")}[self.mode]
        if len(self.frames) == 1:
            return Phrase("{verb} frame", verb=verb)
        return Phrase("{verb} {count} frames", verb=verb, count=len(self.frames))

    def apply(self, graph: Graph) -> Graph:
        """The graph with the frames and their nodes so; raises EditError for an unknown frame."""
        frames: dict[str, Frame] = {}
        modes: dict[str, Mode] = {}
        chosen = [frame for name in self.frames if (frame := frame_of(graph, name)).mode != self.mode]
        inside = nested(graph, [frame.id for frame in chosen])
        for frame in chosen:
            held = [m for name in inside[frame.id] for m in graph.frames[name].members]
            own: Mapping[str, Mode] = frame.own
            if frame.mode == "run":
                own = {node: mode for node in held if (mode := graph.nodes[node].mode) != "run"}
            if self.mode == "run":
                modes.update({node: own.get(node, "run") for node in held})
                own = {}
            else:
                modes.update(dict.fromkeys(held, self.mode))
            frames[frame.id] = replace(frame, mode=self.mode, own=frozen(own))
        if not frames:
            return graph
        after = with_frames(graph, {**graph.frames, **frames})
        return after.with_nodes(
            [replace(graph.nodes[n], mode=mode) for n, mode in modes.items() if graph.nodes[n].mode != mode]
        )


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
        return RemoveNotes((self.note,)).apply(graph)


@dataclass(frozen=True, slots=True)
class RemoveNotes:
    """Remove notes."""

    notes: tuple[str, ...]

    @property
    def title(self) -> str:
        """Remove 3 notes."""
        if len(self.notes) == 1:
            return Phrase("Remove note")
        return Phrase("Remove {count} notes", count=len(self.notes))

    def apply(self, graph: Graph) -> Graph:
        """The graph without the notes; raises EditError for an unknown one."""
        gone = {note_of(graph, name).id for name in self.notes}
        return with_notes(graph, {k: n for k, n in graph.notes.items() if k not in gone}) if gone else graph


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


def _with_frames(graph: Graph, frames: Iterable[Frame]) -> Graph:
    """The graph with these frames, which take their members out of the frames that held them before."""
    new: dict[str, Frame] = {}
    owner: dict[str, str] = {}
    for frame in frames:
        check_numbers(Phrase("frame {id}", id=frame.id), frame.rect)
        check_text(Phrase("title of the frame"), frame.title)
        check_text(Phrase("colour of the frame"), frame.color)
        for member in frame.members:
            node_of(graph, member)
        new[frame.id] = only_members(frame, dict.fromkeys(frame.members), graph.nodes)
        owner.update(dict.fromkeys(frame.members, frame.id))
    new = {
        name: frame
        if all(owner[member] == name for member in frame.members)
        else only_members(frame, [m for m in frame.members if owner[m] == name], graph.nodes)
        for name, frame in new.items()
    }
    kept = without_members({k: f for k, f in graph.frames.items() if k not in new}, owner.keys())
    order = dict.fromkeys((*graph.frames, *new))
    return with_frames(graph, {name: new.get(name) or kept[name] for name in order})


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
