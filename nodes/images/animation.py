"""Pictures one after another in one file."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from nodegraph.node_api.events import Picture
from nodegraph.support.atomic import replacing
from nodegraph.support.errors import LoadError
from nodes.images.convert import to_pil
from nodes.images.writing import exif_block, png_texts

if TYPE_CHECKING:
    from torch import Tensor

    from nodes.images.embedding import Embedded

LONGEST = 4096
"""So many pictures at most."""


def write_moving(frames: Sequence[Picture], path: Path, seconds: float) -> None:
    """Write pictures of one size as an animated WebP without loss, endless, whole or not at all.

    `seconds` is how long each is shown, the last one four times as long. Raises OSError or LoadError.
    """
    if not frames or len(frames) > LONGEST:
        raise LoadError(
            "A moving picture takes 1 to {longest} pictures; {count} were given.",
            longest=LONGEST,
            count=len(frames),
        )
    if len({(frame.width, frame.height) for frame in frames}) > 1:
        raise LoadError("The pictures differ in size; export those of one run.")
    first, *rest = [Image.frombytes("RGB", (f.width, f.height), f.pixels) for f in frames]
    shown = round(seconds * 1000)
    with replacing(path) as temporary:
        first.save(
            temporary,
            "WEBP",
            save_all=True,
            append_images=rest,
            duration=[shown] * len(rest) + [4 * shown],
            loop=0,
            lossless=True,
        )


MOVING_FORMATS = ("webp", "apng", "gif")


def moving(
    frames: Tensor, kind: str, per_second: float, loops: int, quality: int, embedded: Embedded
) -> bytes:
    """Pictures `[B, H, W, C]` as the bytes of an animation of one of MOVING_FORMATS, shown `per_second` at a time.

    It is shown `loops` times, 0 for ever. APNG loses nothing, WebP does not at quality 100; a GIF has 256 colours a
    picture, hard transparency and times in hundredths of a second, and carries neither workflow nor origin.
    """
    first, *rest = [to_pil(frame) for frame in frames]
    out = io.BytesIO()
    shared: dict[str, Any] = {"save_all": True, "append_images": rest, "duration": 1000 / per_second}
    if kind == "gif":
        # A GIF that is shown once says nothing; its count is of what follows the first time.
        again = {} if loops == 1 else {"loop": max(loops - 1, 0)}
        first.save(out, "GIF", disposal=2, optimize=False, **again, **shared)
    elif kind == "apng":
        first.save(
            out,
            "PNG",
            loop=loops,
            pnginfo=png_texts(embedded),
            icc_profile=embedded.profile or None,
            compress_level=6,
            **shared,
        )
    else:
        # WebP takes whole milliseconds, and one for each picture.
        steps = [round(at * 1000 / per_second) for at in range(len(frames) + 1)]
        shared["duration"] = [max(after - before, 1) for before, after in pairwise(steps)]
        first.save(
            out,
            "WEBP",
            loop=loops,
            quality=quality,
            lossless=quality == 100,
            exif=exif_block(embedded),
            xmp=embedded.xmp.encode(),
            icc_profile=embedded.profile or None,
            **shared,
        )
    return out.getvalue()
