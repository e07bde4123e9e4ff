"""The notes of a workflow, its subgraphs included, and what their pictures may take together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from nodegraph.model.graph import Graph, Note
from nodegraph.model.note_images import ALL_BYTES, ALL_PIXELS, FREE_PIXELS, PIXELS_PER_BYTE
from nodegraph.support.messages import Phrase


def all_notes(graph: Graph) -> Iterator[Note]:
    """The notes of a document, those inside its subgraphs included."""
    yield from graph.notes.values()
    for subgraph in graph.subgraphs.values():
        yield from subgraph.notes.values()


def together_fault(notes: Iterable[Note]) -> str | None:
    """Why a workflow cannot hold the pictures of all these notes, as a sentence; None if it can."""
    pictures = [picture for note in notes for picture in note.pictures.values()]
    if sum(len(picture.data) for picture in pictures) > ALL_BYTES:
        return Phrase(
            "The pictures in the notes are more than {most} MB together; take some out.", most=ALL_BYTES >> 20
        )
    packed = sum(len(picture.data) for picture in pictures)
    most = min(ALL_PIXELS, FREE_PIXELS + PIXELS_PER_BYTE * packed)
    if sum(picture.size[0] * picture.size[1] for picture in pictures) > most:
        return Phrase(
            "The pictures in the notes have more than {most} million pixels together; take some out.",
            most=most // 10**6,
        )
    return None


def without_pictures(graph: Graph) -> Graph:
    """The graph as finished pictures carry it: what was pasted into notes stays in the workflow file."""
    if not any(note.pictures for note in all_notes(graph)):
        return graph
    subgraphs = {
        name: replace(found, notes=_without_pictures(found.notes)) for name, found in graph.subgraphs.items()
    }
    return replace(graph, notes=_without_pictures(graph.notes), subgraphs=subgraphs)


def _without_pictures(notes: Mapping[str, Note]) -> dict[str, Note]:
    return {name: replace(note, pictures={}) for name, note in notes.items()}
