"""Tree, flower and mushroom."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from training.draw.palette import CREAM, LEAF, SHADE, WHITE, WOOD, Rgb, mix
from training.draw.shapes import box, curve, ellipse, joined

if TYPE_CHECKING:
    from training.draw.brush import Brush
    from training.draw.palette import Tones


def tree(brush: Brush, tone: Tones, light: str) -> None:
    """A round crown in the colour on a brown trunk."""
    trunk = mix(WOOD, (40, 26, 30), 0.25)
    brush.fill(box(-0.085, -0.5, 0.085, 0.0, 0.03), trunk, mix(trunk, SHADE, 0.3))
    crown = joined(ellipse(0.0, -0.72, 0.3), ellipse(-0.25, -0.5, 0.22), ellipse(0.25, -0.5, 0.22))
    brush.fill(crown, tone.main, tone.dark)
    brush.fill(ellipse(-0.1, -0.76, 0.15, 0.13), tone.light, alpha=0.55)


def flower(brush: Brush, tone: Tones, light: str) -> None:
    """Six petals in the colour about a warm middle, on a stem with two leaves."""
    brush.fill(box(-0.03, -0.6, 0.03, 0.0), LEAF)
    for side in (-1, 1):
        leaf = curve(
            (0.0, -0.06),
            ((side * 0.08, -0.3), (side * 0.26, -0.34), (side * 0.34, -0.3)),
            ((side * 0.3, -0.14), (side * 0.16, -0.04), (0.0, -0.06)),
        )
        brush.fill(leaf, LEAF, mix(LEAF, (30, 60, 80), 0.25))
    for index in range(6):
        angle = math.pi * index / 3
        petal = ellipse(0.24 * math.sin(angle), -0.68 - 0.24 * math.cos(angle), 0.155)
        brush.fill(petal, tone.light, tone.main)
    middle = _middle_of(tone)
    brush.fill(ellipse(0.0, -0.68, 0.17), middle, mix(middle, WOOD, 0.3))


def mushroom(brush: Brush, tone: Tones, light: str) -> None:
    """A cap in the colour with pale dots on a cream stalk."""
    stalk = curve(
        (-0.13, -0.5),
        ((-0.1, -0.3), (-0.2, -0.04), (-0.17, 0.0)),
        ((-0.1, 0.02), (0.1, 0.02), (0.17, 0.0)),
        ((0.2, -0.04), (0.1, -0.3), (0.13, -0.5)),
    )
    brush.fill(stalk, mix(CREAM, WHITE, 0.3), mix(CREAM, WOOD, 0.3))
    cap = curve(
        (-0.48, -0.46),
        ((-0.5, -0.84), (-0.2, -1.0), (0.0, -1.0)),
        ((0.2, -1.0), (0.5, -0.84), (0.48, -0.46)),
        ((0.3, -0.36), (-0.3, -0.36), (-0.48, -0.46)),
    )
    brush.fill(cap, tone.light, tone.dark)
    pale = mix(tone.main, SHADE, 0.22) if min(tone.main) > 200 else mix(tone.light, WHITE, 0.75)
    for x, y, radius in (
        (-0.24, -0.62, 0.085),
        (0.04, -0.8, 0.095),
        (0.27, -0.58, 0.075),
        (0.0, -0.53, 0.055),
    ):
        brush.fill(ellipse(x, y, radius, radius * 0.85), pale)


def _middle_of(tone: Tones) -> Rgb:
    red, green, blue = tone.main
    warm = red > 200 and green > 120 and blue < 110
    return (136, 76, 44) if warm else (255, 206, 84)
