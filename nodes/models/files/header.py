"""Reading what a safetensors file says it holds, and nothing more: milliseconds for a file of any size."""

from __future__ import annotations

import json
import math
import struct
from collections import Counter
from operator import index, itemgetter
from pathlib import Path
from typing import Any

from nodegraph.support.errors import LoadError
from nodes.models.files.first_bytes import LOOKED_AT, is_pickle, what_it_is
from nodes.models.files.tensor_info import MOST, Header, TensorInfo, check_apart

LIMIT = 16 * 2**20
"""The largest header that is read, in bytes. Reading one takes about twenty times its size in memory.

The largest of whole models have 0.2 MB (FLUX: 1,156 tensors, Qwen-Image: 1,933), and notes of trainers a few more; the
format itself allows 100 MB.
"""

MOST_AXES = 16
FLOATS_LIMIT = 2**20
GGUF = b"GGUF"

BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
    "U16": 16, "I16": 16, "F16": 16, "BF16": 16, "U32": 32, "I32": 32, "F32": 32,
    "U64": 64, "I64": 64, "F64": 64, "C64": 64, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
}  # fmt: skip


def read_header(path: Path) -> Header:
    """Read and check the header of a safetensors or GGUF file; `LoadError` says what is wrong with one that lies."""
    try:
        if not path.is_file():
            if path.exists():
                raise LoadError("{path} is not a file.", path=path)
            raise LoadError("{path} does not exist.", path=path)
        size = path.stat().st_size
        with path.open("rb") as file:
            first = file.read(LOOKED_AT)
            if first.startswith(GGUF):
                from nodes.models.files.gguf_header import read_gguf

                file.seek(0)
                return read_gguf(path, file, size)
            length = _length(path, first, size)
            file.seek(8)
            text = file.read(length)
    except OSError as error:
        raise LoadError(
            "{path} cannot be read: {value}.", path=path, value=error.strerror or error
        ) from error
    entries = _entries(path, text)
    metadata = entries.pop("__metadata__", {})
    if not isinstance(metadata, dict):
        raise LoadError("{path} is damaged: its metadata is not a table of texts.", path=path)
    if len(entries) > MOST:
        raise LoadError(
            "{path} claims {count} tensors, and no model has so many.", path=path, count=len(entries)
        )
    tensors = {name: _tensor(path, name, entry, 8 + length, size) for name, entry in entries.items()}
    check_apart(path, tensors)
    return Header(path, tensors, {str(key): str(value) for key, value in metadata.items()})


def read_floats(info: TensorInfo) -> list[float]:
    """The numbers of a small tensor of floats; none where it is of another type, large or cannot be read."""
    if info.end - info.start > FLOATS_LIMIT:
        return []
    try:
        with info.path.open("rb") as file:
            file.seek(info.start)
            data = file.read(info.end - info.start)
    except OSError:
        return []
    if info.dtype == "BF16":
        data = b"".join(b"\0\0" + data[at : at + 2] for at in range(0, len(data), 2))
    letter = {"F64": "d", "F32": "f", "BF16": "f", "F16": "e"}.get(info.dtype)
    if letter is None or len(data) % struct.calcsize(letter):
        return []
    return [number for (number,) in struct.iter_unpack(f"<{letter}", data)]


def _length(path: Path, first: bytes, size: int) -> int:
    """The length of the header; raises `LoadError` that says what the file is instead."""
    if is_pickle(first):
        raise LoadError(
            "{path} is a Python pickle, which can run code when it is opened: convert it to safetensors.",
            path=path,
        )
    length = int.from_bytes(first[:8], "little")
    if len(first) < 8 or first[8:9] not in (b"{", b"") or length > LIMIT:
        found = what_it_is(first, size)
        if found is not None:
            what, remedy = found
            raise LoadError("{path} is {what}, no model: {remedy}.", path=path, what=what, remedy=remedy)
    if len(first) < 8:
        raise LoadError(
            "{path} is not a safetensors file: it is only {size} bytes long. Download it again.",
            path=path,
            size=size,
        )
    if length > LIMIT:
        raise LoadError(
            "{path} is not a safetensors file: it claims a header of {length} bytes (the limit is {limit}). "
            "Download it again.",
            path=path,
            length=length,
            limit=LIMIT,
        )
    if 8 + length > size:
        raise LoadError(
            "{path} is incomplete: it ends inside its header. Copy or download it again.", path=path
        )
    return length


def _entries(path: Path, text: bytes) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        entries = dict(pairs)
        if len(entries) < len(pairs):
            twice = max(Counter(name for name, _ in pairs).items(), key=itemgetter(1))[0]
            raise LoadError(
                "{path} is damaged: {twice!r} stands twice in its header.", path=path, twice=twice
            )
        return entries

    try:
        entries = json.loads(text, object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise LoadError("{path} is not a safetensors file: its header is not JSON.", path=path) from error
    if not isinstance(entries, dict):
        raise LoadError("{path} is not a safetensors file: its header is not a table of tensors.", path=path)
    return entries


def _tensor(path: Path, name: str, entry: Any, data: int, size: int) -> TensorInfo:
    try:
        dtype, shape = str(entry["dtype"]), tuple(map(index, entry["shape"]))
        start, end = map(index, entry["data_offsets"])
    except (KeyError, TypeError, ValueError) as error:
        raise LoadError(
            "{path} is damaged: the entry of {name!r} is not a tensor's.", path=path, name=name
        ) from error
    if len(shape) > MOST_AXES or max(shape, default=0) > 2**63:
        raise LoadError("{path} is damaged: the shape of {name!r} is impossible.", path=path, name=name[:200])
    if dtype not in BITS:
        raise LoadError(
            "{path} holds {name!r} in the unknown type {dtype!r}.", path=path, name=name, dtype=dtype[:20]
        )
    if min(shape, default=0) < 0 or start < 0 or (end - start) * 8 != math.prod(shape) * BITS[dtype]:
        raise LoadError(
            "{path} is damaged: the size of {name!r} does not fit its shape.", path=path, name=name
        )
    if data + end > size:
        raise LoadError(
            "{path} is incomplete: {name!r} ends at byte {value}, the file at {size}. "
            "Copy or download it again.",
            path=path,
            name=name,
            value=data + end,
            size=size,
        )
    return TensorInfo(path, dtype, shape, data + start, data + end)
