"""Latents made, sized, turned and cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from nodegraph import Choice, GraphError, Help, Range, node
from nodes.images.scaling import METHODS, centred, scale, sized_mask
from nodes.types import Latent, Mask

PIXELS = Range(8, 16384, 8)
PIXEL = 8
"""Pixels of the picture for each pixel of an empty latent; samplers bring it to what their model takes."""

TheLatent = Annotated[Latent, Help("The latent to work on; it stays as it is.")]
Scaling = Annotated[
    str, Choice(METHODS), Help("How values are computed; bislerp keeps contrast best, nearest is most exact.")
]


@node(
    "EmptyLatent",
    title="Empty latent",
    category="latent",
    keywords=("size", "new", "blank", "batch"),
    size="width // 8 * 8, height // 8 * 8",
)
def empty_latent(
    *,
    width: Annotated[int, PIXELS, Help("Width of the picture in pixels, a multiple of 8.")] = 512,
    height: Annotated[int, PIXELS, Help("Height of the picture in pixels, a multiple of 8.")] = 512,
    batch_size: Annotated[int, Range(1, 1024), Help("How many pictures are made at once.")] = 1,
) -> Latent:
    """A blank to start from: its size is the picture's. Use it to make a picture from a prompt alone."""
    return Latent(torch.zeros(batch_size, 4, height // PIXEL, width // PIXEL))


SCALED = (
    "8 * max(width // 8, (1 - min(width // 8, 1)) * max(round(latent.width * (height // 8) / latent.height), 1)), "
    "8 * max(height // 8, (1 - min(height // 8, 1)) * max(round(latent.height * (width // 8) / latent.width), 1))"
)
"""The size after scaling, in whole latent pixels; a side of 0 follows the other."""


@node(
    "LatentScale",
    title="Scale latent",
    category="latent/size",
    keywords=("upscale", "resize", "hires"),
    size=SCALED,
)
def latent_scale(
    latent: TheLatent,
    *,
    method: Scaling = "nearest",
    width: Annotated[int, Range(0, 16384, 8), Help("New width in pixels; 0 follows the height.")] = 1024,
    height: Annotated[int, Range(0, 16384, 8), Help("New height in pixels; 0 follows the width.")] = 1024,
    crop: Annotated[bool, Help("Whether edges are cut so that nothing is stretched.")] = False,
) -> Latent:
    """Bring a latent to a size, to draw it again with more detail: small first, then large, is quick and coherent."""
    columns, rows = _size(latent.samples, width // latent.pixel, height // latent.pixel)
    samples = centred(latent.samples, columns, rows) if crop else latent.samples
    return replace(latent, samples=scale(samples, columns, rows, method))


@node(
    "LatentScaleBy",
    title="Scale latent by",
    category="latent/size",
    keywords=("upscale", "resize", "factor"),
    size="8 * max(round(latent.width / 8 * factor), 1), 8 * max(round(latent.height / 8 * factor), 1)",
)
def latent_scale_by(
    latent: TheLatent,
    *,
    method: Scaling = "nearest",
    factor: Annotated[float, Range(0.01, 8, 0.01), Help("2 makes it twice as wide and high.")] = 1.5,
) -> Latent:
    """Make a latent larger or smaller by a factor, to draw it again with more detail."""
    height, width = latent.samples.shape[-2:]
    size = max(round(width * factor), 1), max(round(height * factor), 1)
    return replace(latent, samples=scale(latent.samples, *size, method))


@node(
    "LatentCrop",
    title="Crop latent",
    category="latent/size",
    keywords=("cut", "part"),
    size="width // 8 * 8, height // 8 * 8",
)
def latent_crop(
    latent: TheLatent,
    *,
    width: Annotated[int, PIXELS, Help("Width of the part in pixels.")] = 512,
    height: Annotated[int, PIXELS, Help("Height of the part in pixels.")] = 512,
    x: Annotated[int, Range(0, 16384, 8), Help("Left edge of the part in pixels.")] = 0,
    y: Annotated[int, Range(0, 16384, 8), Help("Top edge of the part in pixels.")] = 0,
) -> Latent:
    """Cut a part out of a latent, to redraw it alone or larger. Beyond the edge it is moved back inside."""
    rows, columns = latent.samples.shape[-2:]
    pixel = latent.pixel
    left, top = min(x // pixel, max(columns - 8, 0)), min(y // pixel, max(rows - 8, 0))
    place = (..., slice(top, top + max(height // pixel, 1)), slice(left, left + max(width // pixel, 1)))
    return _with_mask(latent, lambda planes: planes[place])


@node("LatentFlip", title="Flip latent", category="latent/size", keywords=("mirror",), size="latent")
def latent_flip(
    latent: TheLatent,
    *,
    axis: Annotated[
        str, Choice(("left-right", "up-down")), Help("left-right mirrors, up-down turns it upside down.")
    ] = "left-right",
) -> Latent:
    """Mirror a latent, to draw the same composition the other way round."""
    return _with_mask(latent, lambda planes: planes.flip(-1 if axis == "left-right" else -2))


@node("LatentRotate", title="Rotate latent", category="latent/size", keywords=("turn",))
def latent_rotate(
    latent: TheLatent,
    *,
    degrees: Annotated[
        str, Choice(("0", "90", "180", "270")), Help("How far it is turned, clockwise.")
    ] = "90",
) -> Latent:
    """Turn a latent clockwise by quarter turns, to draw a composition lying or upside down."""
    return _with_mask(latent, lambda planes: planes.rot90(-int(degrees) // 90, dims=(-2, -1)))


@node(
    "LatentNoiseMask",
    title="Noise mask",
    category="latent/inpaint",
    keywords=("inpaint", "repaint", "mask"),
    size="latent",
)
def latent_noise_mask(
    latent: TheLatent, mask: Annotated[Mask, Help("White is drawn anew, black is kept; grey mixes.")]
) -> Latent:
    """Say which part of a latent the sampler may change: inpainting with any model."""
    return replace(latent, noise_mask=mask if mask.ndim == 3 else mask[None])


def _size(samples: Tensor, columns: int, rows: int) -> tuple[int, int]:
    """Wanted latent columns and rows, a 0 filled in from the other."""
    if not columns and not rows:
        raise GraphError(
            "Width and height are both below one pixel of the latent; give at least one of them."
        )
    height, width = samples.shape[-2:]
    columns = columns or max(round(width * rows / height), 1)
    return columns, rows or max(round(height * columns / width), 1)


def _with_mask(latent: Latent, change: Callable[[Tensor], Tensor]) -> Latent:
    """The latent with a change of place made to the samples and to the noise mask alike."""
    mask = latent.noise_mask
    if mask is not None:
        rows, columns = latent.samples.shape[-2:]
        mask = change(sized_mask(mask, columns, rows)).contiguous()
    return replace(latent, samples=change(latent.samples).contiguous(), noise_mask=mask)
