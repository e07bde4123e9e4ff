"""The texts in an EXIF block: the first directory's description, maker and model, and the user's comment."""

from __future__ import annotations

import struct
from collections.abc import Mapping

Exif = Mapping[int, bytes]

MAX_EXIF = 32 * 2**20
"""Larger blocks are not read."""

_WANTED = (0x010E, 0x010F, 0x0110, 0x0131, 0x9286)
_SUBDIRECTORY = 0x8769
_BYTES = {1: 1, 2: 1, 7: 1}
"""Bytes an element, for the types a text comes in."""


def read_exif(data: bytes) -> Exif:
    """The raw values of the known text tags; whatever is not well-formed is left out."""
    if data[:6] == b"Exif\0\0":
        data = data[6:]
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or len(data) < 8:
        return {}
    found: dict[int, bytes] = {}
    offsets = [struct.unpack_from(order + "I", data, 4)[0]]
    for _ in range(2):
        if not offsets:
            break
        offsets += _directory(data, order, offsets.pop(0), found)
    return found


def _directory(data: bytes, order: str, offset: int, found: dict[int, bytes]) -> list[int]:
    if offset + 2 > len(data):
        return []
    (count,) = struct.unpack_from(order + "H", data, offset)
    deeper = []
    for entry in range(offset + 2, min(offset + 2 + 12 * count, len(data) - 11), 12):
        tag, kind, length, value = struct.unpack_from(order + "HHII", data, entry)
        if tag == _SUBDIRECTORY:
            deeper.append(value)
        elif tag in _WANTED and kind in _BYTES:
            start = entry + 8 if length <= 4 else value
            if start + length <= len(data):
                found.setdefault(tag, data[start : start + length])
    return deeper
