"""Pictures of strangers as tensors: upright, in sRGB, with a mask where they are transparent."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy
import torch
from torch import Tensor

from nodegraph.support.image_metadata.formats import MAX_FRAMES
from nodegraph.support.messages import Phrase
from nodes.images.deep import read_words
from nodes.images.opening import Check, open_picture
from nodes.images.profiles import in_srgb

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import PIL.Image
    from numpy.typing import NDArray

ORIENTATION = 0x0112
"""The EXIF tag of how the camera was held: from 5 on, the sides change places."""

ROWS = 256
"""So many rows at a time become numbers: whole pictures of float64 would not fit, and a run can be cancelled."""


class Picture(NamedTuple):
    """`image` `[B, H, W, 3]`, one item for each frame, and `mask` `[B, H, W]`: 1 where it is transparent.

    `remarks` are sentences on what of the file was not used.
    """

    image: Tensor
    mask: Tensor
    remarks: tuple[Phrase, ...] = ()


def no_check() -> None:
    """For reading that nobody cancels."""


def read(path: Path, name: str, check: Check = no_check, most: int = MAX_FRAMES) -> Picture:
    """A picture file, turned upright by its EXIF tag and converted to sRGB from its colour profile.

    At most `most` frames are read; those of another size than the first are left out. Raises LoadError with a
    sentence that calls it `name`.
    """
    remarks: list[Phrase] = []
    with open_picture(path, name, check) as opened:
        deep = read_words(opened)
        if deep is not None:
            return _deep_picture(deep)
        frames: list[PIL.Image.Image] = []
        others = 0
        for frame in islice(opened.frames(), most):
            check()
            upright = _upright(frame, opened.profile, name, remarks, check)
            if frames and upright.size != frames[0].size:
                others += 1
            else:
                frames.append(upright)
        if not frames:
            raise EOFError("it has no frame")
        if others:
            remarks.append(
                Phrase(
                    "{count} frames of {name!r} have another size than the first and were left out.",
                    count=others,
                    name=name,
                )
            )
        return _tensors(frames, remarks, check)


def _deep_picture(values: Tensor) -> Picture:
    """A picture of more than 8 bits a channel, `[H, W, 3 or 4]`."""
    height, width = values.shape[:2]
    mask = 1.0 - values[..., 3] if values.shape[-1] == 4 else torch.zeros(height, width)
    return Picture(values[None, ..., :3].contiguous(), mask[None])


def size_of(path: Path, name: str, check: Check = no_check) -> tuple[int, int]:
    """Width and height of a picture file as it is seen, by its header alone. Raises LoadError as `read` does."""
    with open_picture(path, name, check) as opened:
        width, height = opened.picture.size
        turned = opened.picture.getexif().get(ORIENTATION, 1) >= 5
    return (height, width) if turned else (width, height)


def _upright(
    frame: PIL.Image.Image, profile: bytes, name: str, remarks: list[Phrase], check: Check
) -> PIL.Image.Image:
    """A frame as RGB or RGBA with 8 bits a channel; adds to `remarks` where its profile cannot be used."""
    import PIL.ImageOps

    frame.load()
    upright = PIL.ImageOps.exif_transpose(frame)
    if upright.mode.startswith("I") or upright.mode == "F":
        upright = _eight_bits(upright, check)
    transparent = upright.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in upright.info
    check()
    if profile or upright.mode == "LAB":
        found = in_srgb(upright, profile, "RGBA" if transparent else "RGB")
        if found is not None:
            return found
        remark = Phrase(
            "{name!r} has a colour profile that cannot be used; its colours are taken as sRGB.", name=name
        )
        if remark not in remarks:
            remarks.append(remark)
    return upright.convert("RGBA" if transparent else "RGB")


def _eight_bits(frame: PIL.Image.Image, check: Check) -> PIL.Image.Image:
    """Pictures of 16 or 32 bits a pixel scaled down to mode L; PIL by itself would cut them off at 255."""
    import PIL.Image

    values = numpy.asarray(frame)
    top = 65535.0 if frame.mode.startswith("I") else 1.0
    found = numpy.empty(values.shape, dtype=numpy.uint8)
    for row in range(0, len(values), ROWS):
        check()
        part = numpy.nan_to_num(values[row : row + ROWS].astype(numpy.float64))
        found[row : row + ROWS] = ((part / top).clip(0, 1) * 255).round()
    return PIL.Image.fromarray(found)


def _tensors(frames: Sequence[PIL.Image.Image], remarks: list[Phrase], check: Check) -> Picture:
    width, height = frames[0].size
    image = torch.empty(len(frames), height, width, 3)
    mask = torch.zeros(len(frames), height, width)
    for index, frame in enumerate(frames):
        values: NDArray[numpy.uint8] = numpy.asarray(frame)
        for row in range(0, height, ROWS):
            check()
            part = torch.from_numpy(values[row : row + ROWS].astype(numpy.float32)) / 255
            image[index, row : row + ROWS] = part[..., :3]
            if part.shape[-1] == 4:
                mask[index, row : row + ROWS] = 1.0 - part[..., 3]
    return Picture(image, mask, tuple(remarks))
