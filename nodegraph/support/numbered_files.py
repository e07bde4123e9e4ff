"""Numbered files that appear whole or not at all: `name_00001.png`, `name_00002.png` and so on.

A file gets its name only when all of it is on the disk. On Linux it has no name before that, so that a program that
is killed leaves nothing behind; elsewhere it leaves a temporary file, which a later save under the same name sweeps.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

LEFTOVER_AGE_S = 3600
"""Temporary and empty files older than this belong to no save that is still going on."""

MAX_TEMPORARY_NAME = 40
"""Characters of a file's name in the name of its temporary file."""


def write_numbered(stem: Path, suffix: str, data: bytes) -> Path:
    """Write `data` as the next free `stem_00001.suffix`, whole or not at all, and give its path. Raises OSError.

    Folders are made. No file that exists is replaced, even if another program takes a number at the same moment.
    """
    stem.parent.mkdir(parents=True, exist_ok=True)
    number = _prepared(stem, suffix)
    with _written(stem, data) as place:
        while True:
            path = stem.with_name(f"{stem.name}_{number:05d}.{suffix}")
            try:
                place(path)
            except FileExistsError:
                number += 1
                continue
            return path


def _prepared(stem: Path, suffix: str) -> int:
    """The first number after all that are taken; leftovers of saves that were killed are removed."""
    counter = re.compile(re.escape(stem.name) + r"_(\d{5,9})\.([A-Za-z0-9]+)")
    temporary = re.compile(re.escape("." + stem.name[:MAX_TEMPORARY_NAME]) + r".*\.[a-z0-9_]{8}\.tmp")
    most = 0
    with os.scandir(stem.parent) as entries:
        for entry in entries:
            found = counter.fullmatch(entry.name)
            if found and not (found[2] == suffix and _swept(entry, only_empty=True)):
                most = max(most, int(found[1]))
            elif not found and temporary.fullmatch(entry.name):
                _swept(entry, only_empty=False)
    return most + 1


def _swept(entry: os.DirEntry[str], *, only_empty: bool) -> bool:
    """Remove a leftover file if it is old enough; whether it is gone."""
    try:
        state = entry.stat(follow_symlinks=False)
        old = time.time() - state.st_mtime > LEFTOVER_AGE_S
        if not old or not entry.is_file(follow_symlinks=False) or (only_empty and state.st_size):
            return False
        os.unlink(entry.path)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def _written(stem: Path, data: bytes) -> Iterator[Callable[[Path], None]]:
    """The data on the disk without a name of its own yet; what is yielded gives it one, or raises FileExistsError."""
    unnamed = _open_unnamed(stem.parent)
    if unnamed is not None:
        try:
            _write_all(unnamed, data)
            yield partial(_name, unnamed)
        finally:
            os.close(unnamed)
        return
    handle, name = tempfile.mkstemp(
        prefix=f".{stem.name[:MAX_TEMPORARY_NAME]}.", suffix=".tmp", dir=stem.parent
    )
    try:
        try:
            _write_all(handle, data)
        finally:
            os.close(handle)
        os.chmod(name, 0o666 & ~_umask())
        yield partial(_move_new, name)
    finally:
        Path(name).unlink(missing_ok=True)


def _name(handle: int, path: Path) -> None:
    """Give a file without a name one that must not exist yet; raises FileExistsError and other OSErrors."""
    # Without a folder's handle Python calls link(), which would name the link in /proc and not the file behind it.
    os.link(f"/proc/self/fd/{handle}", path, src_dir_fd=handle, follow_symlinks=True)


def _open_unnamed(folder: Path) -> int | None:
    """A new file in a folder that has no name; None where the system or the disk has no such files."""
    if not hasattr(os, "O_TMPFILE") or not os.path.isdir("/proc/self/fd"):
        return None
    try:
        return os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o666)
    except OSError:
        return None


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
    os.fsync(handle)


def _move_new(name: str, path: Path) -> None:
    """Give a file a new name that must not exist yet; raises FileExistsError and other OSErrors."""
    try:
        os.link(name, path)
        return
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):
        # Some disks know no second name for a file: there the name is taken first.
        path.open("xb").close()
    try:
        os.replace(name, path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
