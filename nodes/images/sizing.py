"""Pictures at other sizes."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from nodegraph import GraphError

METHODS = (
    "lanczos", "bicubic", "bilinear", "area", "nearest",
    "lanczos, 8 bit", "bicubic, unfiltered", "bilinear, unfiltered",
)  # fmt: skip
"""The last three lose quality: they are for pictures that have to be those of other programs."""

FITS = ("stretch", "crop", "inside")


def resize(image: Tensor, width: int, height: int, method: str, fit: str) -> Tensor:
    """`[B, H, W, C]` at `width` x `height`; a side of 0 follows from the other. Values stay within 0..1."""
    size = target(image.shape[2], image.shape[1], width, height)
    if fit == "crop":
        image = cropped_to(image, size)
    elif fit == "inside":
        size = within(image.shape[2], image.shape[1], size)
    if (image.shape[2], image.shape[1]) == size:
        return image
    return scale(image.movedim(-1, 1), size, method).clamp(0, 1).movedim(1, -1).contiguous()


def target(old_width: int, old_height: int, width: int, height: int) -> tuple[int, int]:
    """The wanted width and height with a 0 filled in; raises GraphError where both are 0."""
    if not width and not height:
        raise GraphError("Width and height are both 0; give at least one of them.")
    width = width or max(round(old_width * height / old_height), 1)
    return width, height or max(round(old_height * width / old_width), 1)


def within(width: int, height: int, size: tuple[int, int]) -> tuple[int, int]:
    """The largest size of these proportions inside `size`."""
    factor = min(size[0] / width, size[1] / height)
    return max(round(width * factor), 1), max(round(height * factor), 1)


def cropped_to(image: Tensor, size: tuple[int, int]) -> Tensor:
    """The largest centred part with the proportions of `size`."""
    height, width = image.shape[1:3]
    # Written as other programs write it, so that halves round to the same side.
    old, new = width / height, size[0] / size[1]
    left = round((width - width * (new / old)) / 2) if old > new else 0
    top = round((height - height * (old / new)) / 2) if old < new else 0
    left, top = min(left, (width - 1) // 2), min(top, (height - 1) // 2)
    return image[:, top : height - top, left : width - left]


def scale(planes: Tensor, size: tuple[int, int], method: str) -> Tensor:
    """`[B, C, H, W]` at (width, height); smaller sizes are filtered so that nothing flickers."""
    shape = (size[1], size[0])
    if method == "lanczos":
        return lanczos(planes, size)
    if method == "lanczos, 8 bit":
        return lanczos_8_bit(planes, size)
    if method.endswith(", unfiltered"):
        return functional.interpolate(planes, size=shape, mode=method.partition(",")[0])
    if method in ("nearest", "area"):
        mode = "nearest-exact" if method == "nearest" else "area"
        return functional.interpolate(planes, size=shape, mode=mode)
    smaller = shape[0] < planes.shape[2] or shape[1] < planes.shape[3]
    return functional.interpolate(planes, size=shape, mode=method, antialias=smaller)


def lanczos(planes: Tensor, size: tuple[int, int]) -> Tensor:
    """Lanczos resampling with three lobes, in float32 for each channel."""
    import numpy
    import PIL.Image

    done = [
        torch.from_numpy(
            numpy.array(PIL.Image.fromarray(plane.numpy()).resize(size, PIL.Image.Resampling.LANCZOS))
        )
        for plane in planes.float().cpu().flatten(0, 1)
    ]
    return torch.stack(done).reshape(*planes.shape[:2], *done[0].shape)


def lanczos_8_bit(planes: Tensor, size: tuple[int, int]) -> Tensor:
    """Lanczos resampling of values rounded down to 256 levels, and rounded again after."""
    import numpy
    import PIL.Image

    levels = (planes.float().cpu() * 255.0).clamp(0, 255).to(torch.uint8)
    done = [
        torch.from_numpy(
            numpy.array(PIL.Image.fromarray(plane.numpy()).resize(size, PIL.Image.Resampling.LANCZOS))
        )
        for plane in levels.flatten(0, 1)
    ]
    return torch.stack(done).reshape(*planes.shape[:2], *done[0].shape).float() / 255.0
