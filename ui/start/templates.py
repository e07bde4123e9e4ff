"""The workflows to begin with."""

from __future__ import annotations

import sys
from pathlib import Path


def folders() -> tuple[Path, ...]:
    """Where templates may lie: beside the package, or where it was installed."""
    return (Path(__file__).parents[2] / "workflows", Path(sys.prefix) / "share" / "nodegraph" / "workflows")


def templates() -> list[Path]:
    """The template files, in the order of their names."""
    return next((found for folder in folders() if (found := sorted(folder.glob("*.json")))), [])


def title(path: Path) -> str:
    """`03_picture_to_picture.json` is called Picture to picture."""
    words = path.stem.lstrip("0123456789_- ").replace("_", " ").replace("-", " ")
    return (words or path.stem)[:1].upper() + (words or path.stem)[1:]
