"""Regular files only: a pipe would block the reader for ever, a device would fill the memory."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_FLAGS = getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)


def open_regular(path: Path, *, write: bool = False, buffering: int = -1) -> BinaryIO:
    """Open a file for reading, with `write` also for writing. Raises OSError for anything but a regular file.

    What it is is asked of the open file, so that no other can take its place in between.
    """
    try:
        handle = os.open(path, (os.O_RDWR if write else os.O_RDONLY) | _FLAGS)
    except ValueError as error:
        raise OSError(errno.EINVAL, str(error)) from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return os.fdopen(handle, "r+b" if write else "rb", buffering=buffering)


def read_regular(path: Path, most: int) -> bytes:
    """The contents of a regular file of at most `most` bytes. Raises OSError, EFBIG for a larger one."""
    with open_regular(path) as file:
        data = file.read(most + 1) if os.fstat(file.fileno()).st_size <= most else bytes(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, "too large", str(path))
    return data


def is_remote(name: str) -> bool:
    """Whether a path names another machine (`//host/share`): even asking whether it exists sends a password there."""
    return name.startswith(("//", "\\\\", "/\\", "\\/"))
