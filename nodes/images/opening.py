"""A stranger's picture file handed to Pillow: one decoder chosen by the first bytes, sizes known before decoding.

Pillow by itself tries its decoders one after another, and one of them starts Ghostscript. Here the format is known
before Pillow sees the file, from a list of formats, and only the decoder of that format is asked.
"""

from __future__ import annotations

import io
import os
import re
import stat
import struct
import warnings
import zlib
from bisect import bisect_right
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from typing import IO, TYPE_CHECKING, BinaryIO, cast

import torch

from nodegraph import LoadError
from nodegraph.support.image_metadata.formats import (
    JPEG,
    MAX_FILE_BYTES,
    MAX_FRAMES,
    MAX_PIXELS,
    PNG,
    START_BYTES,
    TIFF,
    PictureFormat,
    foreign_kind,
    format_of,
)
from nodegraph.support.image_metadata.png import SIGNATURE, Chunk, chunks, exactly, inflated, text_key
from nodes.models.memory import budget

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import PIL.Image

Check = Callable[[], None]
"""Called while a picture is read; raises Cancelled to stop."""

BYTES_PER_PIXEL = 20
"""What a pixel takes while it is read: RGBA bytes, and float32 for RGB and the mask."""

MAX_PROFILE_BYTES = 16 * 2**20
DEFLATE = 1032
"""A byte of deflate holds at most so many bytes."""

SLACK = 4096
"""Bytes or pixels by which a file may claim more than its packing allows: headers, and rows that are rounded up."""

MAX_SCANS = 200
"""Passes of a progressive JPEG; each one goes over the whole picture, and programs write about ten."""

DECODING_ERRORS = (
    OSError, SyntaxError, ValueError, EOFError, ArithmeticError, LookupError, TypeError, RuntimeError, AssertionError,
    struct.error, zlib.error,
)  # fmt: skip
"""What Pillow's decoders raise for damaged files."""

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_XMP, _EXIF = b"XML:com.adobe.xmp", b"Raw profile type exif"
_SMALL_TEXT, _LARGE_TEXT = 1_000, 2**20
_TILE_WIDTH, _TILE_LENGTH, _SUBFILE = 322, 323, 254
_REDUCED_OR_MASK = 1 | 4
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers of a JPEG that no data follows."""
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


@dataclass(frozen=True, slots=True)
class Opened:
    """A picture whose pixels are not decoded yet, its format, and its colour profile."""

    picture: PIL.Image.Image
    format: PictureFormat
    profile: bytes
    file: IO[bytes]

    def whole(self) -> bytes:
        """The file without the parts that are not read."""
        self.file.seek(0)
        return self.file.read()

    def frames(self) -> Iterator[PIL.Image.Image]:
        """The frames that count, each to be used before the next one is asked for."""
        if self.format.frames == "first":
            yield self.picture
            return
        # A PNG may begin with a picture for programs that cannot play it.
        first = 1 if getattr(self.picture, "default_image", False) else 0
        for index in range(first, MAX_FRAMES + 1):
            try:
                self.picture.seek(index)
            except EOFError:
                return
            if index == first or not _is_derived(self.picture, self.format):
                yield self.picture


@contextmanager
def open_picture(path: Path, name: str, check: Check) -> Iterator[Opened]:
    """Open a picture file, which sentences call `name`; nothing is decoded, and all its sizes are checked.

    Raises LoadError with one sentence where it is missing, no picture that is read, damaged or too large, also for
    what happens to it within the context; what `check` raises passes through.
    """
    if not _is_regular(path):
        raise LoadError("There is no picture {name!r}; choose another file.", name=name)
    with _sentences(name), path.open("rb") as file:
        start = file.read(START_BYTES)
        kind = format_of(start, name)
        if kind is None:
            raise _unknown(start, name)
        size = os.fstat(file.fileno()).st_size
        if size > MAX_FILE_BYTES:
            raise LoadError(
                "{name!r} has {size:,} MB, and {most:,} MB is the most; make it smaller first.",
                name=name,
                size=size >> 20,
                most=MAX_FILE_BYTES >> 20,
            )
        import PIL.Image

        parts, profile = _png_parts(file, name) if kind is PNG else ([(0, size)], None)
        if kind is JPEG:
            _check_scans(file, name, check)
        view = cast("IO[bytes]", _Parts(file, parts, check))
        with PIL.Image.open(view, formats=[kind.plugin]) as picture:
            _check_size(picture, kind, size, name)
            found = picture.info.get("icc_profile") if profile is None else profile
            yield Opened(picture, kind, found if isinstance(found, bytes) else b"", view)


class _Parts(io.RawIOBase):
    """Parts of a file one after another, as one file; `check` is called at each read."""

    def __init__(self, file: BinaryIO, parts: Sequence[tuple[int, int]], check: Check) -> None:
        """`parts` are the first byte and the length of each."""
        super().__init__()
        self._file = file
        self._parts = parts
        self._check = check
        self._ends = list(accumulate(length for _, length in parts))
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._ends[-1] if self._ends else 0}[
            whence
        ]
        if base + offset < 0:
            raise ValueError("a position before the beginning of the file")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        self._check()
        whole = self._ends[-1] if self._ends else 0
        left = max(whole - self._at, 0)
        left = left if size is None or size < 0 else min(size, left)
        found = []
        at = bisect_right(self._ends, self._at)
        while left > 0:
            start, length = self._parts[at]
            inside = self._at - (self._ends[at] - length)
            self._file.seek(start + inside)
            data = self._file.read(min(left, length - inside))
            if not data:
                break
            found.append(data)
            self._at += len(data)
            left -= len(data)
            at += self._at >= self._ends[at]
        return b"".join(found)


def _is_regular(path: Path) -> bool:
    """Whether a path leads to an ordinary file: a pipe would be waited for, a device never ends."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def _unknown(start: bytes, name: str) -> LoadError:
    kind = foreign_kind(start)
    if kind is None:
        return LoadError(
            "{name!r} is not a picture that can be read; choose a PNG, JPEG, WebP, TIFF or similar file.",
            name=name,
        )
    return LoadError(
        "{name!r} is {kind}, which is not read as a picture; save it as PNG or JPEG, or choose another.",
        name=name,
        kind=kind,
    )


