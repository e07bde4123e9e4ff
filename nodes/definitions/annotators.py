"""Hint pictures for control networks, drawn from pictures."""

from __future__ import annotations

from typing import Annotated

from nodegraph import GraphError, Help, Range, node
from nodes.images.detectors import detected, detector
from nodes.types import Image

THRESHOLD = Range(0, 255, 1)


@node(
    "CannyEdges",
    title="Canny edges",
    category="control/hints",
    keywords=("outline", "lines", "controlnet"),
    size="image",
)
def canny_edges(
    image: Annotated[Image, Help("The picture whose outlines are drawn.")],
    *,
    low: Annotated[int, THRESHOLD, Help("Weaker edges are dropped; lower it for more detail.")] = 100,
    high: Annotated[int, THRESHOLD, Help("Stronger edges are always kept.")] = 200,
) -> Image:
    """White outlines on black (Canny 1986): the hint for an edge ControlNet that keeps a picture's composition."""
    if low > high:
        raise GraphError(
            "The low threshold {low} is above the high one {high}; exchange them.", low=low, high=high
        )
    canny = detector("canny").CannyDetector()
    return Image(detected(canny, image, low_threshold=low, high_threshold=high))
