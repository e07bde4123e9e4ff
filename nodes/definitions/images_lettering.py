"""Text, boxes and labels on pictures."""

from __future__ import annotations

from typing import Annotated

import torch

from nodegraph import Advanced, Choice, Color, Context, GraphError, Help, InputFile, Multiline, Range, node
from nodes.images.convert import rgb
from nodes.images.lettering import (
    ALIGNMENTS,
    LONGEST_TEXT,
    PLACES,
    box_masks,
    inked,
    missing_letters,
    open_font,
    parse_boxes,
    text_masks,
    wrapped,
)
from nodes.images.light import within_mask
from nodes.types import Image, Mask

CATEGORY = "image/draw"
Opacity = Range(0, 1, 0.01)
Font = Annotated[
    str,
    InputFile("font", optional=True),
    Help("A .ttf or .otf file, named from the workflow's folder; empty uses the font that is built in."),
]
FontSize = Range(4, 2048)


@node(
    "ImageText",
    title="Text on picture",
    category=CATEGORY,
    keywords=("caption", "title", "watermark", "write", "font", "overlay", "label"),
    size="image",
)
def image_text(
    ctx: Context,
    image: Annotated[Image, Help("The picture to write on.")],
    mask: Annotated[Mask | None, Help("Where the text shows; black hides it.")] = None,
    *,
    text: Annotated[str, Multiline(), Help("What is written; line breaks are kept.")] = "Text",
    font: Font = "",
    size: Annotated[int, FontSize, Help("The height of the letters in pixels.")] = 48,
    color: Annotated[str, Color(), Help("The colour of the letters, as #rrggbb.")] = "#ffffff",
    opacity: Annotated[float, Opacity, Help("How solid the text is.")] = 1.0,
    place: Annotated[str, Choice(PLACES), Help("Where on the picture the text stands.")] = "bottom",
    x: Annotated[
        int, Range(-16384, 16384), Help("Distance from that edge in pixels; in the middle, to the right.")
    ] = 0,
    y: Annotated[
        int, Range(-16384, 16384), Help("Distance from that edge in pixels; in the middle, downward.")
    ] = 24,
    align: Annotated[str, Choice(ALIGNMENTS), Advanced(), Help("How several lines stand.")] = "center",
    spacing: Annotated[
        float, Range(0.5, 4, 0.05), Advanced(), Help("The distance of lines, 1 being the font's own.")
    ] = 1.0,
    wrap: Annotated[bool, Advanced(), Help("Whether long lines are broken to fit the picture.")] = True,
    outline: Annotated[int, Range(0, 200), Help("The width of an outline in pixels.")] = 0,
    outline_color: Annotated[str, Color(), Help("The colour of the outline, as #rrggbb.")] = "#000000",
) -> Image:
    """Write on a picture: a caption, a title or a mark of one's own. Blended in display values."""
    if len(text) > LONGEST_TEXT:
        raise GraphError(
            "The text has {count} letters; {most} are the most that are drawn.",
            count=len(text),
            most=LONGEST_TEXT,
        )
    letters = open_font(ctx.places.base / font if font else None, font, size)
    if absent := missing_letters(letters, text):
        ctx.say("The font has no shape for {letters}; choose a font file that has them.", letters=absent[:40])
    height, width = image.shape[1:3]
    lines = wrapped(text, letters, max(width - 2 * abs(x), 1)) if wrap else text
    inside, whole = text_masks((width, height), lines, letters, place, (x, y), align, spacing, outline)
    paint = torch.lerp(torch.tensor(rgb(outline_color)), torch.tensor(rgb(color)), inside[..., None])
    return Image(within_mask(image, inked(image, whole, paint, opacity), mask))


@node(
    "ImageBoxes",
    title="Boxes and labels",
    category=CATEGORY,
    keywords=("rectangle", "annotate", "detection", "bounding box", "draw", "frame"),
    size="image",
)
def image_boxes(
    ctx: Context,
    image: Annotated[Image, Help("The picture to draw on.")],
    *,
    boxes: Annotated[
        str,
        Multiline(),
        Help("One box a line, in pixels: x, y, width, height, label. The label may be left out."),
    ] = "32, 32, 128, 96, label",
    color: Annotated[
        str, Color(), Help("The colour of lines and of the labels' ground, as #rrggbb.")
    ] = "#ffb000",
    line: Annotated[
        int, Range(0, 100), Help("The width of the lines in pixels; they lie inside the box.")
    ] = 3,
    fill: Annotated[float, Opacity, Help("How much of the colour fills the boxes.")] = 0.0,
    text_color: Annotated[
        str, Color(), Advanced(), Help("The colour of the labels' letters, as #rrggbb.")
    ] = "#000000",
    size: Annotated[int, FontSize, Advanced(), Help("The height of the letters in pixels.")] = 18,
    font: Font = "",
) -> Image:
    """Draw rectangles with labels: to mark what is meant, or what a detector has found."""
    letters = open_font(ctx.places.base / font if font else None, font, size)
    lines, insides, words = box_masks((image.shape[2], image.shape[1]), parse_boxes(boxes), line, letters)
    result = inked(image, insides, torch.tensor(rgb(color)), fill)
    result = inked(result, lines, torch.tensor(rgb(color)), 1.0)
    return Image(inked(result, words, torch.tensor(rgb(text_color)), 1.0).contiguous())
