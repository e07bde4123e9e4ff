"""The picture formats: which are read, how each is recognised, and which of its frames count. Standard library only.

A file is opened by the format that its first bytes show, never by its name and never by trying decoders one after
another: some decoders start another program (PostScript), others read further files. What is not listed here is
not decoded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from nodegraph.support.messages import Phrase

START_BYTES = 1024
"""How many bytes of a file `format_of` and `foreign_kind` look at."""

MAX_PIXELS = 2**27
"""134 million pixels, all frames together: 16384 x 8192, 1.6 gigabytes as float32 RGB."""

MAX_FRAMES = 512

MAX_FILE_BYTES = 2**30
"""A picture of MAX_PIXELS with 16 bits in each of four channels, not packed."""

Frames = Literal["first", "all"]


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """A format that is read.

    `plugin` is its name in Pillow and `qt` its name in Qt, empty where the editor does not decode it. `frames` says
    whether each frame is a picture of its own, or only the first one is meant. `pixels_per_byte` is the most that a
    byte of the file can hold, 0 where packing has no such bound. `carries_texts` says whether the texts of such a
    file, a workflow among them, are read.
    """

    name: str
    plugin: str
    suffixes: tuple[str, ...]
    frames: Frames
    qt: str = ""
    pixels_per_byte: int = 0
    carries_texts: bool = False


PNG = PictureFormat("PNG", "PNG", (".png", ".apng"), "all", "png", carries_texts=True)
# The second picture of a JPEG (MPO) is another view, or a map of how to brighten the first one.
JPEG = PictureFormat("JPEG", "JPEG", (".jpg", ".jpeg", ".jfif"), "first", "jpeg", carries_texts=True)
WEBP = PictureFormat("WebP", "WEBP", (".webp",), "all", "webp", carries_texts=True)
GIF = PictureFormat("GIF", "GIF", (".gif",), "all", "gif")
BMP = PictureFormat("BMP", "BMP", (".bmp",), "first", "bmp", 128)
TIFF = PictureFormat("TIFF", "TIFF", (".tif", ".tiff"), "all", "tiff", carries_texts=True)
AVIF = PictureFormat("AVIF", "AVIF", (".avif",), "all")
PPM = PictureFormat("PPM", "PPM", (".ppm", ".pgm", ".pbm", ".pnm"), "first", "", 8)
QOI = PictureFormat("QOI", "QOI", (".qoi",), "first", "", 64)
# Frames after the first are layers; the first is the picture that they make.
PSD = PictureFormat("PSD", "PSD", (".psd",), "first")
TGA = PictureFormat("TGA", "TGA", (".tga",), "first", "", 128)

FORMATS = (PNG, JPEG, WEBP, GIF, BMP, TIFF, AVIF, PPM, QOI, PSD, TGA)

SUFFIXES = tuple(suffix for each in FORMATS for suffix in each.suffixes)

CARRIER_SUFFIXES = tuple(suffix for each in FORMATS if each.carries_texts for suffix in each.suffixes)
"""The endings of pictures that can carry a workflow."""


def format_of(start: bytes, name: str = "") -> PictureFormat | None:
    """The format of a file that begins with `start` (START_BYTES or all of it); None for one that is not read.

    `name` counts for TGA alone, whose files have no mark of their own.
    """
    for each, recognises in _MARKS:
        if recognises(start):
            return each
    return TGA if name.lower().endswith(TGA.suffixes) and _looks_like_tga(start) else None


def foreign_kind(start: bytes) -> Phrase | None:
    """What a file is that begins so and is not read as a picture, as in "a HEIC picture"; None if it is unknown."""
    if not start:
        return Phrase("an empty file")
    if not start.strip(b"\0"):
        return Phrase("a file of zeros")
    brand = start[8:12]
    if start[4:8] == b"ftyp":
        if brand in _HEIC or (brand in (b"mif1", b"msf1") and any(b in start[12:64] for b in _HEIC)):
            return Phrase("a HEIC picture")
        return Phrase("a film or a picture in a film's container")
    head = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    for mark, kind in _FOREIGN.items():
        if start.startswith(mark):
            return kind
    lower = head[:512].lower()
    if lower.startswith(b"<svg") or (lower.startswith(b"<?xml") and b"<svg" in lower):
        return Phrase("an SVG drawing")
    if lower.startswith((b"<!doctype html", b"<html")):
        return Phrase("a web page")
    if lower.startswith(b"version https://git-lfs"):
        return Phrase("a Git LFS pointer, not the file itself")
    if lower.startswith((b"{", b"[")):
        return Phrase("a JSON text")
    return None


def _starts(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda start: start.startswith(marks)


def _is_avif(start: bytes) -> bool:
    brands = start[8:12] + start[16:64]
    if start[4:8] != b"ftyp" or any(brand in start[8:12] for brand in _HEIC):
        return False
    return start[8:12] in (b"avif", b"avis") or (start[8:12] in (b"mif1", b"msf1") and b"avi" in brands)


def _looks_like_tga(start: bytes) -> bool:
    known = len(start) >= 18 and start[1] in (0, 1) and start[2] in (1, 2, 3, 9, 10, 11)
    return known and start[16] in (1, 8, 15, 16, 24, 32)


_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs")

_MARKS: tuple[tuple[PictureFormat, Callable[[bytes], bool]], ...] = (
    (PNG, _starts(b"\x89PNG\r\n\x1a\n")),
    (JPEG, _starts(b"\xff\xd8\xff")),
    (WEBP, lambda start: start[:4] == b"RIFF" and start[8:12] == b"WEBP"),
    (GIF, _starts(b"GIF87a", b"GIF89a")),
    (BMP, lambda start: start[:2] == b"BM" and len(start) > 14),
    (TIFF, _starts(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")),
    (AVIF, _is_avif),
    (PPM, lambda start: start[:1] == b"P" and start[1:2] in b"123456" and start[2:3].isspace()),
    (QOI, _starts(b"qoif")),
    (PSD, _starts(b"8BPS\0\x01")),
)

_FOREIGN = {
    b"%!PS": Phrase("a PostScript file"),
    b"\x04%!PS": Phrase("a PostScript file"),
    b"\xc5\xd0\xd3\xc6": Phrase("a PostScript file"),
    b"%PDF": Phrase("a PDF document"),
    b"\0\0\0\x0cjP  ": Phrase("a JPEG 2000 picture"),
    b"\xff\x4f\xff\x51": Phrase("a JPEG 2000 picture"),
    b"\xff\x0a": Phrase("a JPEG XL picture"),
    b"\0\0\0\x0cJXL ": Phrase("a JPEG XL picture"),
    b"8BPS\0\x02": Phrase("a large Photoshop document (PSB)"),
    b"v/1\x01": Phrase("an OpenEXR picture"),
    b"#?RADIANCE": Phrase("a Radiance HDR picture"),
    b"DDS ": Phrase("a DDS texture"),
    b"\0\0\x01\0": Phrase("an icon"),
    b"\0\0\x02\0": Phrase("a mouse pointer"),
    b"icns": Phrase("an icon"),
    b"\xd7\xcd\xc6\x9a": Phrase("a WMF drawing"),
    b"\x01\0\0\0": Phrase("an EMF drawing"),
    b"gimp xcf": Phrase("a GIMP document"),
    b"PK\x03\x04": Phrase("a ZIP archive"),
    b"\x1f\x8b": Phrase("a gzip archive"),
    b"Rar!": Phrase("a RAR archive"),
    b"7z\xbc\xaf\x27\x1c": Phrase("a 7z archive"),
    b"\x1aE\xdf\xa3": Phrase("a film"),
    b"GGUF": Phrase("a GGUF model"),
    b"/* XPM": Phrase("an XPM picture"),
    b"#define": Phrase("an XBM picture"),
    b"SIMPLE": Phrase("a FITS picture"),
    b"\x89HDF": Phrase("an HDF5 file"),
    b"GRIB": Phrase("a GRIB file"),
    b"BUFR": Phrase("a BUFR file"),
}
