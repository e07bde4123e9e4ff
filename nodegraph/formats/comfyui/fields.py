"""Parts of files whose writers changed their minds: what is not as it should be counts as nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nodegraph.model.graph import Point
from nodegraph.model.limits import FARTHEST


def whole(value: Any) -> int:
    """A whole number, or one written as text; -1 for anything else."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 20:
        return int(value)
    return value if type(value) is int else -1


def number(value: Any) -> float:
    """A coordinate; 0 for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return float(max(-FARTHEST, min(FARTHEST, value)))


def pair(value: Any) -> Point:
    """Two coordinates, from a list or from an object with the keys "0" and "1"."""
    if isinstance(value, dict):
        value = [value.get("0"), value.get("1")]
    return (number(value[0]), number(value[1])) if isinstance(value, list) and len(value) > 1 else (0.0, 0.0)


def text(value: Any) -> str:
    """A text; empty for anything else."""
    return value if isinstance(value, str) else ""


def items(owner: Mapping[str, Any], key: str) -> list[Any]:
    """A list; empty for anything else."""
    found = owner.get(key)
    return found if isinstance(found, list) else []


def objects(owner: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The objects in a list."""
    return [item for item in items(owner, key) if isinstance(item, dict)]
