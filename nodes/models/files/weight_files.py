"""Weights files that are open: tensors by name, from safetensors mapped, from GGUF unpacked as they are asked for."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import torch
from safetensors import SafetensorError, safe_open

from nodegraph.support.errors import LoadError
from nodes.models.files.gguf_header import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from torch import Tensor

    from nodes.models.files.header import TensorInfo

PLAIN = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


class Opened(Protocol):
    """A file that gives tensors."""

    def get_tensor(self, name: str, /) -> Tensor:
        """A whole tensor."""
        ...


@contextmanager
def open_stored(path: Path, tensors: Mapping[str, TensorInfo]) -> Iterator[Opened]:
    """A weights file whose header has been read; `LoadError` for one that cannot be read."""
    try:
        if path.suffix.lower() == ".gguf":
            yield Packed(path, tensors)
        else:
            with safe_open(str(path), framework="pt", device="cpu") as opened:
                yield opened
    except (SafetensorError, OSError) as error:
        raise LoadError("{path} cannot be read: {error}.", path=path, error=error) from error


class Packed:
    """A GGUF file. Quantised tensors come as float32, computed by diffusers."""

    def __init__(self, path: Path, tensors: Mapping[str, TensorInfo]) -> None:
        self._path = path
        self._tensors = tensors

    def get_tensor(self, name: str, /) -> Tensor:
        """A whole tensor in its own shape."""
        info = self._tensors[name]
        with self._path.open("rb") as file:
            file.seek(info.start)
            data = bytearray(file.read(info.end - info.start))
        if len(data) < info.end - info.start:
            raise LoadError(
                "{path} is incomplete: it ends inside {name!r}. Copy or download it again.",
                path=self._path,
                name=name,
            )
        if info.dtype in PLAIN:
            return torch.frombuffer(data, dtype=PLAIN[info.dtype]).reshape(info.shape)
        packed = torch.frombuffer(data, dtype=torch.uint8)
        return unpacked(self._path, packed, info.dtype).reshape(info.shape)


def unpacked(path: Path, packed: Tensor, dtype: str) -> Tensor:
    """The numbers behind packed blocks."""
    try:
        from gguf import GGMLQuantizationType
    except ImportError as error:
        raise LoadError(
            '{path} is a GGUF file: to read such files, install the package gguf (pip install "nodegraph[gguf]").',
            path=path,
        ) from error
    from diffusers.quantizers.gguf.utils import dequantize_functions

    _, block, width = next(entry for entry in TYPES.values() if entry[0] == dtype)
    unpack: Any = dequantize_functions[GGMLQuantizationType[dtype]]
    numbers: Tensor = unpack(packed.reshape(-1, width), block, width, torch.float32)
    return numbers
