"""Tensors of a weights file, mapped: nothing is read before it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodes.models.files.header import read_header
from nodes.models.files.weight_files import open_stored

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor


def open_tensors(path: Path) -> dict[str, Tensor]:
    """All tensors of a file by name; raises `LoadError` for a file that cannot be read."""
    infos = read_header(path).tensors
    with open_stored(path, infos) as opened:
        return {name: opened.get_tensor(name) for name in infos}
