"""Small pictures that a style sheet can only take from files: ticks and chevrons, one per colour."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path

from ui.theme.icons.strokes import svg


@lru_cache(maxsize=1)
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="nodegraph-marks-")


@lru_cache(maxsize=64)
def mark(name: str, color: str, width: float = 2.0) -> str:
    """The address of an icon in a colour, as a style sheet writes it. The files go with the process."""
    file = Path(_folder().name) / f"{name}-{color.lstrip('#')}-{width}.svg"
    file.write_bytes(svg(name, color, width))
    return f'url("{file.as_posix()}")'
