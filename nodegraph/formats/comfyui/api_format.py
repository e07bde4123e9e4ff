"""ComfyUI's API format: what was run, without where it was drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nodegraph.formats.comfyui.source_graph import Old, OldGraph, Origin
from nodegraph.support.errors import LoadError


def is_prompt(data: object) -> bool:
    """Whether parsed JSON is a workflow in the API format."""
    return (
        isinstance(data, dict)
        and bool(data)
        and all(isinstance(item, dict) and isinstance(item.get("class_type"), str) for item in data.values())
    )


def read_prompt(data: Mapping[str, Mapping[str, Any]], place: str) -> OldGraph:
    """The nodes of a workflow in the API format; raises LoadError."""
    return OldGraph(tuple(_node(name, item, place) for name, item in data.items()), drawn=False)


def _node(name: str, item: Mapping[str, Any], place: str) -> Old:
    inputs = item.get("inputs", {})
    if not isinstance(inputs, dict):
        raise LoadError("{place}, node {id}: 'inputs' must be an object.", place=place, id=name)
    links = {key: Origin(*value) for key, value in inputs.items() if _is_link(value)}
    values = {key: _plain(value) for key, value in inputs.items() if key not in links}
    meta = item.get("_meta")
    title = meta.get("title", "") if isinstance(meta, dict) else ""
    return Old(name, item["class_type"], values, links=links, title=title if isinstance(title, str) else "")


def _is_link(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and type(value[1]) is int


def _plain(value: Any) -> Any:
    return value["__value__"] if isinstance(value, dict) and "__value__" in value else value
