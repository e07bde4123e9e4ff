"""Pictures as PNG, JPEG and WebP files that carry their workflow."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from nodegraph import GraphError
from nodegraph.support.numbered_files import write_numbered
from nodes.images.convert import to_pil

if TYPE_CHECKING:
    from pathlib import Path

    import PIL.Image
    from torch import Tensor

KEYWORD = "nodegraph"
"""The name of the PNG text that holds the workflow, and what it begins with in EXIF's ImageDescription."""

DESCRIPTION = 0x010E
LARGEST_EXIF = 65_000
"""EXIF shares a JPEG segment of 64 KiB; a workflow beyond this does not fit."""

FORMATS = ("png", "jpeg", "webp")
SUFFIXES = {"png": "png", "jpeg": "jpg", "webp": "webp"}


def carries(kind: str, workflow: str) -> bool:
    """Whether a file of this kind has room for the workflow."""
    return kind != "jpeg" or len(workflow.encode()) <= LARGEST_EXIF


def encoded(picture: Tensor, kind: str, quality: int, workflow: str) -> bytes:
    """`[H, W, C]` 0..1 as the bytes of a file; quality 100 makes a WebP lossless. An empty workflow is not written.

    Raises GraphError for a picture with NaN, which would be saved black.
    """
    if bool(picture.isnan().any()):
        raise GraphError(
            "The picture is not a number everywhere (NaN) and is not saved: a node before this one made it so; look at "
            "what each of them gives."
        )
    image = to_pil(picture)
    out = io.BytesIO()
    if kind == "png":
        image.save(out, "PNG", compress_level=4, pnginfo=_png_text(workflow))
    elif kind == "jpeg":
        options = {"quality": quality, "subsampling": 0 if quality >= 90 else 2}
        image.convert("RGB").save(out, "JPEG", exif=_exif(workflow), optimize=True, **options)
    else:
        image.save(out, "WEBP", quality=quality, lossless=quality == 100, exif=_exif(workflow))
    return out.getvalue()


def _png_text(workflow: str) -> PIL.PngImagePlugin.PngInfo | None:
    from PIL.PngImagePlugin import PngInfo

    if not workflow:
        return None
    info = PngInfo()
    info.add_itxt(KEYWORD, workflow)
    return info


def _exif(workflow: str) -> bytes:
    import PIL.Image

    if not workflow:
        return b""
    exif = PIL.Image.Exif()
    exif[DESCRIPTION] = f"{KEYWORD}:{workflow}".encode()
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
