"""What an edit is, and the look-ups that edits share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Protocol

from nodegraph.model.graph import Frame, Graph, Link, Node, Note, Source, Sources
from nodegraph.model.limits import id_fault, number_fault, scalar_fault, text_fault
from nodegraph.model.notes import all_notes, together_fault
from nodegraph.support.errors import EditError
from nodegraph.support.messages import Phrase


class Edit(Protocol):
    """A change as a value: the same edit on the same graph gives an equal graph."""

    @property
    def title(self) -> str:
        """What undo calls it, such as "Move 3 nodes"."""

    def apply(self, graph: Graph) -> Graph:
        """The changed graph, or `graph` itself where nothing changes; raises EditError, changing nothing."""


def node_of(graph: Graph, name: str) -> Node:
    """The node called `name`; raises EditError."""
    found = graph.nodes.get(name)
    if found is None:
        raise EditError("There is no node called {name!r}.", name=name)
    return found


def frame_of(graph: Graph, name: str) -> Frame:
    """The frame called `name`; raises EditError."""
    found = graph.frames.get(name)
    if found is None:
        raise EditError("There is no frame called {name!r}.", name=name)
    return found


def note_of(graph: Graph, name: str) -> Note:
    """The note called `name`; raises EditError."""
    found = graph.notes.get(name)
    if found is None:
        raise EditError("There is no note called {name!r}.", name=name)
    return found


def with_frames(graph: Graph, frames: Mapping[str, Frame]) -> Graph:
    """`graph` with these frames."""
    return replace(graph, frames=MappingProxyType(dict(frames)))


def with_notes(graph: Graph, notes: Mapping[str, Note]) -> Graph:
    """`graph` with these notes; raises EditError where its pictures are too much together."""
    noted = replace(graph, notes=MappingProxyType(dict(notes)))
    check_pictures(noted)
    return noted


def check_pictures(graph: Graph) -> None:
    """Raise EditError where the pictures in all notes of a document are too much together."""
    fault = together_fault(all_notes(graph))
    if fault is not None:
        raise EditError(fault)


def with_input(node: Node, name: str, sources: Sources) -> Node:
    """`node` with the sources of one input replaced; none at all takes the input out."""
    inputs = dict(node.inputs)
    if sources:
        inputs[name] = sources
    else:
        inputs.pop(name, None)
    return replace(node, inputs=MappingProxyType(inputs))


def same_source(one: Source, other: Source) -> bool:
    """Whether two sources are the same output, however their links look."""
    return one.node == other.node and one.output == other.output


def source_of(graph: Graph, link: Link) -> Source:
    """The source that stands where `link` says; raises EditError if another or none stands there."""
    sources = node_of(graph, link.target).inputs.get(link.input, ())
    if not 0 <= link.index < len(sources) or not same_source(sources[link.index], link.source):
        raise EditError(
            "There is no link from {node}.{output} to {target}.{input}.",
            node=link.source.node,
            output=link.source.output,
            target=link.target,
            input=link.input,
        )
    return sources[link.index]


def check_new_id(graph: Graph, name: str) -> None:
    """Raise EditError unless `name` is a well-formed id that nothing in the graph has."""
    fault = id_fault(name)
    if fault is not None:
        raise EditError(fault)
    if name in graph.nodes or name in graph.frames or name in graph.notes:
        raise EditError("The id {name!r} is taken; choose another.", name=name)


def check_value(node: str, name: str, value: object) -> None:
    """Raise EditError unless `value` may be a parameter's value."""
    fault = scalar_fault(value)
    if fault is not None:
        raise EditError("Node {node}: the value of {name} is {fault}.", node=node, name=name, fault=fault)


def check_text(what: str, text: str) -> None:
    """Raise EditError unless `text` can be written to a file."""
    fault = text_fault(text)
    if fault is not None:
        raise EditError("The {what} is {fault}.", what=what, fault=fault)


def check_numbers(what: str, numbers: Iterable[float]) -> None:
    """Raise EditError unless all are coordinates."""
    if any(number_fault(number) for number in numbers):
        raise EditError("The position or size of {what} is beyond the canvas.", what=what)


def some(names: Iterable[str]) -> str:
    """`sampler`, or `3 nodes`."""
    known = list(names)
    return known[0] if len(known) == 1 else Phrase("{count} nodes", count=len(known))


def same_value(one: Any, other: Any) -> bool:
    """Equality that tells 1 from 1.0 and from true."""
    return type(one) is type(other) and bool(one == other)
