"""Masks by colour and brightness, their holes, parts and bounds."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import torch

from nodegraph import Advanced, Choice, Color, GraphError, Help, Range, node
from nodes.images.convert import rgb
from nodes.images.light import colour_and_alpha, luma
from nodes.images.mask_parts import (
    COMBINATIONS,
    bounds,
    combined,
    largest_parts,
    near_colour,
    thresholded,
    within_range,
    without_holes,
)
from nodes.types import Image, Mask

Share = Range(0, 1, 0.01)
TheMask = Annotated[Mask, Help("The mask to change; it stays as it is.")]
Softness = Annotated[float, Share, Help("How wide the soft edge is; 0 is hard.")]


@node(
    "MaskThreshold",
    title="Mask threshold",
    category="mask",
    keywords=("binary", "hard", "cut off", "clean"),
    size="mask",
)
def mask_threshold(
    mask: TheMask,
    *,
    level: Annotated[float, Share, Help("What is at least this bright becomes white.")] = 0.5,
    softness: Softness = 0.0,
) -> Mask:
    """Make a soft mask hard: white from a level on, black below."""
    return Mask(thresholded(mask, level, softness))


@node(
    "MaskFromColour",
    title="Mask from colour",
    category="mask",
    keywords=("key", "chroma", "green screen", "select colour", "magic wand"),
    size="image",
)
def mask_from_colour(
    image: Annotated[Image, Help("The picture to look for the colour in.")],
    *,
    color: Annotated[str, Color(), Help("The colour to find, as #rrggbb.")] = "#00ff00",
    tolerance: Annotated[float, Share, Help("How different a colour may be; 1 finds all of them.")] = 0.1,
    softness: Softness = 0.05,
) -> Mask:
    """A mask that is white where a picture has a colour: to key out a background, or to change one thing."""
    return Mask(near_colour(colour_and_alpha(image)[0], rgb(color), tolerance, softness))


@node(
    "MaskFromBrightness",
    title="Mask from brightness",
    category="mask",
    keywords=("luminance", "luminosity", "shadows", "midtones", "highlights", "range"),
    size="image",
)
def mask_from_brightness(
    image: Annotated[Image, Help("The picture whose brightness is read.")],
    *,
    low: Annotated[float, Share, Help("The darkest brightness that is white in the mask.")] = 0.5,
    high: Annotated[float, Share, Help("The brightest brightness that is white in the mask.")] = 1.0,
    softness: Softness = 0.2,
) -> Mask:
    """A mask that is white where a picture's brightness lies in a range: to grade shadows, midtones or highlights
    alone."""
    if low > high:
        raise GraphError("`low` is {low}, above `high` at {high}; exchange them.", low=low, high=high)
    return Mask(within_range(luma(colour_and_alpha(image)[0])[..., 0], low, high, softness))


@node(
    "MaskCombine",
    title="Combine masks",
    category="mask",
    keywords=("union", "intersect", "subtract", "boolean", "add", "and", "or"),
    size="mask",
)
def mask_combine(
    mask: Annotated[Mask, Help("The first mask; it sets the size.")],
    other: Annotated[Mask, Help("The second mask; it is resized where its size differs.")],
    *,
    how: Annotated[
        str,
        Choice(COMBINATIONS),
        Help(
            "union is either, intersection both, subtract takes the second away, difference is where they differ."
        ),
    ] = "union",
) -> Mask:
    """Make one mask of two: their union, what both have, or one without the other."""
    return Mask(combined(mask, other, how))


@node(
    "MaskFillHoles",
    title="Fill holes in mask",
    category="mask",
    keywords=("close", "solid", "gaps"),
    size="mask",
)
def mask_fill_holes(mask: TheMask) -> Mask:
    """Fill dark parts that are surrounded by white, so that a subject becomes solid."""
    return Mask(without_holes(mask))


@node(
    "MaskLargestPart",
    title="Largest part of mask",
    category="mask",
    keywords=("island", "connected", "speckles", "clean", "biggest"),
    size="mask",
)
def mask_largest_part(
    mask: TheMask,
    *,
    count: Annotated[
        int, Range(0, 1000), Help("How many parts are kept, the largest first; 0 keeps all.")
    ] = 1,
    smallest: Annotated[int, Range(0, 1_000_000), Help("Parts with fewer pixels than this are dropped.")] = 0,
    level: Annotated[
        float, Share, Advanced(), Help("What is at least this bright holds a part together.")
    ] = 0.5,
) -> Mask:
    """Keep the largest connected part of a mask, with its soft edge, and drop specks."""
    return Mask(largest_parts(mask, count, level, smallest))


class Bounds(NamedTuple):
    """The box around a mask."""

    mask: Annotated[Mask, Help("The box as a mask.")]
    x: Annotated[int, Help("The left edge in pixels.")]
    y: Annotated[int, Help("The top edge in pixels.")]
    width: Annotated[int, Help("The width in pixels.")]
    height: Annotated[int, Help("The height in pixels.")]


@node(
    "MaskBounds",
    title="Bounding box of mask",
    category="mask",
    keywords=("rectangle", "region", "crop", "extent", "position"),
    size="mask",
)
def mask_bounds(
    mask: TheMask,
    *,
    margin: Annotated[int, Range(0, 4096), Help("How much larger the box is at each side, in pixels.")] = 0,
    level: Annotated[float, Share, Advanced(), Help("What is brighter than this counts.")] = 0.0,
) -> Bounds:
    """The smallest box around all that is white in a mask: as a mask, and as numbers for other nodes."""
    found = bounds(mask, level, margin)
    if found is None:
        raise GraphError(
            "The mask has nothing above {level}; paint something, or lower `level`.", level=level
        )
    x, y, width, height = found
    box = torch.zeros_like(mask)
    box[:, y : y + height, x : x + width] = 1.0
    return Bounds(Mask(box), x, y, width, height)