@contextmanager
def _sentences(name: str) -> Iterator[None]:
    import PIL
    from PIL.Image import DecompressionBombError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except PIL.UnidentifiedImageError:
        raise LoadError(
            "{name!r} cannot be read as a picture (it is damaged); save it again or choose another.",
            name=name,
        ) from None
    except DecompressionBombError:
        raise LoadError(
            "{name!r} claims more than {value} million pixels; make it smaller first.",
            name=name,
            value=MAX_PIXELS // 10**6,
        ) from None
    except MemoryError:
        raise LoadError("{name!r} is too large for the memory; make it smaller first.", name=name) from None
    except DECODING_ERRORS as error:
        raise LoadError(
            "{name!r} cannot be read as a picture ({error}); save it again or choose another.",
            name=name,
            error=str(error)[:200],
        ) from None


def _check_size(picture: PIL.Image.Image, kind: PictureFormat, file_bytes: int, name: str) -> None:
    """Raise LoadError where a picture claims too much, or more than its file can hold."""
    frames = _frame_count(picture, kind)
    width, height = picture.size
    what = f"{width} x {height} pixels" + (f" in {frames} frames" if frames > 1 else "")
    pixels = width * height * frames
    if frames > MAX_FRAMES or pixels > MAX_PIXELS or _tile_pixels(picture, kind) > MAX_PIXELS:
        raise LoadError(
            "{name!r} claims {what}, which is more than {value} million pixels "
            "or {most_frames} frames; make it smaller first.",
            name=name,
            what=what,
            value=MAX_PIXELS // 10**6,
            most_frames=MAX_FRAMES,
        )
    if kind.pixels_per_byte and width * height > kind.pixels_per_byte * file_bytes + SLACK:
        raise _cut(name, what, file_bytes)
    free = budget.free(torch.device("cpu"))
    if free is not None and pixels * BYTES_PER_PIXEL > free:
        raise LoadError(
            "{name!r} has {what} and takes {wanted:,} MB of memory, of which {free:,} MB are free; "
            "make it smaller first.",
            name=name,
            what=what,
            wanted=pixels * BYTES_PER_PIXEL >> 20,
            free=free >> 20,
        )


def _cut(name: str, what: str, file_bytes: int) -> LoadError:
    return LoadError(
        "{name!r} claims {what}, which its {bytes:,} bytes cannot hold: it is cut off or damaged; fetch it again.",
        name=name,
        what=what,
        bytes=file_bytes,
    )


def _frame_count(picture: PIL.Image.Image, kind: PictureFormat) -> int:
    """How many frames there are, counted no further than just beyond MAX_FRAMES."""
    if kind.frames == "first":
        return 1
    if kind is not TIFF:
        return int(getattr(picture, "n_frames", 1))
    # Pages of a TIFF are a chain that may be endless; each has a size of its own.
    count = 0
    while count <= MAX_FRAMES:
        try:
            picture.seek(count)
        except EOFError:
            break
        if picture.size[0] * picture.size[1] > MAX_PIXELS or _tile_pixels(picture, kind) > MAX_PIXELS:
            return count + 1
        count += 1
    picture.seek(0)
    return count


