"""Several pictures laid over each other."""

from __future__ import annotations

from typing import Annotated

import torch

from nodegraph import Advanced, Choice, Help, Range, node
from nodes.images.blending import BLENDS
from nodes.images.layers import OPERATORS, flattened
from nodes.types import Image, Layer, Mask

CATEGORY = "image/layers"
Mode = Annotated[
    str, Choice(BLENDS), Help("How its colours mix with what is below, as in painting programs.")
]
Operator = Annotated[
    str,
    Choice(OPERATORS),
    Advanced(),
    Help(
        "How the shapes of both count (Porter and Duff): over lays it on top, atop keeps the shape below, in shows it "
        "only where there is something below, erase cuts its shape out."
    ),
]
Opacity = Annotated[float, Range(0, 1, 0.01), Help("How solid the layer is.")]
OFFSET = Range(-16384, 16384)


@node(
    "ImageLayer",
    title="Layer",
    category=CATEGORY,
    keywords=("composite", "blend", "porter duff", "offset", "opacity"),
)
def image_layer(
    image: Annotated[Image, Help("The picture of this layer; its transparency is used.")],
    mask: Annotated[Mask | None, Help("Where it shows: white is all of it.")] = None,
    *,
    x: Annotated[int, OFFSET, Help("Its left edge on the picture below, in pixels.")] = 0,
    y: Annotated[int, OFFSET, Help("Its top edge on the picture below, in pixels.")] = 0,
    mode: Mode = "normal",
    opacity: Opacity = 1.0,
    operator: Operator = "over",
    name: Annotated[str, Advanced(), Help("A name, for files that keep layers.")] = "",
) -> Layer:
    """A picture with its place, blend mode and opacity, for a stack of layers."""
    return Layer(image, mask, x, y, mode, operator, opacity, name)


@node(
    "ImageLayers",
    title="Composite layers",
    category=CATEGORY,
    keywords=("stack", "flatten", "merge", "blend", "porter duff", "collage"),
    size="ground",
)
def image_layers(
    ground: Annotated[Image, Help("The lowest picture; it sets the size.")],
    layers: Annotated[tuple[Layer, ...], Help("The layers, the first lowest.")],
) -> Image:
    """Lay any number of layers over a picture, each with its own place, mask, blend mode and opacity. Computed on
    display values, as painting programs do."""
    return Image(flattened(ground, layers))


@node(
    "ImageTransparency",
    title="Transparent from mask",
    category=CATEGORY,
    keywords=("alpha", "cut out", "remove background", "join alpha"),
    size="image",
)
def image_transparency(
    image: Annotated[Image, Help("The picture to cut out.")],
    mask: Annotated[Mask, Help("Black becomes transparent, white stays.")],
) -> Image:
    """Make a picture transparent where a mask is black, for layers and for files with transparency."""
    layer = flattened(torch.zeros(1, *image.shape[1:3], 4), [Layer(image, mask)])
    return Image(layer)
