"""Files of the editor's own that cannot be used are set aside under another name, and reported once."""

from __future__ import annotations

import contextlib
from itertools import count
from pathlib import Path

SUFFIX = ".broken"

set_aside: list[Path] = []
"""Where damaged files are kept now; whoever shows sentences reports them and clears the list."""


def put_aside(path: Path) -> None:
    """Rename a damaged file, so that nothing is written over it and the next start does not meet it again."""
    with contextlib.suppress(OSError):
        set_aside.append(path.replace(_free(path)))


def keep_part(path: Path, data: bytes) -> None:
    """Keep a damaged part of a file that is used as far as it is sound."""
    with contextlib.suppress(OSError):
        kept = _free(path)
        kept.touch(mode=0o600)
        kept.write_bytes(data)
        set_aside.append(kept)


def _free(path: Path) -> Path:
    names = (path.with_name(f"{path.name}{SUFFIX}{number or ''}") for number in count())
    return next(name for name in names if not name.exists())
