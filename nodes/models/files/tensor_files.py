"""Tensors into safetensors files, with the errors that every other file raises."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors import SafetensorError
from safetensors.torch import save_file

if TYPE_CHECKING:
    import torch


def write_tensors(
    tensors: Mapping[str, torch.Tensor], path: Path, metadata: Mapping[str, str] | None = None
) -> None:
    """Write contiguous tensors with memory of their own; raises OSError where the disk is full or refuses.

    The library reports a full disk as an error of its own, which no handler of OSError sees.
    """
    try:
        save_file(dict(tensors), path, dict(metadata) if metadata else None)
    except SafetensorError as error:
        raise OSError(str(error)) from error
