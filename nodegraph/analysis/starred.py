"""Starred parameters: the favourites of a workflow, which are also the form of its app view.

The file holds them in its view: `"app": {"params": ["prompt.text", "sampler.seed"], "open": true}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nodegraph.model.graph import Graph

KEY = "app"
Key = tuple[str, str]
"""A node and one of its parameters."""


def stars(graph: Graph) -> tuple[Key, ...]:
    """The starred parameters of nodes that are there, in the artist's order."""
    kept = _app(graph.view).get("params")
    texts = [text for text in kept if isinstance(text, str)] if isinstance(kept, list | tuple) else []
    keys = (text.partition(".") for text in texts)
    return tuple(dict.fromkeys((node, name) for node, _, name in keys if node in graph.nodes and name))


def opens_as_app(graph: Graph) -> bool:
    """Whether the author wants the workflow to open as its app view."""
    return _app(graph.view).get("open") is True


def view_with(graph: Graph, keys: Iterable[Key] | None = None, opens: bool | None = None) -> dict[str, Any]:
    """The document's view with other stars, or with another way to open; None leaves it."""
    app = dict(_app(graph.view))
    if keys is not None:
        app["params"] = [f"{node}.{name}" for node, name in keys]
    if opens is not None:
        app["open"] = opens
    app = {name: value for name, value in app.items() if value not in ([], False)}
    rest = {name: value for name, value in graph.view.items() if name != KEY}
    return {**rest, KEY: app} if app else rest


def view_renamed(graph: Graph, old: str, new: str) -> Mapping[str, Any]:
    """The document's view once a node has another id."""
    found = stars(graph)
    if old not in {node for node, _ in found}:
        return graph.view
    return view_with(graph, [(new if node == old else node, name) for node, name in found])


def _app(view: Mapping[str, Any]) -> Mapping[str, Any]:
    found = view.get(KEY)
    return found if isinstance(found, Mapping) else {}
