"""What a picture file carries besides its pixels. Standard library only; no pixel is decoded.

PNG: an iTXt chunk with the keyword `nodegraph` holds the workflow as UTF-8 JSON. JPEG, WebP and TIFF: the tag
ImageDescription (0x010E), in EXIF or of the TIFF itself, is `nodegraph:` followed by the workflow as UTF-8 JSON.
ComfyUI's workflows follow: PNG texts called `workflow` (as drawn) or `prompt` (as run), EXIF tags 0x010F and 0x0110
that begin so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from nodegraph.support.errors import LoadError
from nodegraph.support.image_metadata.exif import MAX_EXIF, Exif, read_exif
from nodegraph.support.image_metadata.formats import JPEG, PNG, TIFF, WEBP, format_of
from nodegraph.support.image_metadata.jpeg import read_jpeg
from nodegraph.support.image_metadata.png import MAX_TEXT, read_png
from nodegraph.support.image_metadata.settings import KEYS, MAX_SETTINGS, Settings, settings_in
from nodegraph.support.image_metadata.webp import read_webp

KEYWORD = "nodegraph"
MADE_WITH = "nodegraph-made-with"
"""The PNG text with what a picture was made with; in EXIF and TIFF, Software begins with it and a colon."""

PREFIX = b"nodegraph:"
COMFYUI = ("workflow", "prompt")
"""What ComfyUI calls its two kinds of workflow; the first says where nodes lie."""

WANTED: Mapping[str, int] = MappingProxyType(
    dict.fromkeys(KEYS, MAX_SETTINGS) | dict.fromkeys((KEYWORD, MADE_WITH, *COMFYUI), MAX_TEXT)
)
"""The texts of a PNG that are read, and up to how many bytes."""

MAGIC_BYTES = 12
"""How many bytes `is_picture` looks at."""

SOFTWARE = 0x0131
_TAGS = {
    SOFTWARE: "Software",
    0x010E: "ImageDescription",
    0x010F: "Make",
    0x0110: "Model",
    0x9286: "UserComment",
}


@dataclass(frozen=True, slots=True)
class Carried:
    """A picture's size in pixels as stored, its workflows, and the names of the texts it carries.

    `workflows` come in the order in which they count: ours, then ComfyUI's. `settings` are what another program wrote.
    `fault` is a sentence on a workflow that cannot be read, empty where there is none; `cut` says whether the file
    ends early. `made_with` is the record that nodegraph/analysis/made_with.py reads, or empty.
    """

    size: tuple[int, int] | None
    workflows: tuple[str, ...]
    keys: tuple[str, ...]
    settings: Settings | None = None
    fault: str = ""
    cut: bool = False
    made_with: str = ""


def is_picture(start: bytes) -> bool:
    """Whether a file that begins so is a picture that may carry a workflow."""
    found = format_of(start)
    return found is not None and found.carries_texts


def carried(path: Path) -> Carried:
    """What a PNG, JPEG, WebP or TIFF file carries; of one that ends early, what stands before its end.

    Raises LoadError for a damaged one, OSError for an unreadable one.
    """
    with path.open("rb") as file:
        start = file.read(MAGIC_BYTES)
        file.seek(0)
        if not is_picture(start):
            return Carried(None, (), ())
        try:
            return _read(file, start)
        except ValueError as error:
            raise LoadError("{name}: {error}", name=path.name, error=error) from None


def read_workflows(path: Path) -> tuple[str, ...]:
    """The texts of the workflows a picture carries, the one that counts first.

    Raises OSError, and LoadError with a sentence where there is none.
    """
    found = carried(path)
    if found.workflows:
        return found.workflows
    if found.fault:
        raise LoadError("{name}: {error}", name=path.name, error=found.fault)
    if found.cut:
        raise LoadError("{name}: the picture is cut off or damaged; fetch it again.", name=path.name)
    if found.settings:
        raise LoadError(
            "{name} was made by {program}, whose settings are not a workflow; "
            "build one with its prompt: {prompt}",
            name=path.name,
            program=found.settings.program,
            prompt=shortened(found.settings.prompt),
        )
    raise LoadError(
        "{name}: this picture carries no workflow; open the workflow file that made it.", name=path.name
    )


def shortened(text: str, most: int = 400) -> str:
    """A text from a picture as one line for a terminal: no control characters, at most so many characters."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text[: most + 1])
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def picture_size(path: Path) -> tuple[int, int] | None:
    """Width and height in pixels; None for a file that is no PNG, JPEG or WebP. Raises LoadError and OSError."""
    return carried(path).size


