"""Boat, car, balloon and bicycle."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from training.draw.palette import CREAM, INK, WOOD, Rgb, mix
from training.draw.shapes import box, curve, ellipse, polygon

if TYPE_CHECKING:
    from training.draw.brush import Brush
    from training.draw.palette import Tones

GLASS: Rgb = (204, 232, 244)


def boat(brush: Brush, tone: Tones, light: str) -> None:
    """A hull and a large sail in the colour, a cream jib between mast and bow."""
    brush.fill(box(-0.05, -1.0, 0.0, -0.26), WOOD)
    brush.fill(polygon((0.04, -0.98), (0.04, -0.34), (0.46, -0.34)), tone.light, tone.main)
    brush.fill(polygon((-0.09, -0.84), (-0.09, -0.34), (-0.4, -0.34)), CREAM, mix(CREAM, WOOD, 0.15))
    hull = curve(
        (-0.52, -0.27),
        ((-0.2, -0.25), (0.2, -0.25), (0.54, -0.29)),
        ((0.48, -0.1), (0.36, 0.0), (0.24, 0.0)),
        ((0.0, 0.0), (-0.2, 0.0), (-0.3, 0.0)),
        ((-0.42, -0.02), (-0.48, -0.14), (-0.52, -0.27)),
    )
    brush.fill(hull, tone.main, tone.dark)


def car(brush: Brush, tone: Tones, light: str) -> None:
    """A round little car, seen from its side."""
    cabin = curve((-0.34, -0.34), ((-0.26, -0.76), (0.16, -0.78), (0.26, -0.34)))
    brush.fill(cabin, tone.light, tone.main)
    glass = curve((-0.25, -0.36), ((-0.2, -0.65), (0.12, -0.66), (0.18, -0.36)))
    brush.fill(glass, GLASS, mix(GLASS, INK, 0.15))
    brush.fill(box(-0.07, -0.64, -0.01, -0.34), tone.main)
    brush.fill(box(-0.54, -0.4, 0.54, -0.12, 0.13), tone.main, tone.dark)
    brush.fill(ellipse(0.47, -0.29, 0.055), (255, 236, 160))
    for x in (-0.29, 0.29):
        brush.fill(ellipse(x, -0.13, 0.145), INK)
        brush.fill(ellipse(x, -0.13, 0.065), CREAM)


def bicycle(brush: Brush, tone: Tones, light: str) -> None:
    """A bicycle seen from its side: frame and mudguards in the colour."""
    for x in (-0.3, 0.3):
        brush.line(ellipse(x, -0.24, 0.22), INK, 0.05)
        for turn in range(4):
            dx, dy = 0.2 * math.cos(turn * math.pi / 4), 0.2 * math.sin(turn * math.pi / 4)
            brush.line(polygon((x - dx, -0.24 - dy), (x + dx, -0.24 + dy)), (150, 156, 172), 0.012)
        guard = curve(
            (x - 0.27, -0.24), ((x - 0.27, -0.6), (x + 0.27, -0.6), (x + 0.27, -0.24)), closed=False
        )
        brush.line(guard, tone.main, 0.05)
    for tube in (
        polygon((-0.3, -0.24), (-0.12, -0.66), (0.02, -0.24)),
        polygon((-0.12, -0.64), (0.2, -0.66), (0.02, -0.24)),
        curve((0.3, -0.24), ((0.28, -0.4), (0.2, -0.66), (0.17, -0.82)), closed=False),
    ):
        brush.line(tube, tone.dark, 0.085)
        brush.line(tube, tone.main, 0.06)
    brush.line(curve((0.17, -0.82), ((0.2, -0.86), (0.3, -0.86), (0.32, -0.8)), closed=False), INK, 0.05)
    brush.fill(box(-0.24, -0.76, -0.02, -0.68, 0.04), INK)
    brush.line(polygon((-0.12, -0.7), (-0.12, -0.66)), INK, 0.04)
    brush.fill(ellipse(0.02, -0.24, 0.06), (150, 156, 172), INK)


def balloon(brush: Brush, tone: Tones, light: str) -> None:
    """A hot-air balloon with a paler stripe and a basket."""
    brush.fill(
        polygon((-0.2, -0.42), (-0.11, -0.16), (0.11, -0.16), (0.2, -0.42)), mix(CREAM, WOOD, 0.5), alpha=0.55
    )
    brush.fill(box(-0.12, -0.2, 0.12, 0.0, 0.04), WOOD, mix(WOOD, INK, 0.3))
    envelope = curve(
        (0.0, -1.0),
        ((0.52, -1.0), (0.52, -0.56), (0.2, -0.34)),
        ((0.1, -0.28), (-0.1, -0.28), (-0.2, -0.34)),
        ((-0.52, -0.56), (-0.52, -1.0), (0.0, -1.0)),
    )
    brush.fill(envelope, tone.main, tone.dark)
    stripe = curve(
        (0.0, -1.0),
        ((0.22, -0.9), (0.2, -0.5), (0.07, -0.3)),
        ((0.03, -0.29), (-0.03, -0.29), (-0.07, -0.3)),
        ((-0.2, -0.5), (-0.22, -0.9), (0.0, -1.0)),
    )
    brush.fill(stripe, tone.light, mix(tone.light, tone.main, 0.4))
