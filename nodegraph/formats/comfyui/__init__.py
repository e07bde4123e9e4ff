"""Workflows of ComfyUI's, in both of its formats, read as workflows of ours.

What nothing here stands in for is kept as a node of an unknown type with its values and links, and told in a note;
nothing is guessed. Formats: the API's (node id -> class and inputs) and the interface's, version 0.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nodegraph.formats.comfyui.api_format import is_prompt, read_prompt
from nodegraph.formats.comfyui.convert import translated
from nodegraph.formats.comfyui.ui_format import is_saved, read_saved
from nodegraph.formats.native.reading import graph_of
from nodegraph.layout import laid_out
from nodegraph.model.graph import Graph, Node, Point
from nodegraph.support.errors import LoadError


def is_workflow(data: object) -> bool:
    """Whether parsed JSON is a workflow of ComfyUI's."""
    return is_prompt(data) or is_saved(data)


def read(data: Mapping[str, Any], place: str) -> Graph:
    """The graph of a parsed workflow, laid out where it does not say where nodes lie; raises LoadError."""
    old = read_prompt(data, place) if is_prompt(data) else read_saved(data)
    if not old.nodes:
        raise LoadError("{place}: this ComfyUI workflow has no nodes.", place=place)
    graph = graph_of(translated(old), place)
    return (
        graph
        if old.drawn
        else laid_out(graph, {node.id: _size(node) for node in graph.nodes.values()}).apply(graph)
    )


def _size(node: Node) -> Point:
    """About how large a node is drawn: nobody who reads files knows its rows."""
    lines = sum(3 if isinstance(value, str) and len(value) > 40 else 1 for value in node.params.values())
    return 240.0, 70.0 + 26.0 * (lines + len(node.inputs))
