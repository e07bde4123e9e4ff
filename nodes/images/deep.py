"""Pictures of 16 bits a channel as PNG and TIFF files."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING

import numpy
import torch

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from nodes.images.embedding import Embedded

XMP_TAG = 700
_XMP_KEYWORD = b"XML:com.adobe.xmp"


def to_words(picture: Tensor) -> NDArray[numpy.uint16]:
    """uint16 of values 0..1 in any shape: clipped and rounded."""
    values = picture.detach().float().cpu().nan_to_num(nan=0.0).clamp(0, 1) * 65535
    return values.round().to(torch.int32).numpy().astype(numpy.uint16)


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
        software=False,
        iccprofile=embedded.profile or None,
        extratags=[(XMP_TAG, 1, len(xmp), xmp, True)] if xmp else [],
    )
    return out.getvalue()
