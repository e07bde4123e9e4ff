"""Workflow files: JSON <-> Graph. Loading runs no code and uses bounded time and memory."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nodegraph.formats.migrate import migrated, upgraded
from nodegraph.formats.native.reading import graph_of
from nodegraph.formats.native.writing import text_of
from nodegraph.model.graph import Graph
from nodegraph.model.json_text import MAX_BYTES, RefusedValue, decoded, parsed
from nodegraph.model.notes import without_pictures
from nodegraph.model.spec import NodeSpec
from nodegraph.support.atomic import write_text
from nodegraph.support.errors import LoadError, SaveError
from nodegraph.support.image_metadata import MAGIC_BYTES, is_picture, read_workflows


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file holds, and whether it is a workflow file of ours: only such a one may be written over."""

    graph: Graph
    own: bool


def load(path: Path | str) -> Graph:
    """The graph in a workflow file, or in a picture that carries one; raises LoadError."""
    return opened(path).graph


def opened(path: Path | str) -> Loaded:
    """The workflow in a file of ours or of ComfyUI's, or in a picture that carries one; raises LoadError."""
    path = Path(path)
    place = path.name
    try:
        if path.is_dir():
            raise LoadError("{place} is a folder; name a workflow file.", place=place)
        if not path.is_file():
            raise LoadError("There is no file {path}.", path=path)
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if not is_picture(file.read(MAGIC_BYTES)):
                if size > MAX_BYTES:
                    raise LoadError(
                        "{place}: {size:.0f} MB is more than a workflow can be ({most} MB).",
                        place=place,
                        size=size / 2**20,
                        most=MAX_BYTES >> 20,
                    )
                file.seek(0)
                return _read(decoded(file.read(MAX_BYTES + 1), place), place)
        texts = read_workflows(path)
    except (OSError, ValueError) as error:
        raise LoadError("{place} cannot be read: {reason}.", place=place, reason=_reason(error)) from None
    return Loaded(_first_sound(texts, place), False)


def _first_sound(texts: Sequence[str], place: str) -> Graph:
    """The graph of the first text that holds one; raises LoadError on the first text where none does."""
    first: LoadError | None = None
    for text in texts:
        try:
            return loads(text, place)
        except LoadError as error:
            first = first or error
    assert first is not None
    raise first


def loads(text: str, place: str = "workflow") -> Graph:
    """The graph in the text of a workflow file; `place` is what sentences call it. Raises LoadError.

    Older format and node versions are brought up to date; unknown node types and unknown keys are kept. Workflows of
    ComfyUI's, in both of its formats, are said with our node types.
    """
    return _read(text, place).graph


def dumps(graph: Graph, specs: Mapping[str, NodeSpec] | None = None) -> str:
    """The text of a graph's file. With `specs`, parameters at their defaults are written too."""
    return text_of(graph, specs)


def carried(graph: Graph) -> str:
    """The text of a graph as what is made of it carries it: pictures pasted into notes are left at home."""
    return text_of(without_pictures(graph))


def save(graph: Graph, path: Path | str, specs: Mapping[str, NodeSpec] | None = None) -> None:
    """Write a graph's file, wholly or not at all; with `specs`, defaults too. Raises SaveError."""
    path = Path(path)
    text = dumps(graph, specs)
    try:
        write_text(Path(os.path.realpath(path)), text)
    except (OSError, ValueError) as error:
        raise SaveError(
            "{path} could not be saved: {reason}; nothing of what stood there has changed.",
            path=path,
            reason=_reason(error),
        ) from None


def _read(text: str, place: str) -> Loaded:
    from nodegraph.formats import comfyui

    try:
        data = parsed(text, place)
    except RefusedValue:
        data = comfyui.workflow_in(comfyui.parsed_leniently(text, place))
        if data is None:
            raise
        return Loaded(comfyui.read(data, place), False)
    if isinstance(data, dict) and data.get("format") == "nodegraph":
        return Loaded(upgraded(graph_of(migrated(data, place), place)), True)
    found = comfyui.workflow_in(data)
    if found is not None:
        return Loaded(comfyui.read(found, place), False)
    raise LoadError(
        '{place}: no workflow; those of nodegraph begin with {{"format": "nodegraph", those of ComfyUI have nodes '
        "and links, or a class_type in each node.",
        place=place,
    )


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text[:1].lower() + text[1:]
