"""Text, boxes and labels drawn on pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy
import torch
from torch import Tensor

from nodegraph import GraphError, LoadError
from nodes.images.light import colour_and_alpha

if TYPE_CHECKING:
    import PIL.ImageFont

PLACES = (
    "top left", "top", "top right", "left", "middle", "right", "bottom left", "bottom", "bottom right",
)  # fmt: skip
BUILT_IN = Path(__file__).with_name("fonts") / "Inter-SemiBold.otf"
"""Inter by Rasmus Andersson, under the SIL Open Font License: Latin, Cyrillic and Greek."""

ALIGNMENTS = ("left", "center", "right")
LONGEST_TEXT = 20_000
MOST_FONT_BYTES = 2**26
MOST_BOXES = 1000


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels with a label, which may be empty."""

    x: float
    y: float
    width: float
    height: float
    label: str = ""


def open_font(path: Path | None, name: str, size: int) -> PIL.ImageFont.FreeTypeFont:
    """A font file at a size in pixels; None is BUILT_IN. Raises LoadError with a sentence that calls it `name`."""
    import PIL.ImageFont

    path = path or BUILT_IN
    try:
        if path.stat().st_size > MOST_FONT_BYTES:
            raise LoadError(
                "The font {name!r} is larger than {most} megabytes; choose another.",
                name=name,
                most=MOST_FONT_BYTES >> 20,
            )
        return PIL.ImageFont.truetype(str(path), size)
    except OSError as error:
        raise LoadError(
            "{name!r} cannot be read as a font ({error}); choose a TrueType or OpenType file (.ttf, .otf).",
            name=name,
            error=error,
        ) from None


def missing_letters(font: PIL.ImageFont.FreeTypeFont, text: str) -> str:
    """The letters of a text that a font has no shape for, each once."""
    absent = bytes(font.getmask("\U0010fffd"))
    letters = dict.fromkeys(letter for letter in text if not letter.isspace())
    return "".join(letter for letter in letters if bytes(font.getmask(letter)) == absent)


