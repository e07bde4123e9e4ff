"""PNG chunks: size and texts."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

from nodegraph.support.image_metadata.exif import MAX_EXIF, Exif, read_exif

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_TEXT = 64 * 2**20
"""Bytes of a workflow, packed or unpacked."""

MAX_RATIO = 100
MIN_UNPACKED = 2**20
"""A packed text of any size may grow to MIN_UNPACKED, a larger one by MAX_RATIO; workflows grow about 15 times."""

MAX_CHUNKS = 100_000
MAX_KEYS = 100
MAX_KEY_BYTES = 80


class Chunk(NamedTuple):
    """A part of a PNG file: its kind, where its data begins, and how many bytes of data it claims."""

    kind: bytes
    start: int
    length: int


@dataclass
class PngTexts:
    """What `read_png` found.

    `texts` holds every key, with its text where it was wanted and sound, else empty. `faults` says by key what is
    wrong with a wanted text. `cut` says whether the file ends early.
    """

    size: tuple[int, int] | None = None
    texts: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    exif: Exif = field(default_factory=dict)
    cut: bool = False


def chunks(file: BinaryIO) -> Iterator[Chunk]:
    """The chunks of a PNG file up to IEND, with the file positioned at the data of each.

    Raises EOFError where the file ends before IEND, ValueError with a sentence if it is no sound PNG.
    """
    file.seek(len(SIGNATURE))
    for number in range(MAX_CHUNKS):
        length, kind = struct.unpack(">I4s", exactly(file, 8))
        if number == 0 and (kind != b"IHDR" or length != 13):
            raise ValueError("the PNG has no header; fetch it again.")
        start = file.tell()
        yield Chunk(kind, start, length)
        if kind == b"IEND":
            return
        file.seek(start + length + 4)
    raise ValueError("the PNG has too many parts to be a picture.")


def read_png(file: BinaryIO, wanted: Mapping[str, int]) -> PngTexts:
    """Size, texts and EXIF. Only the texts called as in `wanted` are read, up to that many bytes each.

    A file that ends early gives what stands before its end. Raises ValueError with a sentence if it is no sound PNG.
    """
    found = PngTexts()
    try:
        for kind, start, length in chunks(file):
            if kind == b"IHDR":
                found.size = struct.unpack(">II", exactly(file, 8))
            elif kind in (b"tEXt", b"zTXt", b"iTXt"):
                _text(file, kind, start, length, wanted, found)
            elif kind == b"eXIf" and length <= MAX_EXIF:
                found.exif = read_exif(exactly(file, length))
    except EOFError:
        found.cut = True
    return found


def exactly(file: BinaryIO, count: int) -> bytes:
    """That many bytes; raises EOFError if there are fewer."""
    data = file.read(count)
    if len(data) != count:
        raise EOFError
    return data


def text_key(head: bytes) -> bytes | None:
    """The keyword that a text chunk's data begins with; None where it has none."""
    key, zero, _ = head[:MAX_KEY_BYTES].partition(b"\0")
    return key if zero else None


def _text(
    file: BinaryIO, kind: bytes, start: int, length: int, wanted: Mapping[str, int], found: PngTexts
) -> None:
    raw_key = text_key(file.read(min(length, MAX_KEY_BYTES)))
    key = "" if raw_key is None else raw_key.decode("latin-1")
    if raw_key is None or not key.isprintable() or key in found.texts or len(found.texts) >= MAX_KEYS:
        return
    found.texts[key] = ""
    if key in wanted:
        file.seek(start + len(raw_key) + 1)
        try:
            found.texts[key] = _whole(file, kind, length - len(raw_key) - 1, wanted[key])
        except UnicodeDecodeError:
            found.faults[key] = "the text in the picture is damaged."
        except ValueError as error:
            found.faults[key] = str(error)


def _whole(file: BinaryIO, kind: bytes, length: int, most: int) -> str:
    if length > most:
        raise ValueError(f"the workflow in the picture is larger than {most >> 20} MB.")
    return _unpacked(kind, exactly(file, length), most)


def _unpacked(kind: bytes, data: bytes, most: int) -> str:
    if kind in (b"tEXt", b"zTXt"):
        text = inflated(data[1:], most) if kind == b"zTXt" else data
        # PNG says latin-1, many programs write UTF-8; JSON in ASCII is both.
        try:
            return text.decode()
        except UnicodeDecodeError:
            return text.decode("latin-1")
    packed, rest = data[:1] == b"\x01", data[2:]
    _, _, rest = rest.partition(b"\0")
    _, _, body = rest.partition(b"\0")
    return (inflated(body, most) if packed else body).decode()


def inflated(data: bytes, most: int = MAX_TEXT) -> bytes:
    """`data` unpacked; raises ValueError with a sentence if it is damaged or unpacks to more than `most` bytes."""
    stream = zlib.decompressobj()
    most = min(most, max(MIN_UNPACKED, MAX_RATIO * len(data)))
    try:
        found = stream.decompress(data, most)
    except zlib.error:
        raise ValueError("the workflow in the picture is damaged.") from None
    if stream.unconsumed_tail:
        raise ValueError(f"the workflow in the picture unpacks to more than {most >> 20} MB.")
    return found
