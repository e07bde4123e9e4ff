"""JSON from strangers: parsed within limits, or refused in a sentence."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from nodegraph.model.limits import LARGEST, SMALLEST
from nodegraph.support.errors import LoadError

MAX_BYTES = 64 * 2**20
"""Larger files are refused before they are read."""

MAX_PARTS = 1_000_000
"""More lists and objects than this are refused before they are parsed: they would fill the memory."""

MAX_DEPTH = 64
"""How deep lists and objects may stand in each other."""

_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def decoded(data: bytes, place: str) -> str:
    """`data` as text; raises LoadError."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LoadError(
            "{place}: byte {number} is not UTF-8 text; save the file as UTF-8.",
            place=place,
            number=error.start + 1,
        ) from None


def parsed(text: str, place: str) -> Any:
    """`text` as JSON whose numbers are finite and within 64 bits, with no key twice; raises LoadError."""
    if len(text) > MAX_BYTES:
        raise LoadError(
            "{place}: larger than {most} MB, which no workflow is.", place=place, most=MAX_BYTES >> 20
        )
    if text.count("[") + text.count("{") > MAX_PARTS:
        raise LoadError(
            "{place}: holds more than {most:,} lists and objects, which no workflow does.",
            place=place,
            most=MAX_PARTS,
        )
    hooks = _Hooks(place)
    try:
        found = json.loads(
            text,
            object_pairs_hook=hooks.members,
            parse_int=hooks.whole,
            parse_float=hooks.decimal,
            parse_constant=hooks.constant,
        )
    except json.JSONDecodeError as error:
        raise LoadError(
            "{place}: not JSON at line {lineno}, column {colno} ({msg}).",
            place=place,
            lineno=error.lineno,
            colno=error.colno,
            msg=error.msg,
        ) from None
    except RecursionError:
        raise _too_deep(place) from None
    if _HALF.search(text):
        _check_characters(found, place)
    return found


def check_depth(value: object, place: str) -> None:
    """Raise LoadError if lists and objects stand too deep in each other."""
    level: list[object] = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for part in level
            if isinstance(part, dict | list)
            for inner in (part.values() if isinstance(part, dict) else part)
        ]
        if not level:
            return
    raise _too_deep(place)


class RefusedValue(LoadError):
    """A number, constant or repeated key that no workflow of ours holds; the JSON itself is sound."""


class _Hooks:
    """What the JSON reader calls for each object and number."""

    def __init__(self, place: str) -> None:
        self._place = place

    def members(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            twice = _first_repeated(name for name, _ in pairs)
            raise RefusedValue(
                "{place}: the key {key!r} stands twice in one object; remove one.",
                place=self._place,
                key=twice[:60],
            )
        return found

    def whole(self, text: str) -> int:
        if len(text) > 20 or not SMALLEST <= int(text) <= LARGEST:
            raise RefusedValue(
                "{place}: the number {number} is beyond 64 bits.", place=self._place, number=text[:24]
            )
        return int(text)

    def decimal(self, text: str) -> float:
        number = float(text)
        if not math.isfinite(number):
            raise RefusedValue(
                "{place}: the number {number} is too large.", place=self._place, number=text[:24]
            )
        return number

    def constant(self, text: str) -> NoReturn:
        raise RefusedValue(
            "{place}: {text} is no number that a workflow can hold.", place=self._place, text=text
        )


def _first_repeated(names: Iterable[str]) -> str:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return ""


def _check_characters(value: object, place: str) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise LoadError(
            "{place}: a text has half a character in it (a lone surrogate); retype it.", place=place
        ) from None
    except RecursionError:
        raise _too_deep(place) from None


def _too_deep(place: str) -> LoadError:
    return LoadError(
        "{place}: lists and objects stand more than {most} deep in each other.", place=place, most=MAX_DEPTH
    )
