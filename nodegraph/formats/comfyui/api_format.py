"""ComfyUI's API format: what was run, without where it was drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nodegraph.formats.comfyui.fields import members, text, whole
from nodegraph.formats.comfyui.source_graph import Origin, SourceGraph, SourceNode
from nodegraph.support.errors import LoadError


def is_prompt(data: object) -> bool:
    """Whether parsed JSON is a workflow in the API format; what stands beside its nodes does not matter."""
    return isinstance(data, dict) and "format" not in data and any(map(_is_node, data.values()))


def read_prompt(data: Mapping[str, Any], place: str) -> SourceGraph:
    """The nodes of a workflow in the API format; raises LoadError."""
    return SourceGraph(
        tuple(_node(name, item, place) for name, item in data.items() if _is_node(item)), drawn=False
    )


def _is_node(item: object) -> bool:
    return isinstance(item, dict) and isinstance(item.get("class_type"), str)


def _node(name: str, item: Mapping[str, Any], place: str) -> SourceNode:
    inputs = item.get("inputs", {})
    if not isinstance(inputs, dict):
        raise LoadError("{place}, node {id}: 'inputs' must be an object.", place=place, id=name)
    links = {key: Origin(str(value[0]), whole(value[1])) for key, value in inputs.items() if _is_link(value)}
    values = {key: _plain(value) for key, value in inputs.items() if key not in links}
    title = text(members(item, "_meta").get("title"))
    return SourceNode(name, item["class_type"], values, links=links, title=title, called=item["class_type"])


def _is_link(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and whole(value[1]) >= 0


def _plain(value: Any) -> Any:
    return value["__value__"] if isinstance(value, dict) and "__value__" in value else value
