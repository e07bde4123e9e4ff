"""Pictures of 16 bits a channel as PNG and TIFF files."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING

import numpy
import torch

from nodegraph.support.image_metadata import MADE_WITH
from nodegraph.support.image_metadata.formats import PNG, TIFF
from nodes.images.profiles import is_srgb

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from nodes.images.embedding import Embedded
    from nodes.images.opening import Opened

XMP_TAG = 700
ORIENTATION, PHOTOMETRIC = 0x0112, 262
BLACK_IS_ZERO, RGB = 1, 2
_MODES = ("I;16", "I;16B", "LA", "RGB", "RGBA")
_XMP_KEYWORD = b"XML:com.adobe.xmp"


def to_words(picture: Tensor) -> NDArray[numpy.uint16]:
    """uint16 of values 0..1 in any shape: clipped and rounded."""
    values = picture.detach().float().cpu().nan_to_num(nan=0.0).clamp(0, 1) * 65535
    return values.round().to(torch.int32).numpy().astype(numpy.uint16)


def read_words(opened: Opened) -> Tensor | None:
    """`[H, W, C]`, 0..1, C being 3 or 4, of a PNG or TIFF with 16 bits a channel; None for any other picture.

    Also None where more has to be done to the pixels than to read them: to turn them, to convert their colours, to
    make one of them transparent. Pillow by itself keeps only the upper eight bits of pictures in colour.
    """
    import cv2

    picture = opened.picture
    if opened.format not in (PNG, TIFF) or picture.mode not in _MODES or getattr(picture, "n_frames", 1) != 1:
        return None
    # Pillow's own list of what its decoder is given; the fourth item names the layout of the samples.
    tiles = getattr(picture, "tile", None)
    if not tiles or "16" not in str(tiles[0][3]):
        return None
    photometric = getattr(picture, "tag_v2", {}).get(PHOTOMETRIC, BLACK_IS_ZERO)
    turned = picture.getexif().get(ORIENTATION, 1) != 1
    if turned or "transparency" in picture.info or photometric not in (BLACK_IS_ZERO, RGB):
        return None
    if opened.profile and not is_srgb(opened.profile):
        return None
    try:
        found = cv2.imdecode(numpy.frombuffer(opened.whole(), numpy.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    if found is None or found.dtype != numpy.uint16 or found.shape[:2] != (picture.height, picture.width):
        return None
    found = found[..., None] if found.ndim == 2 else found
    order = {1: [0, 0, 0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}.get(found.shape[-1])
    if order is None:
        return None
    return torch.from_numpy(found[..., order].astype(numpy.float32)) / 65535


def png_16(picture: Tensor, embedded: Embedded, keyword: str) -> bytes:
    """`[H, W, C]` 0..1 with 1, 3 or 4 channels as a PNG of 16 bits; the workflow is an iTXt under `keyword`."""
    import cv2

    words = to_words(picture)
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[words.shape[-1]]
    done, data = cv2.imencode(
        ".png", numpy.ascontiguousarray(words[..., order]), [cv2.IMWRITE_PNG_COMPRESSION, 4]
    )
    assert done
    return _with_chunks(data.tobytes(), [*_chunks(embedded, keyword)])


def _chunks(embedded: Embedded, keyword: str) -> list[tuple[bytes, bytes]]:
    found = []
    if embedded.profile:
        found.append((b"iCCP", b"ICC profile\0\0" + zlib.compress(embedded.profile)))
    texts = {
        keyword.encode(): embedded.workflow,
        MADE_WITH.encode(): embedded.made_with,
        b"parameters": embedded.settings,
        _XMP_KEYWORD: embedded.xmp,
    }
    # Keyword, no compression, no language, no translated keyword.
    found += [(b"iTXt", key + b"\0\0\0\0\0" + text.encode()) for key, text in texts.items() if text]
    return found


def _with_chunks(data: bytes, chunks: list[tuple[bytes, bytes]]) -> bytes:
    """A PNG with more chunks after its header, which stands in the first 33 bytes."""
    made = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    ]
    return b"".join([data[:33], *made, data[33:]])


def tiff(picture: Tensor, bits: int, embedded: Embedded, keyword: str) -> bytes:
    """`[H, W, C]` 0..1 with 1, 3 or 4 channels as a TIFF of 8 or 16 bits, compressed without loss.

    The workflow stands in the ImageDescription after `keyword:`, as in EXIF.
    """
    import tifffile

    from nodes.images.convert import to_bytes

    values = to_words(picture) if bits == 16 else to_bytes(picture)
    grey = values.shape[-1] == 1
    out = io.BytesIO()
    xmp = embedded.xmp.encode()
    tifffile.imwrite(
        out,
        values[..., 0] if grey else values,
        photometric="minisblack" if grey else "rgb",
        extrasamples=["unassalpha"] if values.shape[-1] == 4 else None,
        compression="zlib",
        metadata=None,
        description=f"{keyword}:{embedded.workflow}".encode() if embedded.workflow else None,
        software=f"{MADE_WITH}:{embedded.made_with}".encode() if embedded.made_with else False,
        iccprofile=embedded.profile or None,
        extratags=[(XMP_TAG, 1, len(xmp), xmp, True)] if xmp else [],
    )
    return out.getvalue()
