"""Pictures as PNG, JPEG, WebP and TIFF files that carry their workflow, their origin and a colour profile."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from nodegraph import GraphError
from nodegraph.support.image_metadata import MADE_WITH, SOFTWARE
from nodegraph.support.numbered_files import write_numbered
from nodes.images.convert import to_pil
from nodes.images.deep import png_16, tiff

if TYPE_CHECKING:
    from pathlib import Path

    import PIL.Image
    from torch import Tensor

    from nodes.images.embedding import Embedded

KEYWORD = "nodegraph"
"""The name of the PNG text that holds the workflow, and what it begins with in EXIF's ImageDescription."""

DESCRIPTION = 0x010E
EXIF_IFD, USER_COMMENT = 0x8769, 0x9286
LARGEST_EXIF = 65_000
"""EXIF shares a JPEG segment of 64 KiB; a workflow beyond this does not fit."""

FORMATS = ("png", "jpeg", "webp", "tiff")
SUFFIXES = {"png": "png", "jpeg": "jpg", "webp": "webp", "tiff": "tif", "apng": "png", "gif": "gif"}
DEPTHS = ("8 bits", "16 bits")
DEEP = ("png", "tiff")
"""The formats that hold 16 bits a channel."""

_XMP = "XML:com.adobe.xmp"


def carries(kind: str, embedded: Embedded) -> bool:
    """Whether a file of this kind has room for the workflow, the record and the text of settings."""
    size = len((embedded.workflow + embedded.made_with).encode()) + 2 * len(embedded.settings)
    return kind != "jpeg" or size <= LARGEST_EXIF


def encoded(picture: Tensor, kind: str, quality: int, embedded: Embedded, *, deep: bool = False) -> bytes:
    """`[H, W, C]` 0..1 as the bytes of a file; quality 100 makes a WebP lossless. What is empty is not written.

    `deep` writes 16 bits a channel, in the formats of DEEP.
    """
    if deep and kind == "png":
        return png_16(picture, embedded, KEYWORD)
    if kind == "tiff":
        return tiff(picture, 16 if deep else 8, embedded, KEYWORD)
    image = to_pil(picture)
    out = io.BytesIO()
    shared: dict[str, Any] = {"icc_profile": embedded.profile or None}
    if kind == "png":
        image.save(out, "PNG", compress_level=4, pnginfo=png_texts(embedded), **shared)
        return out.getvalue()
    shared |= {"exif": exif_block(embedded), "xmp": embedded.xmp.encode()}
    if kind == "jpeg":
        options = {"quality": quality, "subsampling": 0 if quality >= 90 else 2}
        image.convert("RGB").save(out, "JPEG", optimize=True, **options, **shared)
    else:
        image.save(out, "WEBP", quality=quality, lossless=quality == 100, **shared)
    return out.getvalue()


def png_texts(embedded: Embedded) -> PIL.PngImagePlugin.PngInfo | None:
    """What a file carries as texts of a PNG; None where that is nothing."""
    from PIL.PngImagePlugin import PngInfo

    texts = {
        KEYWORD: embedded.workflow,
        MADE_WITH: embedded.made_with,
        "parameters": embedded.settings,
        _XMP: embedded.xmp,
    }
    info = PngInfo()
    for key, text in texts.items():
        if text:
            info.add_itxt(key, text)
    return info if any(texts.values()) else None


def exif_block(embedded: Embedded) -> bytes:
    """Workflow and settings as EXIF; empty where there are none."""
    import PIL.Image

    if not (embedded.workflow or embedded.settings or embedded.made_with):
        return b""
    exif = PIL.Image.Exif()
    if embedded.workflow:
        exif[DESCRIPTION] = f"{KEYWORD}:{embedded.workflow}".encode()
    if embedded.made_with:
        exif[SOFTWARE] = f"{MADE_WITH}:{embedded.made_with}".encode()
    if embedded.settings:
        # The first eight bytes name the encoding (EXIF 2.32, 4.6.5).
        exif.get_ifd(EXIF_IFD)[USER_COMMENT] = b"UNICODE\0" + embedded.settings.encode("utf-16-be")
    return exif.tobytes()


def write(stem: Path, kind: str, data: bytes) -> Path:
    """Write the bytes under the next free number of `stem`; raises GraphError where the disk refuses."""
    try:
        return write_numbered(stem, SUFFIXES[kind], data)
    except OSError as error:
        reason = error.strerror or str(error)
        raise GraphError(
            "The picture cannot be written to {folder} ({reason}); free space there or choose another output folder.",
            folder=stem.parent,
            reason=reason,
        ) from error
