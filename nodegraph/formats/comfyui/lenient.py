"""JSON as JavaScript and Python write it: what is no number for us costs the value, not the file."""

from __future__ import annotations

import json
import math
from typing import Any

from nodegraph.model.limits import LARGEST, SMALLEST
from nodegraph.support.errors import LoadError

MAX_DIGITS = 400


def parsed_leniently(text: str, place: str) -> Any:
    """`text` as JSON: NaN and infinity are nothing, whole numbers beyond 64 bits are decimal ones.

    `text` has been found to be of a bearable size and depth. Of a key that stands twice the last value counts.
    Raises LoadError where the text is no JSON.
    """
    try:
        return json.loads(text, parse_int=_whole, parse_float=_decimal, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise LoadError("{place}: not JSON; save the workflow again.", place=place) from None


def _whole(text: str) -> int | float | None:
    if len(text) <= 20 and SMALLEST <= int(text) <= LARGEST:
        return int(text)
    return _decimal(text)


def _decimal(text: str) -> float | None:
    number = float(text) if len(text) <= MAX_DIGITS else math.inf
    return number if math.isfinite(number) else None
