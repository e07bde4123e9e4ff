"""Tensors of a safetensors file, mapped: nothing is read before it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safetensors import SafetensorError, safe_open

from nodegraph.support.errors import LoadError

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor


def open_tensors(path: Path) -> dict[str, Tensor]:
    """All tensors of a file by name; raises `LoadError` for a file that cannot be read."""
    try:
        with safe_open(str(path), framework="pt", device="cpu") as opened:
            return {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118  # no mapping
    except (SafetensorError, OSError) as error:
        raise LoadError("{path} cannot be read: {error}.", path=path, error=error) from error