def _tile_pixels(picture: PIL.Image.Image, kind: PictureFormat) -> int:
    """The pixels of one tile of a TIFF, whose decoder makes room for a whole tile."""
    tags = getattr(picture, "tag_v2", {})
    if kind is not TIFF or _TILE_WIDTH not in tags:
        return 0
    width, length = tags.get(_TILE_WIDTH), tags.get(_TILE_LENGTH)
    return width * length if isinstance(width, int) and isinstance(length, int) else MAX_PIXELS + 1


def _is_derived(picture: PIL.Image.Image, kind: PictureFormat) -> bool:
    """Whether a page of a TIFF is a smaller copy or a mask of another one."""
    subfile = getattr(picture, "tag_v2", {}).get(_SUBFILE, 0)
    return kind is TIFF and isinstance(subfile, int) and bool(subfile & _REDUCED_OR_MASK)


def _png_parts(file: BinaryIO, name: str) -> tuple[list[tuple[int, int]], bytes]:
    """The parts of a PNG file that matter for its pixels, and its colour profile.

    Texts are left out, whatever they unpack to. Raises LoadError where it claims more than its data can hold.
    """
    parts, profile, data = [(0, len(SIGNATURE))], b"", 0
    header = b""
    try:
        for chunk in chunks(file):
            if chunk.kind == b"IHDR":
                header = exactly(file, chunk.length)
            elif chunk.kind == b"IDAT":
                data += chunk.length
            elif chunk.kind == b"iCCP":
                profile = _unpacked_profile(exactly(file, min(chunk.length, MAX_PROFILE_BYTES)))
                continue
            if chunk.kind not in _TEXTS or _turns(file, chunk):
                parts.append((chunk.start - 8, chunk.length + 12))
    except EOFError:
        pass
    if len(header) == 13:
        width, height = (int.from_bytes(header[at : at + 4], "big") for at in (0, 4))
        row = 1 + (width * _CHANNELS.get(header[9], 4) * header[8] + 7) // 8
        size = file.seek(0, os.SEEK_END)
        if row * height > DEFLATE * min(data, size) + SLACK:
            if width * height > MAX_PIXELS:
                raise LoadError(
                    "{name!r} claims more than {value} million pixels; make it smaller first.",
                    name=name,
                    value=MAX_PIXELS // 10**6,
                )
            raise _cut(name, f"{width} x {height} pixels", size)
    return parts, profile


def _turns(file: BinaryIO, chunk: Chunk) -> bool:
    """Whether a text may say how the camera was held, and is small however it is packed."""
    key = text_key(file.read(min(chunk.length, 80)))
    if key == _XMP and chunk.kind == b"iTXt" and chunk.length <= _LARGE_TEXT:
        file.seek(chunk.start + len(_XMP) + 1)
        return file.read(1) == b"\0"
    return key == _EXIF and chunk.length <= (_LARGE_TEXT if chunk.kind == b"tEXt" else _SMALL_TEXT)


def _unpacked_profile(data: bytes) -> bytes:
    """The colour profile in an iCCP chunk, empty where it is damaged or too large."""
    _, _, packed = data.partition(b"\0")
    try:
        return inflated(packed[1:], MAX_PROFILE_BYTES)
    except ValueError:
        return b""


def _check_scans(file: BinaryIO, name: str, check: Check) -> None:
    """Raise LoadError for a JPEG with very many passes, each of which takes as long as the whole picture."""
    at, scans = 2, 0
    while (marker := _jpeg_marker(file, at)) is not None:
        check()
        kind, length = marker
        at += 2 + length
        if kind == 0xDA:
            scans += 1
            at = _end_of_scan(file, at, check)
        if scans > MAX_SCANS:
            raise LoadError(
                "{name!r} is a JPEG of more than {most} passes; save it again or choose another.",
                name=name,
                most=MAX_SCANS,
            )


def _jpeg_marker(file: BinaryIO, at: int) -> tuple[int, int] | None:
    """The marker at a place in a JPEG and the length of its data; None at the end and where there is no marker."""
    file.seek(at)
    head = file.read(4)
    if len(head) < 4 or head[0] != 0xFF or head[1] == 0xD9:
        return None
    if head[1] == 0xFF:
        return 0xFF, -1
    return head[1], 0 if head[1] in _ALONE else int.from_bytes(head[2:4], "big")


def _end_of_scan(file: BinaryIO, at: int, check: Check) -> int:
    """Where the next marker after packed pixels stands."""
    file.seek(at)
    kept = b""
    while block := file.read(2**16):
        check()
        found = _NEXT_MARKER.search(kept + block)
        if found:
            return at - len(kept) + found.start()
        at += len(block)
        kept = block[-1:]
    return at
