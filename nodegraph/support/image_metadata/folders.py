"""The pictures in a folder, in the order in which a person counts."""

from __future__ import annotations

import os
import re
from itertools import islice
from pathlib import Path

from nodegraph.support.errors import LoadError
from nodegraph.support.image_metadata.formats import SUFFIXES

MOST_ENTRIES = 10_000
"""A folder that holds more is refused: looking through it would take long."""


def pictures_in(folder: Path) -> list[Path]:
    """The picture files right in a folder, `frame 9` before `frame 10`; hidden ones are left out.

    Raises OSError for a folder that cannot be read, LoadError for one that holds too much.
    """
    with os.scandir(folder) as entries:
        seen = list(islice(entries, MOST_ENTRIES + 1))
    if len(seen) > MOST_ENTRIES:
        raise LoadError(
            "{name} holds more than {most:,} files; put the pictures into a folder of their own.",
            name=folder.name or str(folder),
            most=MOST_ENTRIES,
        )
    names = [e.name for e in seen if e.name.lower().endswith(SUFFIXES) and not e.name.startswith(".")]
    paths = (folder / name for name in sorted(names, key=counted))
    return [path for path in paths if path.is_file()]


def counted(name: str) -> tuple[list[tuple[int, str]], str]:
    """What names are sorted by: numbers within them by their size, letters large or small alike."""
    parts = re.split(r"(\d+)", name.casefold())
    return [(int(part[:300]), "") if part.isdecimal() else (0, part) for part in parts], name
