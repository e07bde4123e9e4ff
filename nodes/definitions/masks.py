"""Masks made and shaped: white is where something happens."""

from __future__ import annotations

from typing import Annotated

import torch
from torch.nn import functional

from nodegraph import Choice, Help, Range, node
from nodes.images.masks import BRUSHES, blurred, grown
from nodes.types import Image, Mask

TheMask = Annotated[Mask, Help("The mask to change; it stays as it is.")]
PIXELS = Range(0, 16384)
CHANNELS = ("brightness", "red", "green", "blue", "alpha")


@node(
    "MaskRectangle",
    title="Rectangle mask",
    category="mask",
    keywords=("box", "area", "solid"),
    size="width, height",
)
def mask_rectangle(
    *,
    width: Annotated[int, Range(1, 16384), Help("Width of the whole mask in pixels.")] = 512,
    height: Annotated[int, Range(1, 16384), Help("Height of the whole mask in pixels.")] = 512,
    x: Annotated[int, PIXELS, Help("Left edge of the white rectangle.")] = 0,
    y: Annotated[int, PIXELS, Help("Top edge of the white rectangle.")] = 0,
    inner_width: Annotated[int, PIXELS, Help("Width of the white rectangle.")] = 256,
    inner_height: Annotated[int, PIXELS, Help("Height of the white rectangle.")] = 256,
    value: Annotated[float, Range(0, 1, 0.01), Help("How white the rectangle is; 1 is all white.")] = 1.0,
) -> Mask:
    """A black mask with a white rectangle, for inpainting and regions without a painted mask."""
    mask = torch.zeros(1, height, width)
    mask[:, y : y + inner_height, x : x + inner_width] = value
    return Mask(mask)


@node("MaskInvert", title="Invert mask", category="mask", keywords=("negative", "swap"), size="mask")
def mask_invert(mask: TheMask) -> Mask:
    """Exchange black and white: what was kept is changed, and the subject instead of what is around it."""
    return Mask(1.0 - mask)


@node(
    "MaskGrow",
    title="Grow mask",
    category="mask",
    keywords=("expand", "shrink", "dilate", "erode"),
    size="mask",
)
def mask_grow(
    mask: TheMask,
    *,
    pixels: Annotated[int, Range(-1024, 1024), Help("How far the white grows; below 0 it shrinks.")] = 8,
    brush: Annotated[str, Choice(BRUSHES), Help("The form by which it grows.")] = "round",
) -> Mask:
    """Make the white part larger or smaller, so that it covers a subject's edge or stays within it."""
    return Mask(grown(mask, pixels, brush))


@node("MaskBlur", title="Blur mask", category="mask", keywords=("feather", "soft", "smooth"), size="mask")
def mask_blur(
    mask: TheMask,
    *,
    radius: Annotated[float, Range(0, 512, 0.5), Help("How soft the edges become, in pixels.")] = 8.0,
) -> Mask:
    """Soften a mask's edges, so that what is inside blends with what is outside."""
    return Mask(blurred(mask, radius))


@node(
    "MaskFromImage",
    title="Mask from picture",
    category="mask",
    keywords=("channel", "alpha", "convert"),
    size="image",
)
def mask_from_image(
    image: Annotated[Image, Help("The picture to read the mask from.")],
    *,
    channel: Annotated[
        str, Choice(CHANNELS), Help("Which part of the picture becomes the mask.")
    ] = "brightness",
) -> Mask:
    """Read a mask from a picture: white where it is bright, or where one colour is strong."""
    if channel == "alpha":
        return Mask(image[..., 3] if image.shape[-1] > 3 else torch.ones(image.shape[:3]))
    if channel == "brightness":
        return Mask(image[..., :3] @ torch.tensor([0.2126, 0.7152, 0.0722]))
    return Mask(image[..., CHANNELS.index(channel) - 1].contiguous())


@node("MaskToImage", title="Picture from mask", category="mask", keywords=("show", "convert"), size="mask")
def mask_to_image(mask: TheMask) -> Image:
    """Show a mask as a grey picture, to look at it, save it or draw on it."""
    planes = mask if mask.ndim == 3 else mask[None]
    return Image(planes[..., None].expand(-1, -1, -1, 3).contiguous())


@node("MaskResize", title="Resize mask", category="mask", keywords=("scale", "size"), size="width, height")
def mask_resize(
    mask: TheMask,
    *,
    width: Annotated[int, Range(1, 16384), Help("New width in pixels.")] = 512,
    height: Annotated[int, Range(1, 16384), Help("New height in pixels.")] = 512,
) -> Mask:
    """Bring a mask to the size of a picture, where it was drawn for another one."""
    planes = (mask if mask.ndim == 3 else mask[None])[:, None]
    return Mask(functional.interpolate(planes, size=(height, width), mode="bilinear")[:, 0])
