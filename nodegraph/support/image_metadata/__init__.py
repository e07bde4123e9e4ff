"""What a picture file carries besides its pixels. Standard library only; no pixel is decoded.

PNG: an iTXt chunk with the keyword `nodegraph` holds the workflow as UTF-8 JSON. JPEG and WebP: the EXIF tag
ImageDescription (0x010E) is `nodegraph:` followed by the workflow as UTF-8 JSON. Where there is none, one of ComfyUI's
counts: PNG texts called `workflow` (as drawn) or `prompt` (as run), EXIF tags 0x010F and 0x0110 that begin so.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from nodegraph.support.errors import LoadError
from nodegraph.support.image_metadata.exif import Exif
from nodegraph.support.image_metadata.jpeg import read_jpeg
from nodegraph.support.image_metadata.png import read_png
from nodegraph.support.image_metadata.webp import read_webp

KEYWORD = "nodegraph"
PREFIX = b"nodegraph:"
COMFYUI = ("workflow", "prompt")
"""What ComfyUI calls its two kinds of workflow; the first says where nodes lie."""

MAGIC_BYTES = 12
"""How many bytes `is_picture` looks at."""

_TAGS = {0x010E: "ImageDescription", 0x010F: "Make", 0x0110: "Model", 0x9286: "UserComment"}


@dataclass(frozen=True, slots=True)
class Carried:
    """A picture's size in pixels as stored, its workflow, and the names of the texts it carries."""

    size: tuple[int, int] | None
    workflow: str | None
    keys: tuple[str, ...]


def is_picture(start: bytes) -> bool:
    """Whether a file that begins so is a picture that may carry a workflow."""
    webp = start[:4] == b"RIFF" and start[8:12] == b"WEBP"
    return start.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) or webp


def carried(path: Path) -> Carried:
    """What a PNG, JPEG or WebP file carries; raises LoadError for a damaged one, OSError for an unreadable one."""
    with path.open("rb") as file:
        start = file.read(MAGIC_BYTES)
        file.seek(0)
        if not is_picture(start):
            return Carried(None, None, ())
        try:
            return _read(file, start)
        except (EOFError, UnicodeDecodeError):
            raise LoadError(
                "{name}: the picture is cut off or damaged; fetch it again.", name=path.name
            ) from None
        except ValueError as error:
            raise LoadError("{name}: {error}", name=path.name, error=error) from None


def read_workflow(path: Path) -> str | None:
    """The text of the workflow a picture carries, None if it carries none; raises LoadError and OSError."""
    return carried(path).workflow


def picture_size(path: Path) -> tuple[int, int] | None:
    """Width and height in pixels; None for a file that is no PNG, JPEG or WebP. Raises LoadError and OSError."""
    return carried(path).size


def text_keys(path: Path) -> tuple[str, ...]:
    """The names of the texts a picture carries, as other programs call them; raises LoadError and OSError."""
    return carried(path).keys


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG or WebP in memory, by its header; None for anything else. Raises LoadError."""
    try:
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return read_png(BytesIO(data), ())[0]
        return read_webp(BytesIO(data))[0] if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None
    except (EOFError, ValueError):
        raise LoadError("The picture is cut off or damaged; fetch it again.") from None


def _read(file: BinaryIO, start: bytes) -> Carried:
    if start.startswith(b"\x89PNG"):
        size, texts, exif = read_png(file, (KEYWORD, *COMFYUI))
        workflow = texts.get(KEYWORD)
        found = _described(exif) if workflow is None else workflow
        if found is None:
            found = next((texts[key] for key in COMFYUI if texts.get(key, "").startswith("{")), None)
        return Carried(size, found, (*texts, *_names(exif)))
    size, exif = read_jpeg(file) if start[:2] == b"\xff\xd8" else read_webp(file)
    return Carried(size, _described(exif), _names(exif))


def _described(exif: Exif) -> str | None:
    text = exif.get(0x010E, b"")
    if text.startswith(PREFIX):
        return text[len(PREFIX) :].rstrip(b"\0").decode()
    for key in COMFYUI:
        for tag in (0x010F, 0x0110):
            begin = f"{key}:{{".encode()
            if exif.get(tag, b"").startswith(begin):
                return exif[tag][len(begin) - 1 :].rstrip(b"\0").decode()
    return None


def _names(exif: Exif) -> tuple[str, ...]:
    names = []
    for tag, value in exif.items():
        word = value[:40].split(b":")[0]
        known = word.isalnum() and word.isascii() and b":" in value[:40]
        names.append(word.decode() if known else _TAGS[tag])
    return tuple(names)
