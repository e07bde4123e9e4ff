"""WebP chunks: size and EXIF."""

from __future__ import annotations

import struct
from typing import BinaryIO

from nodegraph.support.image_metadata.exif import MAX_EXIF, Exif, read_exif
from nodegraph.support.image_metadata.png import exactly

MAX_CHUNKS = 10_000


def read_webp(file: BinaryIO) -> tuple[tuple[int, int], Exif]:
    """Size and EXIF; raises EOFError if the file is cut off, ValueError with a sentence if it is no sound WebP."""
    file.seek(4)
    (total,) = struct.unpack("<I", exactly(file, 4))
    file.seek(12)
    size: tuple[int, int] | None = None
    exif: Exif = {}
    for _ in range(MAX_CHUNKS):
        if file.tell() + 8 > total + 8:
            break
        kind, length = struct.unpack("<4sI", exactly(file, 8))
        end = file.tell() + length + length % 2
        if kind in (b"VP8X", b"VP8 ", b"VP8L") and size is None:
            size = _size(kind, exactly(file, min(length, 10)))
        elif kind == b"EXIF" and length <= MAX_EXIF:
            exif = read_exif(exactly(file, length))
        file.seek(end)
    if size is None:
        raise ValueError("the WebP has no picture in it; fetch it again.")
    return size, exif


def _size(kind: bytes, data: bytes) -> tuple[int, int]:
    if len(data) < (5 if kind == b"VP8L" else 10):
        raise EOFError
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[4:7], "little"), 1 + int.from_bytes(data[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(data[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", data, 6)
    return width & 0x3FFF, height & 0x3FFF
