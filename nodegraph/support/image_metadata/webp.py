"""WebP chunks: size and EXIF."""

from __future__ import annotations

import struct
from typing import BinaryIO

from nodegraph.support.image_metadata.exif import MAX_EXIF, Exif, read_exif
from nodegraph.support.image_metadata.png import exactly

MAX_CHUNKS = 10_000


def read_webp(file: BinaryIO) -> tuple[tuple[int, int] | None, Exif, bool]:
    """Size, EXIF, and whether the file ends early; raises ValueError with a sentence if it is no sound WebP."""
    found: list[tuple[int, int]] = []
    exif: dict[int, bytes] = {}
    try:
        _read(file, found, exif)
    except EOFError:
        return found[0] if found else None, exif, True
    if not found:
        raise ValueError("the WebP has no picture in it; fetch it again.")
    return found[0], exif, False


def _read(file: BinaryIO, sizes: list[tuple[int, int]], exif: dict[int, bytes]) -> None:
    """Fill `sizes` and `exif` chunk by chunk; raises EOFError where the file ends within one."""
    file.seek(4)
    (total,) = struct.unpack("<I", exactly(file, 4))
    file.seek(12)
    for _ in range(MAX_CHUNKS):
        if file.tell() + 8 > total + 8:
            break
        kind, length = struct.unpack("<4sI", exactly(file, 8))
        end = file.tell() + length + length % 2
        if kind in (b"VP8X", b"VP8 ", b"VP8L") and not sizes:
            sizes.append(_size(kind, exactly(file, min(length, 10))))
        elif kind == b"EXIF" and length <= MAX_EXIF and not exif:
            exif.update(read_exif(exactly(file, length)))
        file.seek(end)


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