def text_keys(path: Path) -> tuple[str, ...]:
    """The names of the texts a picture carries, as other programs call them; raises LoadError and OSError."""
    return carried(path).keys


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG or WebP in memory, by its header; None for anything else. Raises LoadError."""
    kind, file = format_of(data[:MAGIC_BYTES]), BytesIO(data)
    try:
        if kind is PNG:
            found = read_png(file, {})
            size, cut = found.size, found.cut
        elif kind is WEBP:
            size, _, cut = read_webp(file)
        else:
            return None
    except ValueError:
        size, cut = None, True
    if cut:
        raise LoadError("The picture is cut off or damaged; fetch it again.")
    return size


def _read(file: BinaryIO, start: bytes) -> Carried:
    if format_of(start) is PNG:
        found = read_png(file, WANTED)
        own, foreign = found.texts.get(KEYWORD), [found.texts.get(key, "") for key in COMFYUI]
        in_exif, damaged = _in_exif(found.exif)
        workflows = (*([own] if own else []), *in_exif, *(text for text in foreign if text.startswith("{")))
        fault = next((found.faults[key] for key in (KEYWORD, *COMFYUI) if key in found.faults), damaged)
        keys = (*found.texts, *_names(found.exif))
        settings = settings_in(found.texts, found.exif.get(0x9286, b""))
        record = found.texts.get(MADE_WITH, "")
        return Carried(found.size, workflows, keys, settings, fault, found.cut, record)
    if format_of(start) is JPEG:
        size, exif = read_jpeg(file)
        cut = size is None
    elif format_of(start) is TIFF:
        # A TIFF is built as an EXIF block is; its texts stand before the pixels, or are not read.
        exif, size, cut = read_exif(file.read(MAX_EXIF)), None, False
    else:
        size, exif, cut = read_webp(file)
    workflows, fault = _in_exif(exif)
    settings = settings_in({}, exif.get(0x9286, b""))
    return Carried(size, workflows, _names(exif), settings, fault, cut, _record(exif))


def _record(exif: Exif) -> str:
    """The record of what a picture was made with, of EXIF's Software."""
    begin = f"{MADE_WITH}:".encode()
    value = exif.get(SOFTWARE, b"")
    return value[len(begin) :].rstrip(b"\0").decode(errors="replace") if value.startswith(begin) else ""


def _in_exif(exif: Exif) -> tuple[tuple[str, ...], str]:
    """The workflows in EXIF, in the order in which they count, and a sentence on one that cannot be read."""
    marks = [(0x010E, PREFIX, len(PREFIX))]
    for key in COMFYUI:
        begin = f"{key}:{{".encode()
        marks += [(tag, begin, len(begin) - 1) for tag in (0x010F, 0x0110)]
    found, fault = [], ""
    for tag, begin, skip in marks:
        if exif.get(tag, b"").startswith(begin):
            try:
                found.append(exif[tag][skip:].rstrip(b"\0").decode())
            except UnicodeDecodeError:
                fault = fault or "the workflow in the picture is damaged."
    return tuple(found), fault


def _names(exif: Exif) -> tuple[str, ...]:
    names = []
    for tag, value in exif.items():
        word = value[:40].split(b":")[0]
        known = word.isalnum() and word.isascii() and b":" in value[:40]
        names.append(word.decode() if known else _TAGS[tag])
    return tuple(names)
