"""What a GGUF file says it holds: quantised weights as llama.cpp writes them, and many share transformers."""

from __future__ import annotations

import math
import struct
from typing import IO, TYPE_CHECKING, Any

from nodegraph.support.errors import LoadError
from nodes.models.files.tensor_info import MOST, Header, TensorInfo, check_apart

if TYPE_CHECKING:
    from pathlib import Path

MAGIC = b"GGUF"
TYPES: dict[int, tuple[str, int, int]] = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 30: ("BF16", 1, 2),
    2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20), 6: ("Q5_0", 32, 22), 7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34),
    10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110), 12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176),
    14: ("Q6_K", 256, 210), 20: ("IQ4_NL", 32, 18), 23: ("IQ4_XS", 256, 136),
}  # fmt: skip
"""Each type by its number: name, numbers in a block, bytes of a block."""

LIMIT = 100 * 2**20
"""The largest header that is read, in bytes; the vocabulary of a language model is part of it."""

_PLAIN = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_TEXT, _ARRAY = 8, 9
_LONGEST = 1000
_LONGEST_LIST = 2_000_000
"""More texts than any vocabulary in a header has."""

_COARSEST = 2**20
"""The largest alignment that is believed, in bytes."""


def read_gguf(path: Path, file: IO[bytes], size: int) -> Header:
    """Read and check the header of a GGUF file that is open at its beginning; raises `LoadError`."""
    reader = _Reader(path, file)
    reader.bytes(len(MAGIC))
    version, tensors, entries = reader.numbers("IQQ")
    if version not in (2, 3):
        raise LoadError(
            "{path} is a GGUF file of version {version}, and versions 2 and 3 are read.",
            path=path,
            version=version,
        )
    if tensors > MOST or entries > MOST:
        raise LoadError(
            "{path} is damaged: it claims {tensors} tensors and {entries} settings.",
            path=path,
            tensors=tensors,
            entries=entries,
        )
    metadata: dict[str, str] = {}
    for _ in range(entries):
        name = reader.text()
        (kind,) = reader.numbers("I")
        value = reader.value(kind)
        if isinstance(value, str | int | float) and len(str(value)) <= _LONGEST:
            metadata[name] = str(value)
    infos = [_info(reader) for _ in range(tensors)]
    alignment = _alignment(path, metadata.get("general.alignment", "32"))
    start = -(-reader.read // alignment) * alignment
    found: dict[str, TensorInfo] = {}
    for name, dtype, shape, length, offset in infos:
        if name in found:
            raise LoadError("{path} is damaged: {name!r} stands twice in its header.", path=path, name=name)
        end = start + offset + length
        if end > size:
            raise LoadError(
                "{path} is incomplete: {name!r} ends at byte {end}, the file at {size}. Copy or download it again.",
                path=path,
                name=name,
                end=end,
                size=size,
            )
        found[name] = TensorInfo(path, dtype, shape, start + offset, end)
    check_apart(path, found)
    return Header(path, found, metadata)


def _alignment(path: Path, text: str) -> int:
    """The power of two that tensors begin at multiples of."""
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 0 < number <= _COARSEST or number & (number - 1):
        raise LoadError(
            "{path} is damaged: its tensors cannot begin at multiples of {text!r}.", path=path, text=text[:20]
        )
    return number


def _info(reader: _Reader) -> tuple[str, str, tuple[int, ...], int, int]:
    """Name, type, shape, bytes and offset of a tensor; the last axis stands first in the file."""
    name = reader.text()
    (axes,) = reader.numbers("I")
    if axes > 4:
        raise LoadError(
            "{path} is damaged: {name!r} has {axes} axes.", path=reader.path, name=name, axes=axes
        )
    shape = tuple(reversed(reader.numbers("Q" * axes)))
    kind, offset = reader.numbers("IQ")
    if kind not in TYPES:
        raise LoadError(
            "{path} holds {name!r} in a type of GGUF that is not read (number {kind}).",
            path=reader.path,
            name=name,
            kind=kind,
        )
    dtype, block, width = TYPES[kind]
    count = math.prod(shape)
    if count % block or not count:
        raise LoadError(
            "{path} is damaged: the size of {name!r} does not fit its shape.", path=reader.path, name=name
        )
    return name, dtype, shape, count // block * width, offset


class _Reader:
    """Reads values one after another, no more than a header may have."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.path = path
        self.read = 0
        self._file = file

    def bytes(self, count: int) -> bytes:
        """The next `count` bytes."""
        if self.read + count > LIMIT:
            raise LoadError(
                "{path} claims a header of more than {limit} bytes, which is the limit.",
                path=self.path,
                limit=LIMIT,
            )
        data = self._file.read(count)
        if len(data) < count:
            raise LoadError(
                "{path} is incomplete: it ends inside its header. Copy or download it again.", path=self.path
            )
        self.read += count
        return data

    def numbers(self, letters: str) -> tuple[Any, ...]:
        """The next numbers, one for each of `struct`'s letters."""
        return struct.unpack(f"<{letters}", self.bytes(struct.calcsize(f"<{letters}")))

    def text(self) -> str:
        """The next text."""
        (length,) = self.numbers("Q")
        return self.bytes(length).decode("utf-8", "replace")

    def value(self, kind: int) -> object:
        """The next value of a type by its number; lists are passed over."""
        if kind == _TEXT:
            return self.text()
        if kind in _PLAIN:
            return self.numbers(_PLAIN[kind])[0]
        if kind != _ARRAY:
            raise LoadError(
                "{path} is damaged: its header has a value of the unknown type {kind}.",
                path=self.path,
                kind=kind,
            )
        inner, count = self.numbers("IQ")
        if inner in _PLAIN:
            self.bytes(struct.calcsize(_PLAIN[inner]) * count)
        elif inner == _TEXT and count <= _LONGEST_LIST:
            for _ in range(count):
                self.text()
        else:
            raise LoadError(
                "{path} is damaged: its header has a list of the unknown type {inner}.",
                path=self.path,
                inner=inner,
            )
        return None
