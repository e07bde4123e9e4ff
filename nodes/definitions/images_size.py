"""The size of pictures: read, and brought to a wanted one by pixels, factor, longest side or proportions."""

from __future__ import annotations

import math
from typing import Annotated, NamedTuple

from nodegraph import Choice, GraphError, Help, Range, node
from nodes.images.sizing import METHODS, resize
from nodes.types import Image, Mask

CATEGORY = "image/size"
MOST_SIDE = 16384
ThePicture = Annotated[Image, Help("The picture to resize.")]
Method = Annotated[
    str, Choice(METHODS), Help("How pixels are computed; lanczos is sharpest, nearest keeps hard pixels.")
]
Megapixels = Annotated[
    float, Range(0.01, 256, 0.01), Help("How many millions of pixels, at 1024 x 1024 each.")
]
Multiple = Annotated[
    int, Range(1, 512), Help("Both sides become multiples of this; models draw in steps of 8 to 64.")
]
MEGAPIXEL = 1024 * 1024

PROPORTIONS = (
    "1:1", "3:2", "4:3", "5:4", "16:9", "21:9", "2:3", "3:4", "4:5", "9:16", "9:21",
)  # fmt: skip

KONTEXT_SIDES = (
    (672, 1568), (688, 1504), (720, 1456), (752, 1392), (800, 1328), (832, 1248), (880, 1184), (944, 1104),
    (1024, 1024),
)  # fmt: skip
"""The sizes that FLUX Kontext was trained with, as its authors published them; each also lying on its side."""


class Measured(NamedTuple):
    """What a batch of pictures measures."""

    width: Annotated[int, Help("Width in pixels.")]
    height: Annotated[int, Help("Height in pixels.")]
    pictures: Annotated[int, Help("How many pictures the batch holds.")]


@node(
    "ImageSize", title="Picture size", category=CATEGORY, keywords=("width", "height", "dimensions", "count")
)
def image_size(image: Annotated[Image, Help("The picture to measure.")]) -> Measured:
    """Give the width, the height and the number of pictures, to size a latent or another picture by them."""
    return Measured(image.shape[2], image.shape[1], image.shape[0])


class Chosen(NamedTuple):
    """A size in pixels."""

    width: Annotated[int, Help("Width in pixels.")]
    height: Annotated[int, Help("Height in pixels.")]


@node(
    "SizeFromProportions",
    title="Size from proportions",
    category=CATEGORY,
    keywords=("aspect ratio", "resolution", "megapixels", "widescreen"),
)
def size_from_proportions(
    *,
    proportions: Annotated[str, Choice(PROPORTIONS), Help("Width to height.")] = "1:1",
    megapixels: Megapixels = 1.0,
    multiple: Multiple = 8,
) -> Chosen:
    """Choose a size by its proportions and its pixels, so that a model gets as many as it was trained with."""
    across, down = (int(side) for side in proportions.split(":"))
    factor = math.sqrt(megapixels * MEGAPIXEL / (across * down))
    return Chosen(*(max(round(side * factor / multiple), 1) * multiple for side in (across, down)))


@node("ImageScaleBy", title="Scale by factor", category=CATEGORY, keywords=("resize", "upscale", "multiply"),
      size="round(image.width * factor), round(image.height * factor)")  # fmt: skip
def image_scale_by(
    image: ThePicture,
    *,
    factor: Annotated[float, Range(0.01, 16, 0.01), Help("2 doubles both sides, 0.5 halves them.")] = 2.0,
    method: Method = "lanczos",
) -> Image:
    """Make a picture larger or smaller by a factor, with its proportions kept."""
    width, height = (max(round(side * factor), 1) for side in (image.shape[2], image.shape[1]))
    return Image(resize(image, *_bearable(width, height), method, "stretch"))


@node(
    "ImageScaleToPixels",
    title="Scale to megapixels",
    category=CATEGORY,
    keywords=("resize", "total", "pixels"),
)
def image_scale_to_pixels(
    image: ThePicture, *, megapixels: Megapixels = 1.0, multiple: Multiple = 1, method: Method = "lanczos"
) -> Image:
    """Bring a picture to a number of pixels whatever its proportions: as many as a model was trained with."""
    height, width = image.shape[1:3]
    factor = math.sqrt(megapixels * MEGAPIXEL / (width * height))
    size = (max(round(side * factor / multiple), 1) * multiple for side in (width, height))
    return Image(resize(image, *_bearable(*size), method, "stretch"))


