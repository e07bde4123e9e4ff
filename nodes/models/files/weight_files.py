"""Weights files that are open: tensors by name, from safetensors mapped, from GGUF unpacked as they are asked for."""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

import torch

from nodegraph.node_api.fingerprint import stamp
from nodegraph.support.errors import LoadError
from nodes.models.files.gguf_header import TYPES
from nodes.models.files.header import GGUF, read_header
from nodes.models.files.tensor_info import Header

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from torch import Tensor

    from nodegraph.node_api.fingerprint import Stamp
    from nodes.models.files.tensor_info import TensorInfo

PLAIN = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}

TYPES_OF_TORCH = PLAIN | {
    "F64": torch.float64, "C64": torch.complex64, "BOOL": torch.bool,
    "U8": torch.uint8, "U16": torch.uint16, "U32": torch.uint32, "U64": torch.uint64,
    "I8": torch.int8, "I16": torch.int16, "I32": torch.int32, "I64": torch.int64,
    "F8_E4M3": torch.float8_e4m3fn, "F8_E5M2": torch.float8_e5m2, "F8_E8M0": torch.float8_e8m0fnu,
    "F8_E4M3FNUZ": torch.float8_e4m3fnuz, "F8_E5M2FNUZ": torch.float8_e5m2fnuz,
}  # fmt: skip
"""What the types of safetensors are called in torch."""


class Opened(Protocol):
    """A file that gives tensors."""

    def get_tensor(self, name: str, /) -> Tensor:
        """A whole tensor."""
        ...


@contextmanager
def open_stored(path: Path, tensors: Mapping[str, TensorInfo]) -> Iterator[Opened]:
    """A weights file whose header has been read; `LoadError` for one that cannot be read."""
    try:
        with path.open("rb") as file:
            packed = file.read(len(GGUF)) == GGUF
        yield Packed(path, tensors) if packed else Mapped(path, tensors)
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error).partition("\n")[0]
        raise LoadError("{path} cannot be read: {reason}.", path=path, reason=reason) from error


@lru_cache(maxsize=16)
def _header(path: Path, _state: Stamp) -> Header:
    return read_header(path)


class Mapped:
    """A safetensors file, mapped: a tensor's pages are read when its numbers are used.

    Where tensors lie is taken from the checked header alone, so that bytes behind the last of them do no harm.
    """

    def __init__(self, path: Path, tensors: Mapping[str, TensorInfo]) -> None:
        self._path = path
        self._tensors = tensors
        state = stamp(path)
        self._now = _header(path, state).tensors
        self._bytes = torch.from_file(str(path), shared=False, size=state[0], dtype=torch.uint8)

    def get_tensor(self, name: str, /) -> Tensor:
        """A whole tensor in its own shape; raises `LoadError` where the file is another one by now."""
        info = self._tensors[name]
        if self._now.get(name) != info:
            raise LoadError("{path} has changed since it was looked at; run again.", path=self._path)
        dtype = TYPES_OF_TORCH.get(info.dtype)
        if dtype is None:
            raise LoadError(
                "{path} holds {name!r} as {dtype}, a type that is not read.",
                path=self._path,
                name=name,
                dtype=info.dtype,
            )
        if info.start == info.end:
            return torch.empty(info.shape, dtype=dtype)
        piece = self._bytes[info.start : info.end]
        if info.start % dtype.itemsize:
            piece = piece.clone()
        return piece.view(dtype).reshape(info.shape)


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
