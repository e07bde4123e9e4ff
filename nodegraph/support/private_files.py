"""Folders and files that only their owner may read: prompts, journals, results and settings lie in them."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

FOLDER_MODE, FILE_MODE = 0o700, 0o600


def make_private_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing, for its owner alone; one that is there is made so.

    Raises OSError where it cannot be made. That a file system keeps no modes is no error.
    """
    if not path.is_dir():
        missing = [path, *(parent for parent in path.parents if not parent.exists())]
        for folder in reversed(missing):
            with contextlib.suppress(FileExistsError):
                folder.mkdir(mode=FOLDER_MODE)
    with contextlib.suppress(OSError):
        status = path.stat()
        # A folder that many may write to, as the system's own for temporary files, is shared on purpose.
        if _is_own(status) and status.st_mode & 0o077 and not status.st_mode & stat.S_ISVTX:
            path.chmod(FOLDER_MODE)


def make_private(path: Path) -> None:
    """Let only the owner read a file that an earlier version made for everyone."""
    with contextlib.suppress(OSError):
        status = path.stat()
        if _is_own(status) and stat.S_ISREG(status.st_mode) and status.st_mode & 0o077:
            path.chmod(FILE_MODE)


def _is_own(status: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or status.st_uid == os.geteuid()
