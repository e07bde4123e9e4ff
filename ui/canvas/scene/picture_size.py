"""How large a picture file is, from its first bytes."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from stat import S_ISREG

from PySide6.QtGui import QImageIOHandler

from nodegraph.analysis.sizes import Size
from ui.document.image_reader import open_reader

TURNED = QImageIOHandler.Transformation.TransformationRotate90


def picture_size(path: str) -> Size | None:
    """Width and height of the upright picture in an ordinary file on this machine; None for anything else."""
    if not os.path.isabs(path) or path.startswith(("//", "\\\\")):
        # What lies beside the workflow is known to the engine, and what lies on the network is not waited for.
        return None
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return _read(path, found.st_mtime_ns) if S_ISREG(found.st_mode) else None


@lru_cache(maxsize=256)
def _read(path: str, _changed: int) -> Size | None:
    with open_reader(Path(path)) as reader:
        if reader is None:
            return None
        size = reader.size()
        turned = bool(reader.transformation().value & TURNED.value)
    if not size.isValid():
        return None
    return (size.height(), size.width()) if turned else (size.width(), size.height())
