"""Tokens drawn as chips in rows, one block for each chunk."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nodes.images.convert import from_pil
from nodes.text.token_view import ROOM, Seen

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from torch import Tensor

SHARPER = 2
GROUND, INK, FAINT, TITLE = "#16181d", "#f0f3f8", "#8a93a3", "#aab2c0"
QUIET, PLAIN, LOUD = (58, 96, 150), (52, 58, 70), (196, 120, 36)
EDGE, GAP, ROW, HEAD = 16, 4, 30, 30
MOST_CHUNKS = 40
"""More chunks than this are counted but not drawn."""


def chips(chunks: Sequence[Sequence[Seen]], width: int) -> Tensor:
    """A picture `[1, H, width, 3]`: louder tokens are amber, quieter ones blue; chips that touch are one word."""
    import PIL.Image
    import PIL.ImageDraw
    import PIL.ImageFont

    font = PIL.ImageFont.load_default(15 * SHARPER)
    small = PIL.ImageFont.load_default(12 * SHARPER)
    probe = PIL.ImageDraw.Draw(PIL.Image.new("RGB", (1, 1)))
    shown = chunks[:MOST_CHUNKS]
    rows = [_rows(probe, chunk, font, width) for chunk in shown]
    height = sum(HEAD + max(len(lines), 1) * (ROW + GAP) + EDGE for lines in rows) + EDGE
    picture = PIL.Image.new("RGB", (width * SHARPER, height * SHARPER), GROUND)
    draw = PIL.ImageDraw.Draw(picture)
    y = EDGE
    for number, (chunk, lines) in enumerate(zip(shown, rows, strict=True), 1):
        title = f"chunk {number} of {len(chunks)}     {len(chunk)} of {ROOM} tokens"
        draw.text((EDGE * SHARPER, y * SHARPER), title, fill=TITLE, font=small)
        y += HEAD
        for line in lines:
            for x, wide, token in line:
                _chip(draw, x, y, wide, token, font, small)
            y += ROW + GAP
        y += EDGE + (ROW + GAP if not lines else 0)
    return from_pil(picture.resize((width, height), PIL.Image.Resampling.BOX))[None]


def _rows(
    draw: ImageDraw, chunk: Sequence[Seen], font: object, width: int
) -> list[list[tuple[float, float, Seen]]]:
    """Each token's left edge and width, broken into lines."""
    lines: list[list[tuple[float, float, Seen]]] = []
    x = float(EDGE)
    for token in chunk:
        label = draw.textlength(_label(token), font=font) / SHARPER  # type: ignore[arg-type]  # a PIL font
        wide = label + 12 + (28 if token.weight != 1 else 0)
        if not lines or x + wide > width - EDGE:
            lines.append([])
            x = float(EDGE)
        lines[-1].append((x, wide, token))
        x += wide + (GAP + 3 if token.ends_word else 1)
    return lines


def _label(token: Seen) -> str:
    return token.text[:60] or " "


def _chip(draw: ImageDraw, x: float, y: float, wide: float, token: Seen, font: object, small: object) -> None:
    box = [x * SHARPER, y * SHARPER, (x + wide) * SHARPER, (y + ROW - 4) * SHARPER]
    draw.rounded_rectangle(box, radius=5 * SHARPER, fill=colour(token.weight))
    middle = (y + (ROW - 4) / 2) * SHARPER
    draw.text(((x + 6) * SHARPER, middle), _label(token), fill=INK, font=font, anchor="lm")  # type: ignore[arg-type]
    if token.weight != 1:
        text = f"{token.weight:.2f}"
        draw.text(((x + wide - 4) * SHARPER, middle), text, fill=INK, font=small, anchor="rm")  # type: ignore[arg-type]


def colour(weight: float) -> tuple[int, int, int]:
    """From blue over grey to amber; a weight of 1.5 or 0.5 is at the end."""
    share = min(abs(math.log(max(weight, 0.05))) / math.log(1.6), 1.0)
    goal = LOUD if weight > 1 else QUIET
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(PLAIN, goal, strict=True))
    return red, green, blue
