"""Parsed JSON -> Graph: nodes, frames, notes and subgraphs, and that they fit each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from nodegraph.formats.native.exposed import with_exposure
from nodegraph.formats.native.fields import MAX_NAME, NOTHING, Fields, described
from nodegraph.formats.native.nesting import check_nesting
from nodegraph.formats.native.nodes import check_name, read_mode, read_nodes
from nodegraph.model.graph import Frame, Graph, Mode, Node, Note, Port, Subgraph, frozen
from nodegraph.model.json_text import check_depth
from nodegraph.model.note_images import NotePicture
from nodegraph.model.notes import together_fault
from nodegraph.support.errors import LoadError
from nodegraph.support.messages import Phrase


def graph_of(data: Mapping[str, Any], place: str) -> Graph:
    """The graph in an object of the current format version; raises LoadError."""
    top = Fields(data, place)
    top.take("format")
    top.take("version")
    nodes, frames, notes = _level(top, place)
    subgraphs = {name: _subgraph(name, item, place) for name, item in top.members("subgraphs").items()}
    check_nesting(subgraphs, place)
    _check_pictures(
        place, [*notes.values(), *(note for s in subgraphs.values() for note in s.notes.values())]
    )
    view = top.members("view")
    check_depth(view, place)
    return Graph(
        MappingProxyType(nodes),
        MappingProxyType(frames),
        MappingProxyType(notes),
        MappingProxyType(subgraphs),
        frozen(view),
        top.rest(),
    )


def _level(fields: Fields, place: str) -> tuple[dict[str, Node], dict[str, Frame], dict[str, Note]]:
    """The nodes, frames and notes of the document or of one subgraph."""
    nodes = read_nodes(fields.items("nodes"), place)
    frames = _boxes((_frame(item, place) for item in fields.items("frames")), place)
    notes = _boxes((_note(item, place) for item in fields.items("notes")), place)
    _check_ids(place, nodes, frames, notes)
    _check_boxes(place, nodes, frames, notes)
    return nodes, frames, notes


def _frame(item: object, place: str) -> Frame:
    fields = Fields(item, Phrase("{place}, a frame", place=place))
    name = fields.id()
    fields.place = Phrase("{place}, frame {id}", place=place, id=name)
    members = fields.items("members")
    for member in members:
        if not isinstance(member, str):
            raise fields.wrong("members", Phrase("a list of node ids"), members)
    return Frame(
        name,
        fields.text("title"),
        tuple(members),
        fields.numbers("rect", 4, (0, 0, 0, 0)),
        fields.text("color"),
        fields.flag("collapsed"),
        fields.flag("locked"),
        read_mode(fields),
        _own_modes(fields),
        fields.rest(),
    )


def _own_modes(fields: Fields) -> Mapping[str, Mode]:
    found = fields.members("own")
    for member, mode in found.items():
        if mode not in ("mute", "bypass"):
            raise fields.wrong("own", Phrase("nodes with 'mute' or 'bypass'"), {member: mode})
    return MappingProxyType(found) if found else NOTHING


def _note(item: object, place: str) -> Note:
    fields = Fields(item, Phrase("{place}, a note", place=place))
    name = fields.id()
    fields.place = Phrase("{place}, note {id}", place=place, id=name)
    return Note(
        name,
        fields.text("text"),
        fields.numbers("pos", 2, (0, 0)),
        fields.numbers("size", 2, (240, 120)),
        fields.text("color"),
        fields.text("on"),
        pictures=_pictures(fields),
        extra=fields.rest(),
    )


def _pictures(fields: Fields) -> Mapping[str, NotePicture]:
    found: dict[str, NotePicture] = {}
    for name, text in fields.members("pictures").items():
        check_name(fields, Phrase("a picture"), name)
        try:
            found[name] = NotePicture.read(text)
        except ValueError as fault:
            raise LoadError(
                "{place}: its picture {name!r} {fault}.", place=fields.place, name=name, fault=fault.args[0]
            ) from None
    return MappingProxyType(found) if found else NOTHING


def _boxes(items: Iterable[Any], place: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in items:
        if item.id in found:
            raise LoadError(
                "{place}: two frames or notes are called {id!r}; rename one of them.", place=place, id=item.id
            )
        found[item.id] = item
    return found


def _check_ids(place: str, *kinds: Mapping[str, Any]) -> None:
    seen: set[str] = set()
    for kind in kinds:
        for name in seen.intersection(kind):
            raise LoadError(
                "{place}: {name!r} is the id of two things; rename one of them.", place=place, name=name
            )
        seen.update(kind)


def _check_boxes(
    place: str, nodes: Mapping[str, Node], frames: Mapping[str, Frame], notes: Mapping[str, Note]
) -> None:
    owner: dict[str, str] = {}
    for frame in frames.values():
        for member in frame.members:
            if member not in nodes:
                raise LoadError(
                    "{place}, frame {id}: its member {member!r} is no node of the file; remove it.",
                    place=place,
                    id=frame.id,
                    member=member[:60],
                )
            if member in owner:
                raise LoadError(
                    "{place}: node {member} is a member of frame {owner} and again of {id}; remove it from one.",
                    place=place,
                    member=member,
                    owner=owner[member],
                    id=frame.id,
                )
            owner[member] = frame.id
        for member in frame.own:
            if member not in nodes:
                raise LoadError(
                    "{place}, frame {id}: 'own' must be modes of nodes of the file, not of {member!r}; remove it.",
                    place=place,
                    id=frame.id,
                    member=member[:60],
                )
    for note in notes.values():
        if note.on and note.on not in nodes:
            raise LoadError(
                "{place}, note {id}: it is pinned to {node!r}, which is no node of the file; remove 'on'.",
                place=place,
                id=note.id,
                node=note.on[:60],
            )


def _check_pictures(place: str, notes: Iterable[Note]) -> None:
    """Hold the pictures of all notes, inside subgraphs too, to what a workflow may carry; raises LoadError."""
    fault = together_fault(notes)
    if fault is not None:
        raise LoadError("{place}: {fault}", place=place, fault=fault)


def _subgraph(name: str, item: object, place: str) -> Subgraph:
    place = Phrase("{place}, subgraph {name!r}", place=place, name=name[:60])
    if not 0 < len(name) <= MAX_NAME:
        raise LoadError("{place}: a name has 1 to {most} characters.", place=place, most=MAX_NAME)
    fields = Fields(item, place)
    nodes, frames, notes = _level(fields, place)
    return Subgraph(
        name,
        MappingProxyType(nodes),
        with_exposure(fields, _ports(fields, "inputs", nodes)),
        _ports(fields, "outputs", nodes),
        fields.rest(),
        MappingProxyType(frames) if frames else NOTHING,
        MappingProxyType(notes) if notes else NOTHING,
    )


def _ports(fields: Fields, key: str, nodes: Mapping[str, Node]) -> tuple[Port, ...]:
    ports = []
    for name, text in fields.members(key).items():
        check_name(fields, Phrase("a port"), name)
        node, dot, port = text.partition(".") if isinstance(text, str) else ("", "", "")
        if not dot or not 0 < len(port) <= MAX_NAME or node not in nodes:
            raise LoadError(
                "{place}: {name!r} in {key!r} must name one of its nodes and an input or output, "
                "as in 'node.name', not {found}.",
                place=fields.place,
                name=name,
                key=key,
                found=described(text),
            )
        ports.append(Port(name, node, port))
    return tuple(ports)
