"""Patterns in the names of new files, such as `%date%` and `%KSampler.seed%`: meaning, unknown ones."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime

PICTURE_NAMES = ("width", "height", "batch_num")
"""What a node that saves pictures fills in besides the time and the values in the workflow."""

UNKNOWN_PATTERN = (
    "{pattern} in the file name is not known and stays as written; known are %date%, %time%, %seed%, %width%, "
    "%batch_num% and %node.parameter%."
)

_PATTERN = re.compile(r"%([A-Za-z0-9_][^%\n]{0,79})%")
_CLOCK = {
    "date": "%Y-%m-%d",
    "time": "%H-%M-%S",
    "year": "%Y",
    "month": "%m",
    "day": "%d",
    "hour": "%H",
    "minute": "%M",
    "second": "%S",
}
_DATE = "date:"
_DATE_PART = re.compile("yyyy|yy|MM?|dd?|hh?|mm?|ss?")


def filled(pattern: str, values: Mapping[str, object], now: datetime) -> str:
    """`pattern` with `%date%`, `%time%`, `%year%` ... `%second%`, `%date:yyyy-MM-dd%` and the names in `values` put in.

    What is put in never adds folders; a name that is not known stays as it is written.
    """

    def put_in(found: re.Match[str]) -> str:
        text = _value(found[1], values, now)
        return found[0] if text is None else _without_folders(text)

    return _PATTERN.sub(put_in, pattern)


def unknown_in(pattern: str, values: Mapping[str, object]) -> list[str]:
    """The patterns in a file name that `filled` leaves as they are, with their percent signs, each once."""
    found = (found for found in _PATTERN.finditer(pattern) if _value(found[1], values, datetime.min) is None)
    return list(dict.fromkeys(each[0] for each in found))


def _value(name: str, values: Mapping[str, object], now: datetime) -> str | None:
    """What a pattern stands for; None where it is not known."""
    if name.startswith(_DATE):
        return _DATE_PART.sub(lambda part: _date_part(part[0], now), name.removeprefix(_DATE))
    for known in (name, _folded(name)):
        if known in values:
            return str(values[known])
    return f"{now:{_CLOCK[name]}}" if name in _CLOCK else None


def _date_part(part: str, now: datetime) -> str:
    """A part of a date as ComfyUI writes it: two letters with a leading zero, one without."""
    if part in ("yyyy", "yy"):
        return f"{now.year:04d}"[-len(part) :]
    number = {"M": now.month, "d": now.day, "h": now.hour, "m": now.minute, "s": now.second}[part[0]]
    return f"{number:0{len(part)}d}"


def _without_folders(text: str) -> str:
    plain = re.sub(r"[/\\:]", "_", text)
    return "_" if plain.strip() in (".", "..") else plain


def _folded(name: str) -> str:
    """A name of a node and its parameter in which case, blanks and dashes of the node's name do not matter."""
    node, dot, parameter = name.rpartition(".")
    return f"{re.sub(r'[ _-]', '', node).casefold()}{dot}{parameter}"


def values_of(workflow: str) -> dict[str, object]:
    """What a workflow's JSON says by name, and `seed` for the first seed that is set.

    Each parameter is called `node.parameter`, where the node is its id, or its type or title, of which the first in
    the file counts.
    """
    try:
        nodes = json.loads(workflow).get("nodes", []) if workflow else []
    except (ValueError, AttributeError):
        nodes = []
    found: dict[str, object] = {}
    others: dict[str, object] = {}
    for node in nodes:
        for name, value in node.get("params", {}).items():
            found[f"{node['id']}.{name}"] = value
            for other in (node.get("title"), node.get("type")):
                if isinstance(other, str):
                    others.setdefault(_folded(f"{other}.{name}"), value)
            if name in ("seed", "noise_seed"):
                found.setdefault("seed", value)
    return others | found