@node(
    "ImageScaleToSide",
    title="Scale to side",
    category=CATEGORY,
    keywords=("resize", "longest", "shortest", "fit"),
)
def image_scale_to_side(
    image: ThePicture,
    *,
    length: Annotated[int, Range(1, MOST_SIDE), Help("How long the side becomes, in pixels.")] = 1024,
    side: Annotated[
        str, Choice(("longer", "shorter", "width", "height")), Help("The side that is meant.")
    ] = "longer",
    method: Method = "lanczos",
) -> Image:
    """Bring one side of a picture to a length, with its proportions kept."""
    height, width = image.shape[1:3]
    by_width = {"width": True, "height": False, "longer": width >= height, "shorter": width <= height}[side]
    other = height * length / width if by_width else width * length / height
    size = (length, max(round(other), 1)) if by_width else (max(round(other), 1), length)
    return Image(resize(image, *_bearable(*size), method, "stretch"))


@node(
    "ImageScaleForKontext", title="Scale for Kontext", category=CATEGORY, keywords=("flux", "edit", "resize")
)
def image_scale_for_kontext(image: ThePicture) -> Image:
    """Bring a picture to the nearest of the sizes that FLUX Kontext was trained with, cut to its proportions."""
    wanted = image.shape[2] / image.shape[1]
    sizes = [size for sides in KONTEXT_SIDES for size in (sides, sides[::-1])]
    width, height = min(sizes, key=lambda size: (abs(wanted - size[0] / size[1]), size))
    return Image(resize(image, width, height, "lanczos, 8 bit", "crop"))


@node("ImageCrop", title="Crop", category=CATEGORY, keywords=("cut", "trim", "part"))
def image_crop(
    image: Annotated[Image, Help("The picture to cut.")],
    *,
    width: Annotated[int, Range(1, MOST_SIDE), Help("Width of the part in pixels.")] = 512,
    height: Annotated[int, Range(1, MOST_SIDE), Help("Height of the part in pixels.")] = 512,
    x: Annotated[int, Range(0, MOST_SIDE), Help("Left edge of the part.")] = 0,
    y: Annotated[int, Range(0, MOST_SIDE), Help("Top edge of the part.")] = 0,
) -> Image:
    """Cut a part out of a picture. Beyond its edges there is nothing: the part then becomes smaller."""
    left, top = min(x, image.shape[2] - 1), min(y, image.shape[1] - 1)
    return Image(image[:, top : top + height, left : left + width].contiguous())


@node("MaskCrop", title="Crop mask", category="mask", keywords=("cut", "trim", "part"))
def mask_crop(
    mask: Annotated[Mask, Help("The mask to cut.")],
    *,
    width: Annotated[int, Range(1, MOST_SIDE), Help("Width of the part in pixels.")] = 512,
    height: Annotated[int, Range(1, MOST_SIDE), Help("Height of the part in pixels.")] = 512,
    x: Annotated[int, Range(0, MOST_SIDE), Help("Left edge of the part.")] = 0,
    y: Annotated[int, Range(0, MOST_SIDE), Help("Top edge of the part.")] = 0,
) -> Mask:
    """Cut a part out of a mask, as one is cut out of its picture. Beyond its edges there is nothing."""
    planes = mask if mask.ndim == 3 else mask[None]
    left, top = min(x, planes.shape[2] - 1), min(y, planes.shape[1] - 1)
    return Mask(planes[:, top : top + height, left : left + width].contiguous())


def _bearable(width: int, height: int) -> tuple[int, int]:
    """The size, if a picture may be so large; raises GraphError."""
    if max(width, height) > MOST_SIDE:
        raise GraphError(
            "The picture would become {width} x {height} pixels and {most} a side is the most; scale it less.",
            width=width,
            height=height,
            most=MOST_SIDE,
        )
    return width, height
