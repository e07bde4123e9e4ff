"""Files that are either wholly new or untouched."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(path: Path, mode: int | None = None) -> Iterator[Path]:
    """Yield a temporary path beside `path`; what was written there replaces `path` at the end, or nothing does.

    The folder is made if it is missing. The file gets `mode`, by default that of the file it replaces, or what the
    process gives to new files. Raises OSError (a full disk leaves the old file as it was).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".tmp", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.chmod(_mode(path) if mode is None else mode)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def write_text(path: Path, text: str, mode: int | None = None) -> None:
    """Write UTF-8 text, all or nothing; `mode` as for `replacing`."""
    with replacing(path, mode) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_bytes(path: Path, data: bytes, mode: int | None = None) -> None:
    """Write bytes, all or nothing; `mode` as for `replacing`."""
    with replacing(path, mode) as temporary:
        temporary.write_bytes(data)
