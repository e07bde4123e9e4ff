"""Temporary files that a killed process left beside the files it was writing (see `nodegraph.support.atomic`)."""

from __future__ import annotations

import contextlib
import os
import re
import time
from itertools import islice
from pathlib import Path

OLD_SECONDS = 3600
"""A younger file may be one that another process writes just now."""
MAX_ENTRIES = 20_000
TEMPORARY = re.compile(r"\.(?P<name>.{1,40})\.[a-z0-9_]{8}\.tmp")
"""How `nodegraph.support.atomic` calls the files that it replaces others by."""


def sweep(folder: Path, name: str = "") -> int:
    """Remove what was left in a folder, or only what was to become the file `name`; how many files there were."""
    removed = 0
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in islice(entries, MAX_ENTRIES):
            found = TEMPORARY.fullmatch(entry.name)
            if found is None or (name and found["name"] != name[:40]):
                continue
            with contextlib.suppress(OSError):
                old = time.time() - entry.stat(follow_symlinks=False).st_mtime > OLD_SECONDS
                if old and entry.is_file(follow_symlinks=False):
                    os.unlink(entry.path)
                    removed += 1
    return removed
