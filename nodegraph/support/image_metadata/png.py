"""PNG chunks: size and texts."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import BinaryIO

from nodegraph.support.image_metadata.exif import MAX_EXIF, Exif, read_exif

MAX_TEXT = 64 * 2**20
"""A text is read up to this many bytes, packed or unpacked."""

MAX_RATIO = 100
MIN_UNPACKED = 2**20
"""A packed text of any size may grow to MIN_UNPACKED, a larger one by MAX_RATIO; workflows grow about 15 times."""

MAX_CHUNKS = 100_000
MAX_KEYS = 100


def read_png(file: BinaryIO, wanted: Sequence[str]) -> tuple[tuple[int, int], dict[str, str], Exif]:
    """Size, texts and EXIF. Only the texts called as in `wanted` are read; of others only the name is kept.

    The first of `wanted` must be sound, others are left empty where they are not.

    Raises EOFError if the file is cut off, ValueError with a sentence if it is no sound PNG.
    """
    file.seek(8)
    size: tuple[int, int] | None = None
    texts: dict[str, str] = {}
    exif: Exif = {}
    for _ in range(MAX_CHUNKS):
        length, kind = struct.unpack(">I4s", exactly(file, 8))
        if size is None:
            if kind != b"IHDR" or length != 13:
                raise ValueError("the PNG has no header; fetch it again.")
            size = struct.unpack(">II", exactly(file, 8))
            file.seek(length - 8, 1)
        elif kind in (b"tEXt", b"zTXt", b"iTXt"):
            _text(file, kind, length, wanted, texts)
        elif kind == b"eXIf" and length <= MAX_EXIF:
            exif = read_exif(exactly(file, length))
        elif kind == b"IEND":
            return size, texts, exif
        else:
            file.seek(length, 1)
        file.seek(4, 1)
    raise ValueError("the PNG has too many parts to be a picture.")


def exactly(file: BinaryIO, count: int) -> bytes:
    """That many bytes; raises EOFError if there are fewer."""
    data = file.read(count)
    if len(data) != count:
        raise EOFError
    return data


def _text(file: BinaryIO, kind: bytes, length: int, wanted: Sequence[str], texts: dict[str, str]) -> None:
    end = file.tell() + length
    head = file.read(min(length, 80))
    raw_key, zero, _ = head.partition(b"\0")
    key = raw_key.decode("latin-1")
    if zero and key.isprintable() and key not in texts and len(texts) < MAX_KEYS:
        texts[key] = ""
        if key in wanted:
            file.seek(end - length + len(raw_key) + 1)
            try:
                texts[key] = _whole(file, kind, length - len(raw_key) - 1)
            except ValueError:
                if key == wanted[0]:
                    raise
    file.seek(end)


def _whole(file: BinaryIO, kind: bytes, length: int) -> str:
    if length > MAX_TEXT:
        raise ValueError(f"the workflow in the picture is larger than {MAX_TEXT >> 20} MB.")
    return _unpacked(kind, exactly(file, length))


def _unpacked(kind: bytes, data: bytes) -> str:
    if kind == b"tEXt":
        # PNG says latin-1, many programs write UTF-8; JSON in ASCII is both.
        try:
            return data.decode()
        except UnicodeDecodeError:
            return data.decode("latin-1")
    if kind == b"zTXt":
        return inflated(data[1:]).decode()
    packed, rest = data[:1] == b"\x01", data[2:]
    _, _, rest = rest.partition(b"\0")
    _, _, text = rest.partition(b"\0")
    return (inflated(text) if packed else text).decode()


def inflated(data: bytes) -> bytes:
    """`data` unpacked; raises ValueError with a sentence if it is damaged or unpacks to too much."""
    stream = zlib.decompressobj()
    most = min(MAX_TEXT, max(MIN_UNPACKED, MAX_RATIO * len(data)))
    try:
        found = stream.decompress(data, most)
    except zlib.error:
        raise ValueError("the workflow in the picture is damaged.") from None
    if stream.unconsumed_tail:
        raise ValueError(f"the workflow in the picture unpacks to more than {most >> 20} MB.")
    return found
