"""Events as JSON, for pipes and other processes."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

from nodegraph import events


def name_of(event: events.Event) -> str:
    """`NodeStarted` is "node_started"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(event).__name__).lower()


def to_json(event: events.Event) -> dict[str, Any]:
    """Plain data with the event's name first; the picture of a preview is left out."""
    data: dict[str, Any] = {"event": name_of(event)}
    for item in fields(event):
        if item.name != "picture":
            data[item.name] = _plain(getattr(event, item.name))
    return data


def _plain(value: object) -> object:
    if isinstance(value, events.Written):
        return {"node": value.node, "path": value.path}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return round(value, 6) if isinstance(value, float) else value
