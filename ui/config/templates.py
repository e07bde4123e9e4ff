"""The workflows to begin with."""

from __future__ import annotations

import sys
from pathlib import Path

BEGIN = ("text_to_image", "image_to_image", "inpaint", "lora_mix", "controlnet_edges", "two_stage")
"""What most artists look for first."""


def folders() -> tuple[Path, ...]:
    """Where templates may lie: beside the package, or where it was installed."""
    return (Path(__file__).parents[2] / "workflows", Path(sys.prefix) / "share" / "nodegraph" / "workflows")


def templates() -> list[Path]:
    """The template files: those to begin with, then the others in the order of their names."""
    found = next((found for folder in folders() if (found := sorted(folder.glob("*.json")))), [])
    return sorted(found, key=lambda path: BEGIN.index(path.stem) if path.stem in BEGIN else len(BEGIN))


THUMBNAILS = "thumbnails"
"""The folder beside the templates that holds a picture of what each makes."""


def thumbnail(path: Path) -> Path:
    """Where the picture of a template is, if there is one."""
    return path.parent / THUMBNAILS / f"{path.stem}.webp"


NAMES = {name.lower(): name for name in ("ControlNet", "LoRA")}
"""Words of file names that are written in a way of their own."""


def title(path: Path) -> str:
    """`03_picture_to_picture.json` is called Picture to picture, `lora_mix.json` LoRA mix."""
    words = path.stem.lstrip("0123456789_- ").replace("_", " ").replace("-", " ") or path.stem
    first, *others = (NAMES.get(word, word) for word in words.split(" "))
    return " ".join([first[:1].upper() + first[1:], *others])
