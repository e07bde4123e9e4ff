"""JPEG segments: size and EXIF."""

from __future__ import annotations

import struct
from typing import BinaryIO

from nodegraph.support.image_metadata.exif import Exif, read_exif
from nodegraph.support.image_metadata.png import exactly

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
MAX_SEGMENTS = 10_000


def read_jpeg(file: BinaryIO) -> tuple[tuple[int, int] | None, Exif]:
    """Size and EXIF; the size is None where the file ends before it. Raises ValueError if it is no sound JPEG."""
    file.seek(2)
    exif: Exif = {}
    for _ in range(MAX_SEGMENTS):
        try:
            marker, data = _segment(file)
        except EOFError:
            return None, exif
        if marker == 0xE1 and data.startswith(b"Exif\0\0") and not exif:
            exif = read_exif(data)
        elif marker in _FRAMES and len(data) >= 5:
            height, width = struct.unpack(">HH", data[1:5])
            return (width, height), exif
        elif marker == 0xDA:
            break
    raise ValueError("the JPEG has no picture in it; fetch it again.")


def _segment(file: BinaryIO) -> tuple[int, bytes]:
    """The next marker and its data, which some markers have none of; raises EOFError and ValueError."""
    marker = _marker(file)
    if marker in _ALONE:
        return marker, b""
    (length,) = struct.unpack(">H", exactly(file, 2))
    if length < 2:
        raise ValueError("the JPEG is damaged; fetch it again.")
    return marker, exactly(file, length - 2)


def _marker(file: BinaryIO) -> int:
    if exactly(file, 1) != b"\xff":
        raise ValueError("the JPEG is damaged; fetch it again.")
    byte = exactly(file, 1)
    filling = 0
    while byte == b"\xff" and filling < 1000:
        byte = exactly(file, 1)
        filling += 1
    return byte[0]
