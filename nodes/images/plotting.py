"""Curves drawn as pictures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nodegraph import GraphError
from nodes.images.convert import from_pil

if TYPE_CHECKING:
    from torch import Tensor

SHARPER = 2
"""Drawn this much larger and then reduced, so that lines are smooth."""

GROUND, GRID, LINE, DOT, INK = "#16181d", "#2b2f38", "#4c9be8", "#f2c14e", "#aab2c0"
FLOOR = 0.01
"""What a logarithmic scale shows in the place of 0."""


def curve(values: Sequence[float], width: int, height: int, *, logarithmic: bool = False) -> Tensor:
    """A picture `[1, H, W, 3]` of values over their places; raises GraphError where there are none to draw."""
    import PIL.Image
    import PIL.ImageDraw
    import PIL.ImageFont

    if not values or not all(map(math.isfinite, values)):
        raise GraphError("There are no sigmas to draw, or one is not a finite number.")
    size = (width * SHARPER, height * SHARPER)
    picture = PIL.Image.new("RGB", size, GROUND)
    draw = PIL.ImageDraw.Draw(picture)
    font = PIL.ImageFont.load_default(13 * SHARPER)
    left, right, top, bottom = 56 * SHARPER, size[0] - 20 * SHARPER, 20 * SHARPER, size[1] - 34 * SHARPER
    heights = [math.log10(max(value, FLOOR)) if logarithmic else value for value in values]
    low, high = _bounds(heights, logarithmic)

    def place(at: float, value: float) -> tuple[float, float]:
        x = left + (right - left) * (at / max(len(values) - 1, 1))
        return x, bottom - (bottom - top) * (value - low) / (high - low)

    for tick in _ticks(low, high, logarithmic):
        _, y = place(0, tick)
        draw.line([(left, y), (right, y)], fill=GRID, width=SHARPER)
        text = f"{10**tick:g}" if logarithmic else f"{tick:g}"
        draw.text((left - 8 * SHARPER, y), text, fill=INK, font=font, anchor="rm")
    for step in _places(len(values)):
        x, _ = place(step, low)
        draw.text((x, bottom + 8 * SHARPER), str(step), fill=INK, font=font, anchor="mt")
    points = [place(at, value) for at, value in enumerate(heights)]
    draw.line(points, fill=LINE, width=2 * SHARPER, joint="curve")
    radius = 3.5 * SHARPER
    for x, y in points:
        draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=DOT)
    return from_pil(picture.resize((width, height), PIL.Image.Resampling.BOX))[None]


def _bounds(values: Sequence[float], logarithmic: bool) -> tuple[float, float]:
    low, high = min(values), max(values)
    low = math.floor(low) if logarithmic else min(low, 0.0)
    high = math.ceil(high) if logarithmic else high
    return low, high if high > low else low + 1


def _ticks(low: float, high: float, logarithmic: bool) -> list[float]:
    """About five round numbers from low to high."""
    step = 1.0 if logarithmic else _round_step((high - low) / 5)
    first = math.ceil(low / step)
    return [at * step for at in range(first, math.floor(high / step + 1e-9) + 1)]


def _round_step(size: float) -> float:
    power = 10.0 ** math.floor(math.log10(size))
    return float(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= size * 0.999))


def _places(count: int) -> list[int]:
    stride = max(1, round(count / 10))
    return list(range(0, count, stride))
