"""ComfyUI workflows, in both of their formats, read as workflows of ours.

What has no equal here is kept as a node of an unknown type with its values and links, and a note names it; nothing is
guessed. Formats: the API's (node id -> class and inputs) and the interface's, version 0.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nodegraph.formats.comfyui.api_format import is_prompt, read_prompt
from nodegraph.formats.comfyui.convert import translated
from nodegraph.formats.comfyui.lenient import parsed_leniently
from nodegraph.formats.comfyui.ui_format import is_saved, read_saved
from nodegraph.formats.native.reading import graph_of
from nodegraph.layout import laid_out
from nodegraph.model.graph import Graph, Node, Point
from nodegraph.support.errors import LoadError

__all__ = ["is_workflow", "parsed_leniently", "read", "workflow_in"]

WRAPPERS = ("workflow", "prompt", "input", "output", "extra_data", "extra_pnginfo", "data", "api")
"""Under which programs around ComfyUI send a workflow, the better form first."""

MAX_WRAPS = 4


def is_workflow(data: object) -> bool:
    """Whether parsed JSON is a ComfyUI workflow."""
    return is_saved(data) or is_prompt(data)


def workflow_in(data: object) -> dict[str, Any] | None:
    """The ComfyUI workflow that parsed JSON is, or holds within a few wrappers; None if there is none.

    One that says where its nodes lie goes before one that does not.
    """
    level = [data]
    found: dict[str, Any] | None = None
    for _ in range(MAX_WRAPS):
        for item in level:
            if isinstance(item, dict) and is_saved(item):
                return item
            if isinstance(item, dict) and found is None and is_prompt(item):
                found = item
        level = [
            item[key]
            for item in level
            if isinstance(item, dict) and "format" not in item
            for key in WRAPPERS
            if isinstance(item.get(key), dict)
        ]
    return found


def read(data: Mapping[str, Any], place: str) -> Graph:
    """The graph of a parsed workflow, laid out where it does not say where nodes lie; raises LoadError."""
    old = read_saved(data) if is_saved(data) else read_prompt(data, place)
    if not (old.nodes or old.notes or old.groups):
        raise LoadError("{place}: this ComfyUI workflow has no nodes.", place=place)
    graph = graph_of(translated(old, place), place)
    return (
        graph
        if old.drawn
        else laid_out(graph, {node.id: _size(node) for node in graph.nodes.values()}).apply(graph)
    )


def _size(node: Node) -> Point:
    """About how large a node is drawn: a reader of files does not know the rows of its type."""
    lines = sum(3 if isinstance(value, str) and len(value) > 40 else 1 for value in node.params.values())
    return 240.0, 70.0 + 26.0 * (lines + len(node.inputs))
