"""File names from an artist's pattern, inside one folder whatever the pattern says."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING

from nodegraph import GraphError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LONGEST = 120
"""Letters kept of each part of a name: file systems hold 255 bytes, and a counter follows."""

_PLACE = re.compile(r"%([A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_]+)?|date:[^%]{1,40})%")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*%]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
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
_PARTS = {"yyyy": "%Y", "yy": "%y", "MM": "%m", "dd": "%d", "hh": "%H", "mm": "%M", "ss": "%S"}
_PART = re.compile("|".join(_PARTS))


def filled(pattern: str, values: Mapping[str, object], now: datetime) -> str:
    """`pattern` with `%date%`, `%time%`, `%year%` ... `%second%`, `%date:yyyy-MM-dd%` and the names in `values` put in.

    What is put in never adds folders; a name that is not known stays as it is written.
    """

    def put_in(found: re.Match[str]) -> str:
        name = found[1]
        if name in values:
            return re.sub(r"[/\\]", "_", str(values[name]))
        if name in _CLOCK:
            return now.strftime(_CLOCK[name])
        if name.startswith("date:"):
            return _PART.sub(lambda part: now.strftime(_PARTS[part[0]]), name[5:]).replace("/", "-")
        return found[0]

    return _PLACE.sub(put_in, pattern)


def values_of(workflow: str) -> dict[str, object]:
    """What a workflow's JSON says by name: `node.param` for every parameter, and `seed` for the first seed set."""
    try:
        nodes = json.loads(workflow).get("nodes", []) if workflow else []
    except (ValueError, AttributeError):
        nodes = []
    found: dict[str, object] = {}
    for node in nodes:
        for name, value in node.get("params", {}).items():
            found[f"{node['id']}.{name}"] = value
            if name in ("seed", "noise_seed"):
                found.setdefault("seed", value)
    return found


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
    return f"_{name}" if _RESERVED.fullmatch(name) else name


def inside(folder: Path, name: str) -> Path:
    """`folder / name`, unless a link on the disk would lead elsewhere; raises GraphError."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise GraphError(
            "{name!r} leads out of the output folder through a link on the disk; choose another name.",
            name=name,
        )
    return path


def reserve(stem: Path, suffix: str) -> Path:
    """The next free `stem_00001.suffix`, made as an empty file so that no other program takes it; raises OSError."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    counter = re.compile(re.escape(stem.name) + r"_(\d{5,9})\.[A-Za-z0-9]+")
    taken = (counter.fullmatch(path.name) for path in stem.parent.iterdir())
    number = max((int(found[1]) for found in taken if found), default=0) + 1
    while True:
        path = stem.with_name(f"{stem.name}_{number:05d}.{suffix}")
        try:
            path.open("x").close()
        except FileExistsError:
            number += 1
            continue
        return path
