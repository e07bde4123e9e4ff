"""What a file contains: a content digest, remembered by path, size and time of change."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import time
from pathlib import Path

from nodegraph.support.atomic import write_text
from nodegraph.support.private_files import FILE_MODE

REMEMBERED_FROM = 1 << 20
"""Smaller files are read again in a new process rather than remembered on disk."""

SETTLED_NS = 2_000_000_000
"""A file changed this recently may change again within the clock's grain, so it is not remembered."""


Stamp = tuple[int, int, int, int]
"""Size, time of change, time of the last change to the entry, and number of a file.

Tools that keep a file's time of change when they overwrite it (`cp -p`, `rsync -t`, `touch -r`) cannot keep the third.
"""


def stamp(path: Path) -> Stamp:
    """What differs once a file has been written to or replaced; raises OSError."""
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino


class Fingerprints:
    """Digests of files and folders; `memory` is a JSON file that outlives the process, or None.

    A file overwritten in place has another digest; a file copied or touched has the same. Digests are remembered
    by path and `stamp`.
    """

    def __init__(self, memory: Path | None = None) -> None:
        self._memory = memory
        self._known: dict[str, tuple[Stamp, str]] = {}
        self._loaded = memory is None

    def of(self, path: Path) -> str:
        """The digest of a file's bytes, or of all files under a folder; raises OSError."""
        if path.is_dir():
            files = sorted(p for p in path.rglob("*") if p.is_file())
            inner = hashlib.sha256()
            for file in files:
                inner.update(f"{file.relative_to(path).as_posix()}\0{self._file(file)}\n".encode())
            return inner.hexdigest()[:40]
        return self._file(path)

    def _file(self, path: Path) -> str:
        self._load()
        state = stamp(path)
        if not path.is_file():
            # Devices and pipes may never end.
            raise OSError(errno.EINVAL, "it is no ordinary file")
        name = os.path.abspath(path)
        known = self._known.get(name)
        if known is not None and known[0] == state:
            return known[1]
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()[:40]
        size, changed, entered, _ = state
        if time.time_ns() - max(changed, entered) > SETTLED_NS and stamp(path) == state:
            self._known[name] = (state, found)
            if size >= REMEMBERED_FROM:
                self._save()
        return found

    def _load(self) -> None:
        if self._loaded or self._memory is None:
            return
        self._loaded = True
        try:
            data = json.loads(self._memory.read_text(encoding="utf-8"))
            self._known.update({str(k): (_stamp(v[0]), str(v[1])) for k, v in data.items()})
        except (OSError, ValueError, TypeError, AttributeError, IndexError, KeyError):
            self._known = {}

    def _save(self) -> None:
        if self._memory is None:
            return
        large = {k: v for k, v in self._known.items() if v[0][0] >= REMEMBERED_FROM}
        try:
            write_text(self._memory, json.dumps(large), FILE_MODE)
        except OSError:
            self._memory = None


def _stamp(numbers: list[int]) -> Stamp:
    size, changed, entered, number = map(int, numbers)
    return size, changed, entered, number
