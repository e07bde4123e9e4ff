"""Workflow files: JSON <-> Graph. Loading runs no code and uses bounded time and memory."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nodegraph.atomic import write_text
from nodegraph.errors import LoadError, SaveError
from nodegraph.fileformat.parsing import MAX_BYTES, decoded, parsed
from nodegraph.fileformat.reading import graph_of
from nodegraph.fileformat.writing import text_of
from nodegraph.graph import Graph
from nodegraph.migrate import migrated, upgraded
from nodegraph.pictures import MAGIC_BYTES, is_picture, read_workflow, text_keys
from nodegraph.spec import NodeSpec

FOREIGN = "{place} holds a ComfyUI workflow, which cannot be opened yet; add its nodes here, most have the same names."


def load(path: Path | str) -> Graph:
    """The graph in a workflow file, or in a picture that carries one; raises LoadError."""
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
                return loads(decoded(file.read(MAX_BYTES + 1), place), place)
        text = read_workflow(path)
    except (OSError, ValueError) as error:
        raise LoadError("{place} cannot be read: {reason}.", place=place, reason=_reason(error)) from None
    if text is None:
        if {"workflow", "prompt"}.intersection(text_keys(path)):
            raise LoadError(FOREIGN, place=place)
        raise LoadError(
            "{place}: this picture carries no workflow; open the workflow file that made it.", place=place
        )
    return loads(text, place)


def loads(text: str, place: str = "workflow") -> Graph:
    """The graph in the text of a workflow file; `place` is what sentences call it. Raises LoadError.

    Older format and node versions are brought up to date; unknown node types and unknown keys are kept.
    """
    data = parsed(text, place)
    return upgraded(graph_of(_checked(data, place), place))


def dumps(graph: Graph, specs: Mapping[str, NodeSpec] | None = None) -> str:
    """The text of a graph's file. With `specs`, parameters at their defaults are written too."""
    return text_of(graph, specs)


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


def _checked(data: Any, place: str) -> dict[str, Any]:
    if _is_comfyui(data):
        raise LoadError(FOREIGN, place=place)
    if not isinstance(data, dict) or data.get("format") != "nodegraph":
        raise LoadError(
            '{place}: no nodegraph workflow; such a file begins with {{"format": "nodegraph".', place=place
        )
    return migrated(data, place)


def _is_comfyui(data: Any) -> bool:
    """Whether this is what ComfyUI saves: lists of nodes and links, or for its server steps with a `class_type`."""
    if not isinstance(data, dict) or "format" in data:
        return False
    listed = isinstance(data.get("nodes"), list) and isinstance(data.get("links"), list)
    return listed or (bool(data) and all(isinstance(v, dict) and "class_type" in v for v in data.values()))


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text[:1].lower() + text[1:]
