"""Results as pictures and figures, for eyes."""

from __future__ import annotations

from typing import Any

from nodegraph.engine.protocol import picture_of
from nodegraph.node_api import events
from nodegraph.node_api.codec import Items
from nodegraph.node_api.runtime import Runtime

Kept = tuple[Any, ...]
"""One value, or nothing where it is not kept."""


def first(value: Any) -> Kept:
    """A value, of a list its first."""
    return (value.values[0] if isinstance(value, Items) and value.values else value,)


def look(nodes: Runtime, node: str, output: str, kept: Kept, size: int) -> events.Shown:
    """A picture at most `size` long and facts; "gone" where nothing is kept."""
    if not kept:
        return events.Shown(node, output, None, (("gone", "not computed, or no longer kept"),))
    pixels = nodes.picture(kept[0], size)
    facts = tuple(nodes.describe(kept[0]))
    return events.Shown(node, output, None if pixels is None else picture_of(pixels), facts)


def channels(nodes: Runtime, node: str, output: str, kept: Kept, item: int, size: int) -> events.Channels:
    """The channels of a latent's item, each at most `size` long; empty for other values."""
    parts = nodes.channels(kept[0], item, size) if kept else None
    if parts is None:
        return events.Channels(node, output)
    planes, stats, items = parts
    _, height, width = planes.shape
    shown = max(0, min(item, items - 1))
    return events.Channels(node, output, width, height, shown, items, tuple(stats), planes.numpy().tobytes())
