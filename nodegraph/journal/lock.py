"""Whose journal is it? A lock on the open file, which the system drops when its process dies."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from nodegraph.support.private_files import make_private_folder

if sys.platform == "win32":
    import msvcrt

    FAR = 1 << 62

    def acquire(file: BinaryIO) -> bool:
        """Lock the file for this process; False where another process holds it."""
        place = file.tell()
        file.seek(FAR)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            file.seek(place)
        return True

else:
    import fcntl

    def acquire(file: BinaryIO) -> bool:
        """Lock the file for this process; False where another process holds it."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


WAIT_SECONDS = 2.0
"""So long another process may hold a file that is changed for a moment."""


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Keep other editors from changing `path` meanwhile, by a lock on a file beside it.

    Where none can be made, or its holder does not let go, it goes on without.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            make_private_folder(path.parent)
            file = stack.enter_context(path.with_name(f"{path.name}.lock").open("ab", buffering=0))
            deadline = time.monotonic() + WAIT_SECONDS
            while not acquire(file) and time.monotonic() < deadline:
                time.sleep(0.005)
        yield


class Claim:
    """What only one process may have at a time, by a lock on a file that stands for it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self.held = False

    def acquire(self) -> bool:
        """Take it; False where another process has it. Where nothing can be written there is nothing to share."""
        if self.held:
            return True
        try:
            make_private_folder(self._path.parent)
            self._file = self._path.open("ab", buffering=0)
        except OSError:
            self.held = True
            return True
        self.held = acquire(self._file)
        return self.held

    def release(self) -> None:
        """Let go of it."""
        self.held = False
        if self._file is not None:
            self._file.close()
            self._file = None