def wrapped(text: str, font: PIL.ImageFont.FreeTypeFont, width: float) -> str:
    """The text with line breaks between words so that each line is at most `width` pixels; longer words are broken."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            wider = f"{line} {word}" if line else word
            if not line or font.getlength(wider) <= width:
                line = wider
            else:
                lines.append(line)
                line = word
            while len(line) > 1 and font.getlength(line) > width:
                kept = _fitting(line, font, width)
                lines.append(line[:kept])
                line = line[kept:]
        lines.append(line)
    return "\n".join(lines)


def _fitting(line: str, font: PIL.ImageFont.FreeTypeFont, width: float) -> int:
    """How many letters of a line fit; at least one."""
    low, high = 1, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if font.getlength(line[:middle]) <= width else (low, middle - 1)
    return low


def text_masks(
    size: tuple[int, int],
    text: str,
    font: PIL.ImageFont.FreeTypeFont,
    place: str,
    margin: tuple[int, int],
    align: str,
    spacing: float,
    outline: int,
) -> tuple[Tensor, Tensor]:
    """Where the letters are and where letters and their outline are, `[H, W]` each, in a picture of width and height.

    `place` is one of PLACES, `margin` the distance from that edge in x and y; in the middle it moves to the right and
    down. `spacing` is the distance of lines in font sizes.
    """
    import PIL.Image
    import PIL.ImageDraw

    width, height = size
    gap = round((spacing - 1) * font.size)
    options = {"font": font, "align": align, "spacing": gap}
    probe = PIL.ImageDraw.Draw(PIL.Image.new("L", (1, 1)))
    left, top, right, bottom = probe.multiline_textbbox((0, 0), text, stroke_width=outline, **options)  # type: ignore[arg-type]
    row, column = _row_and_column(place)
    x = (margin[0], (width - (right - left)) / 2 + margin[0], width - (right - left) - margin[0])[
        column
    ] - left
    y = (margin[1], (height - (bottom - top)) / 2 + margin[1], height - (bottom - top) - margin[1])[row] - top
    found = []
    for stroke in (0, outline):
        canvas = PIL.Image.new("L", (width, height))
        PIL.ImageDraw.Draw(canvas).multiline_text((x, y), text, fill=255, stroke_width=stroke, **options)  # type: ignore[arg-type]
        found.append(torch.from_numpy(numpy.array(canvas, dtype=numpy.float32) / 255))
    return found[0], found[1]


def _row_and_column(place: str) -> tuple[int, int]:
    return divmod(PLACES.index(place), 3)


def inked(image: Tensor, mask: Tensor, paint: Tensor, opacity: float) -> Tensor:
    """A picture `[B, H, W, C]` with `paint`, a colour `[3]` or one for each pixel `[H, W, 3]`, laid over it where a
    mask `[H, W]` is white; where the picture has alpha, that rises there too."""
    colour, alpha = colour_and_alpha(image)
    share = (mask * opacity)[None, ..., None]
    if alpha is None:
        return torch.lerp(colour, paint.expand_as(colour), share.expand_as(colour))
    whole = share + alpha * (1 - share)
    mixed = (share * paint + alpha * (1 - share) * colour) / whole.clamp(min=1e-6)
    return torch.cat([torch.where(whole > 1e-6, mixed, colour), whole], dim=-1)


def parse_boxes(text: str) -> list[Box]:
    """Boxes from lines "x, y, width, height, label", in pixels; the label may be left out. Raises GraphError."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        parts = [part.strip() for part in line.split(",", 4)]
        try:
            x, y, width, height = (float(part) for part in parts[:4])
        except ValueError:
            x = y = width = height = float("nan")
        if not (abs(x) <= 1e6 and abs(y) <= 1e6 and 0 < width <= 1e6 and 0 < height <= 1e6):
            raise GraphError(
                "Line {number} of the boxes is {line!r}; write x, y, width, height and a label, as in "
                "10, 20, 100, 80, house.",
                number=number,
                line=line[:60],
            )
        found.append(Box(x, y, width, height, parts[4][:200] if len(parts) > 4 else ""))
    if len(found) > MOST_BOXES:
        raise GraphError(
            "There are {count} boxes; {most} are the most that are drawn at once.",
            count=len(found),
            most=MOST_BOXES,
        )
    return found


def box_masks(
    size: tuple[int, int], boxes: list[Box], line: int, font: PIL.ImageFont.FreeTypeFont
) -> tuple[Tensor, Tensor, Tensor]:
    """Where the lines with the labels' grounds, the insides and the labels' letters are, `[H, W]` each."""
    import PIL.Image
    import PIL.ImageDraw

    canvases = [PIL.Image.new("L", size) for _ in range(3)]
    lines, insides, letters = (PIL.ImageDraw.Draw(canvas) for canvas in canvases)
    for box in boxes:
        edges = (round(box.x), round(box.y), round(box.x + box.width) - 1, round(box.y + box.height) - 1)
        if edges[2] < edges[0] or edges[3] < edges[1]:
            continue
        insides.rectangle(edges, fill=255)
        if line:
            lines.rectangle(edges, outline=255, width=line)
        if box.label:
            pad = max(font.size // 5, 1)
            ascent, descent = font.getmetrics()
            high, wide = ascent + descent + 2 * pad, round(font.getlength(box.label)) + 2 * pad
            # Above the box where there is room, inside it otherwise.
            top = edges[1] - high if edges[1] >= high else edges[1]
            left = max(0, min(edges[0], size[0] - wide))
            lines.rectangle((left, top, left + wide - 1, top + high - 1), fill=255)
            letters.text((left + pad, top + pad), box.label, fill=255, font=font)
    found = [torch.from_numpy(numpy.array(canvas, dtype=numpy.float32) / 255) for canvas in canvases]
    return found[0], found[1], found[2]
