"""Pictures made, turned, sized and mixed."""

from __future__ import annotations

import math
from typing import Annotated

import torch
from torch import Tensor
from torch.nn import functional

from nodegraph import Advanced, Choice, Color, GraphError, Help, Range, node
from nodes.images.batches import alike
from nodes.images.blending import BLENDS, blend
from nodes.images.convert import rgb
from nodes.images.sizing import FITS, METHODS, resize
from nodes.types import Image, Mask

SIDE = Range(1, 16384, 1)
MOST_SIDE = 16384


@node(
    "SolidColor",
    title="Solid colour",
    category="image",
    keywords=("fill", "background", "empty image"),
    size="width, height",
)
def solid_color(
    *,
    width: Annotated[int, SIDE, Help("Width in pixels.")] = 512,
    height: Annotated[int, SIDE, Help("Height in pixels.")] = 512,
    color: Annotated[str, Color(), Help("The colour, as #rrggbb.")] = "#808080",
    batch_size: Annotated[int, Range(1, 256), Advanced(), Help("How many equal pictures.")] = 1,
) -> Image:
    """A picture of one colour: a background to paste on, a start for inpainting, or a quick test."""
    return Image(torch.tensor(rgb(color)).expand(batch_size, height, width, 3).contiguous())


@node("ImageInvert", title="Invert", category="image", keywords=("negative",), size="image")
def image_invert(image: Annotated[Image, Help("The picture to turn into its negative.")]) -> Image:
    """The negative of a picture; transparency stays. Turns dark lines on white into the form ControlNets expect."""
    inverted = 1.0 - image[..., :3]
    return Image(torch.cat([inverted, image[..., 3:]], dim=-1))


RESIZED = (
    "(1 - fit.inside) * max(width, (1 - min(width, 1)) * max(round(image.width * height / image.height), 1)), "
    "(1 - fit.inside) * max(height, (1 - min(height, 1)) * max(round(image.height * width / image.width), 1))"
)
"""The size after resizing: a side of 0 follows the other; within a box it is left open."""


@node(
    "ImageResize",
    title="Resize",
    category="image",
    keywords=("scale", "upscale", "crop", "size"),
    size=RESIZED,
)
def image_resize(
    image: Annotated[Image, Help("The picture to resize.")],
    *,
    width: Annotated[int, Range(0, 16384), Help("New width in pixels; 0 follows the height.")] = 512,
    height: Annotated[int, Range(0, 16384), Help("New height in pixels; 0 follows the width.")] = 512,
    method: Annotated[
        str, Choice(METHODS), Help("How pixels are computed; lanczos is sharpest, nearest keeps hard pixels.")
    ] = "lanczos",
    fit: Annotated[
        str,
        Choice(FITS),
        Help(
            "stretch ignores the proportions, crop fills the size and cuts the rest, inside stays within it."
        ),
    ] = "stretch",
) -> Image:
    """Bring a picture to a size: to the one a model draws best before it is encoded, or larger without a model."""
    return Image(resize(image, width, height, method, fit))


@node(
    "ImageBlend",
    title="Blend",
    category="image",
    keywords=("mix", "composite", "overlay", "layer"),
    size="image",
)
def image_blend(
    image: Annotated[Image, Help("The picture below.")],
    over: Annotated[
        Image, Help("The picture above; it is resized to the lower one where their sizes differ.")
    ],
    mask: Annotated[Mask | None, Help("Where the upper picture shows: white is all of it.")] = None,
    *,
    mode: Annotated[str, Choice(BLENDS), Help("How the layers meet, as in painting programs.")] = "normal",
    strength: Annotated[float, Range(0, 1, 0.01), Help("How much of the upper picture is used.")] = 0.5,
    fit: Annotated[
        str,
        Choice(("stretch", "crop")),
        Advanced(),
        Help("How an upper picture of another size is brought to the lower one's."),
    ] = "stretch",
) -> Image:
    """Lay one picture over another as a layer: fade, multiply, screen and so on, within a mask if one is linked."""
    below, above = image[..., :3], over[..., :3]
    if above.shape[1:3] != below.shape[1:3]:
        method = "bilinear" if fit == "stretch" else "bicubic, unfiltered"
        above = resize(above, below.shape[2], below.shape[1], method, fit)
    below, above = alike(below, above)
    amount: Tensor = torch.tensor(strength)
    if mask is not None:
        sized = functional.interpolate(mask[:, None], size=below.shape[1:3], mode="bilinear")[:, 0]
        below, sized = alike(below, sized)
        below, above = alike(below, above)
        amount = strength * sized[..., None]
    return Image(torch.lerp(below, blend(mode, below, above), amount.expand_as(below)).clamp(0, 1))


@node(
    "ImageGrid",
    title="Picture grid",
    category="image",
    keywords=("contact sheet", "compare", "film strip", "side by side", "batch"),
)
def image_grid(
    images: Annotated[
        tuple[Image, ...], Help("The pictures, in order; batches and lists are spread out. Sizes may differ.")
    ],
    *,
    columns: Annotated[int, Range(0, 100), Help("Pictures in a row; 0 makes it about square.")] = 0,
    gap: Annotated[int, Range(0, 256), Help("Space between pictures in pixels.")] = 8,
    color: Annotated[str, Color(), Help("The colour between them, as #rrggbb.")] = "#ffffff",
) -> Image:
    """Lay pictures side by side on one sheet: to compare settings, or as a film strip of a sampler's steps."""
    pictures = [picture for image in images for picture in image[..., :3]]
    if not pictures:
        raise GraphError("No picture is linked; link at least one.")
    across = min(columns or math.ceil(math.sqrt(len(pictures))), len(pictures))
    rows = -(-len(pictures) // across)
    height, width = (max(picture.shape[side] for picture in pictures) for side in (0, 1))
    whole = (rows * (height + gap) + gap, across * (width + gap) + gap)
    if max(whole) > MOST_SIDE:
        raise GraphError(
            "{count} pictures make a sheet of {whole} x {whole2} pixels and {most_side} a side is the "
            "most; scale them down first, or make fewer.",
            count=len(pictures),
            whole=whole[1],
            whole2=whole[0],
            most_side=MOST_SIDE,
        )
    sheet = torch.tensor(rgb(color)).repeat(*whole, 1)
    for place, picture in enumerate(pictures):
        top = gap + place // across * (height + gap) + (height - picture.shape[0]) // 2
        left = gap + place % across * (width + gap) + (width - picture.shape[1]) // 2
        sheet[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return Image(sheet[None])
