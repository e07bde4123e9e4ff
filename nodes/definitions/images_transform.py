"""Pictures turned, tilted, padded and mirrored."""

from __future__ import annotations

from typing import Annotated

from nodegraph import Choice, Color, Help, Range, node
from nodes.images.convert import rgb
from nodes.images.geometry import OUTSIDES, PADS, in_perspective, padded, rotated
from nodes.types import Image

CATEGORY = "image/transform"
Outside = Annotated[str, Choice(OUTSIDES), Help("What is shown where the picture does not reach.")]
Ground = Annotated[str, Color(), Help("The colour there, as #rrggbb, where colour is chosen.")]
Side = Annotated[int, Range(0, 8192), Help("How many pixels are added at this side.")]
Place = Range(-1, 2, 0.005)
FLIPS = ("left to right", "top to bottom", "both")


@node(
    "ImageRotate",
    title="Rotate",
    category=CATEGORY,
    keywords=("turn", "straighten", "horizon", "angle", "90 degrees"),
)
def image_rotate(
    image: Annotated[Image, Help("The picture to turn.")],
    *,
    angle: Annotated[
        float, Range(-360, 360, 0.1), Help("Degrees clockwise; quarter turns are exact.")
    ] = 90.0,
    expand: Annotated[bool, Help("Whether the picture grows so that its corners are not cut off.")] = True,
    outside: Outside = "transparent",
    color: Ground = "#000000",
) -> Image:
    """Turn a picture by any angle around its middle."""
    return Image(rotated(image, angle, expand, outside, rgb(color)))


@node(
    "ImagePerspective",
    title="Perspective",
    category=CATEGORY,
    keywords=("tilt", "keystone", "straighten", "corner pin", "warp", "screen replacement"),
    size="image",
)
def image_perspective(
    image: Annotated[Image, Help("The picture to tilt or to straighten; its size stays.")],
    *,
    top_left_x: Annotated[
        float, Place, Help("The top left corner: 0 is the left edge, 1 the right one.")
    ] = 0.0,
    top_left_y: Annotated[
        float, Place, Help("The top left corner: 0 is the top edge, 1 the bottom one.")
    ] = 0.0,
    top_right_x: Annotated[float, Place, Help("The top right corner, from the left edge.")] = 1.0,
    top_right_y: Annotated[float, Place, Help("The top right corner, from the top edge.")] = 0.0,
    bottom_right_x: Annotated[float, Place, Help("The bottom right corner, from the left edge.")] = 1.0,
    bottom_right_y: Annotated[float, Place, Help("The bottom right corner, from the top edge.")] = 1.0,
    bottom_left_x: Annotated[float, Place, Help("The bottom left corner, from the left edge.")] = 0.0,
    bottom_left_y: Annotated[float, Place, Help("The bottom left corner, from the top edge.")] = 1.0,
    straighten: Annotated[
        bool,
        Help(
            "Whether what lies between the corners is brought to the whole picture, instead of the reverse."
        ),
    ] = False,
    outside: Outside = "transparent",
    color: Ground = "#000000",
) -> Image:
    """Move a picture's corners to any four places, to put it on a wall or a screen; or straighten such a surface."""
    corners = (
        (top_left_x, top_left_y),
        (top_right_x, top_right_y),
        (bottom_right_x, bottom_right_y),
        (bottom_left_x, bottom_left_y),
    )
    return Image(in_perspective(image, corners, straighten, outside, rgb(color)))


@node(
    "ImagePad",
    title="Pad",
    category=CATEGORY,
    keywords=("border", "frame", "margin", "extend", "canvas size", "letterbox"),
    size="image.width + left + right, image.height + top + bottom",
)
def image_pad(
    image: Annotated[Image, Help("The picture to make larger; its pixels stay as they are.")],
    *,
    left: Side = 0,
    top: Side = 0,
    right: Side = 0,
    bottom: Side = 0,
    fill: Annotated[
        str, Choice(PADS), Help("What the border shows: a colour, nothing, or the picture continued.")
    ] = "colour",
    color: Ground = "#000000",
) -> Image:
    """Add a border: a frame, a letterbox, or the picture continued at its edges."""
    return Image(padded(image, (left, top, right, bottom), fill, rgb(color)))


@node("ImageFlip", title="Flip", category=CATEGORY, keywords=("mirror", "reverse"), size="image")
def image_flip(
    image: Annotated[Image, Help("The picture to mirror.")],
    *,
    direction: Annotated[str, Choice(FLIPS), Help("Which sides change places.")] = "left to right",
) -> Image:
    """Mirror a picture so that its sides change places; every pixel stays exact."""
    axes = {"left to right": [2], "top to bottom": [1], "both": [1, 2]}[direction]
    return Image(image.flip(axes).contiguous())
