"""File names from an artist's pattern, inside one folder whatever the pattern says."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING

from nodegraph import GraphError
from nodegraph.support.file_names import is_device_name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LONGEST = 120
"""Letters kept of each part of a name: file systems hold 255 bytes, and a counter follows."""

UNKNOWN_PATTERN = (
    "{pattern} in the file name is not known and stays as written; known are %date%, %time%, %seed%, %width%, "
    "%batch_num% and %node.parameter%."
)

_PATTERN = re.compile(r"%([A-Za-z0-9_][^%\n]{0,79})%")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\ud800-\udfff<>:"|?*%]')
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


def relative(text: str) -> str:
    """`text` as a relative POSIX path of harmless names; raises GraphError where it would leave the folder."""
    parts = re.split(r"[/\\]+", text)
    if ".." in (part.strip() for part in parts) or parts[0] == "" != text or re.match(r"[A-Za-z]:", text):
        raise GraphError(
            "The file name {text!r} leads out of the output folder; write a plain name, with folders if "
            "you like, as in portraits/anna.",
            text=text[:200],
        )
    names = [name for name in map(_harmless, parts) if name]
    return "/".join(names) or "picture"


def _harmless(part: str) -> str:
    name = _UNSAFE.sub("_", part)[:LONGEST].strip(" .")
    while len(name.encode()) > 2 * LONGEST:
        name = name[:-1]
    return f"_{name}" if is_device_name(name) else name


def inside(folder: Path, name: str) -> Path:
    """`folder / name`, unless a link on the disk would lead elsewhere; raises GraphError."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise GraphError(
            "{name!r} leads out of the output folder through a link on the disk; choose another name.",
            name=name,
        )
    return path
