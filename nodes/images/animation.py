"""Pictures one after another in one file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from nodegraph.node_api.events import Picture
from nodegraph.support.atomic import replacing
from nodegraph.support.errors import LoadError

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
