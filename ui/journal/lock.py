"""Whose journal is it? A lock on the open file, which the system drops when its process dies."""

from __future__ import annotations

import sys
from typing import BinaryIO

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
