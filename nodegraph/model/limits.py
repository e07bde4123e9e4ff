"""What a document may hold at all, whether it comes from a file or from an edit."""

from __future__ import annotations

import math

from nodegraph.model.graph import ID_PATTERN
from nodegraph.support.messages import Phrase

SMALLEST = -(2**63)
LARGEST = 2**64 - 1
FARTHEST = 1e9
"""Positions beyond this many scene units are taken for damage."""


def scalar_fault(value: object) -> str | None:
    """Why `value` cannot be a parameter's value, as the end of a sentence; None if it can."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return None if SMALLEST <= value <= LARGEST else Phrase("a whole number beyond 64 bits")
    if isinstance(value, float):
        return None if math.isfinite(value) else Phrase("not a finite number")
    if isinstance(value, str):
        return text_fault(value)
    return Phrase("{kind}, where a number, a text, true or false belongs", kind=_kind(value))


def text_fault(value: str) -> str | None:
    """Why a text cannot be written as UTF-8, as the end of a sentence; None if it can."""
    if value.isascii():
        return None
    try:
        value.encode()
    except UnicodeEncodeError:
        return Phrase("a text with half a character in it")
    return None


def id_fault(value: str) -> str | None:
    """Why a node, frame or note cannot be called `value`, as a sentence; None if it can."""
    if ID_PATTERN.fullmatch(value):
        return None
    return Phrase(
        "{id!r} is no id: use letters, digits, _ and -, not starting with -, at most 200 of them.",
        id=value[:60],
    )


def number_fault(value: float) -> str | None:
    """Why a number cannot be a coordinate, as the end of a sentence; None if it can."""
    return None if -FARTHEST <= value <= FARTHEST else Phrase("beyond the canvas")


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, dict):
        return Phrase("an object")
    if isinstance(value, list | tuple):
        return Phrase("a list")
    return Phrase("a {type}", type=type(value).__name__)
