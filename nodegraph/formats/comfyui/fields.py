"""Parts of files whose writers changed their minds: what is not as it should be counts as nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nodegraph.model.graph import Point
from nodegraph.model.limits import FARTHEST

_COLOR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


def whole(value: Any) -> int:
    """A whole number, or one written as text; -1 for anything else."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 20:
        return int(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
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


def members(owner: Mapping[str, Any], key: str) -> dict[str, Any]:
    """An object; empty for anything else."""
    found = owner.get(key)
    return found if isinstance(found, dict) else {}


def items(owner: Mapping[str, Any], key: str) -> list[Any]:
    """A list; empty for anything else."""
    found = owner.get(key)
    return found if isinstance(found, list) else []


def objects(owner: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The objects in a list."""
    return [item for item in items(owner, key) if isinstance(item, dict)]


def color(value: Any) -> str:
    """A colour as "#rrggbb"; empty for anything else."""
    if not isinstance(value, str) or not _COLOR.fullmatch(value):
        return ""
    digits = value[1:].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def slot_names(slots: list[dict[str, Any]], kind: str) -> list[str]:
    """A name for each slot: its own, else its label, else `kind_N`; as in the file where two are alike."""
    return [
        text(slot.get("name"))
        or text(slot.get("label"))
        or text(slot.get("localized_name"))
        or f"{kind}_{number}"
        for number, slot in enumerate(slots, 1)
    ]
