"""File names of results, inside one folder whatever they say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nodegraph import GraphError
from nodegraph.support.file_names import is_device_name

if TYPE_CHECKING:
    from pathlib import Path

LONGEST = 120
"""Letters kept of each part of a name: file systems hold 255 bytes, and a counter follows."""

_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\ud800-\udfff<>:"|?*%]')


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
