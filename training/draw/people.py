"""A person and a robot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.draw.palette import CREAM, INK, WHITE, WOOD, Rgb, mix
from training.draw.shapes import box, curve, ellipse

if TYPE_CHECKING:
    from training.draw.brush import Brush
    from training.draw.palette import Tones

SKIN: Rgb = (240, 190, 150)
METAL: Rgb = (176, 186, 198)
CHEEK: Rgb = (236, 130, 120)


def person(brush: Brush, tone: Tones, light: str) -> None:
    """A person in a coat of the colour, one arm raised in greeting."""
    for side in (-1, 1):
        brush.fill(
            box(side * 0.1 - 0.055, -0.24, side * 0.1 + 0.055, -0.02, 0.03), (70, 74, 104), (52, 54, 84)
        )
        brush.fill(ellipse(side * 0.12, -0.025, 0.09, 0.04), INK)
    raised = curve((0.16, -0.52), ((0.26, -0.56), (0.32, -0.68), (0.34, -0.8)), closed=False)
    hanging = curve((-0.16, -0.52), ((-0.26, -0.46), (-0.3, -0.38), (-0.3, -0.3)), closed=False)
    for arm, hand in ((raised, (0.345, -0.83)), (hanging, (-0.3, -0.27))):
        brush.fill(ellipse(*hand, 0.06), SKIN)
        brush.line(arm, tone.dark, 0.11)
    coat = curve(
        (0.0, -0.62),
        ((0.18, -0.62), (0.22, -0.4), (0.28, -0.18)),
        ((0.1, -0.12), (-0.1, -0.12), (-0.28, -0.18)),
        ((-0.22, -0.4), (-0.18, -0.62), (0.0, -0.62)),
    )
    brush.fill(coat, tone.light, tone.dark)
    brush.fill(ellipse(0.0, -0.86, 0.2, 0.17), WOOD, mix(WOOD, INK, 0.3))
    brush.fill(ellipse(0.0, -0.79, 0.17, 0.175), SKIN, mix(SKIN, WOOD, 0.15))
    fringe = curve(
        (-0.17, -0.82),
        ((-0.16, -1.02), (0.16, -1.02), (0.17, -0.82)),
        ((0.06, -0.9), (-0.08, -0.9), (-0.17, -0.82)),
    )
    brush.fill(fringe, WOOD, mix(WOOD, INK, 0.3))
    for side in (-1, 1):
        brush.fill(ellipse(side * 0.07, -0.79, 0.024, 0.032), INK)
        brush.fill(ellipse(side * 0.11, -0.73, 0.032, 0.022), CHEEK, alpha=0.7)
    brush.line(
        curve((-0.05, -0.72), ((-0.03, -0.68), (0.03, -0.68), (0.05, -0.72)), closed=False), INK, 0.022
    )


def robot(brush: Brush, tone: Tones, light: str) -> None:
    """A boxy robot with an antenna, round eyes and a panel on its chest."""
    for side in (-1, 1):
        brush.fill(box(side * 0.13 - 0.06, -0.2, side * 0.13 + 0.06, -0.03), METAL, mix(METAL, INK, 0.35))
        brush.fill(box(side * 0.15 - 0.11, -0.07, side * 0.15 + 0.11, 0.0, 0.03), tone.dark, tone.deep)
        brush.fill(
            box(side * 0.35 - 0.06, -0.5, side * 0.35 + 0.06, -0.22, 0.05), METAL, mix(METAL, INK, 0.35)
        )
        brush.fill(ellipse(side * 0.35, -0.2, 0.075), tone.dark, tone.deep)
    brush.fill(box(-0.29, -0.56, 0.29, -0.14, 0.06), tone.light, tone.dark)
    brush.fill(box(-0.15, -0.46, 0.15, -0.26, 0.03), CREAM, mix(CREAM, METAL, 0.5))
    for x, lamp in ((-0.07, (236, 92, 84)), (0.07, (84, 190, 120))):
        brush.fill(ellipse(x, -0.36, 0.04), lamp)
    brush.fill(box(-0.02, -1.0, 0.02, -0.86), METAL)
    brush.fill(ellipse(0.0, -1.0, 0.055), (252, 207, 58), (240, 150, 50))
    brush.fill(box(-0.26, -0.9, 0.26, -0.58, 0.09), tone.light, tone.main)
    brush.fill(box(-0.2, -0.84, 0.2, -0.65, 0.07), mix(INK, tone.deep, 0.2))
    for side in (-1, 1):
        brush.fill(ellipse(side * 0.09, -0.76, 0.05), (150, 236, 240))
        brush.fill(ellipse(side * 0.09 + 0.015, -0.775, 0.018), WHITE)
    brush.line(
        curve((-0.05, -0.69), ((-0.03, -0.67), (0.03, -0.67), (0.05, -0.69)), closed=False),
        (150, 236, 240),
        0.02,
    )
