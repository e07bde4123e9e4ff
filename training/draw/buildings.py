"""House, castle and lighthouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.draw.palette import CREAM, INK, SHADE, WHITE, WOOD, Rgb, mix
from training.draw.shapes import box, ellipse, polygon

if TYPE_CHECKING:
    from training.draw.brush import Brush
    from training.draw.palette import Tones

LAMP: Rgb = (255, 226, 130)
GLASS: Rgb = (210, 236, 246)


def house(brush: Brush, tone: Tones, light: str) -> None:
    """Walls in the colour under a deeper roof, with a chimney, a door and two windows."""
    brick = mix(tone.deep, WOOD, 0.35)
    brush.fill(box(0.2, -0.98, 0.34, -0.6), brick, mix(brick, SHADE, 0.3))
    brush.fill(box(-0.42, -0.58, 0.42, 0.0, 0.03), tone.light, tone.main)
    brush.fill(polygon((-0.54, -0.52), (-0.02, -1.0), (0.54, -0.52)), tone.dark, tone.deep)
    brush.fill(box(-0.1, -0.34, 0.12, 0.0, 0.05), WOOD, mix(WOOD, INK, 0.25))
    brush.fill(ellipse(0.075, -0.16, 0.02), (252, 207, 58))
    for x in (-0.24, 0.27):
        _window(brush, x, -0.3, light)


def castle(brush: Brush, tone: Tones, light: str) -> None:
    """A wall with a gate between two towers with pointed roofs, and a keep behind."""
    brush.fill(box(-0.16, -0.78, 0.16, -0.3), tone.dark, tone.deep)
    brush.fill(polygon((-0.22, -0.76), (0.0, -1.06), (0.22, -0.76)), tone.deep, mix(tone.deep, SHADE, 0.4))
    brush.fill(box(-0.34, -0.46, 0.34, 0.0), tone.light, tone.main)
    for x in (-0.24, -0.08, 0.08, 0.24):
        brush.fill(box(x - 0.05, -0.53, x + 0.05, -0.44), tone.light, tone.main)
    for x in (-0.36, 0.36):
        brush.fill(box(x - 0.14, -0.66, x + 0.14, 0.0, 0.02), tone.light, tone.dark)
        brush.fill(polygon((x - 0.19, -0.64), (x, -0.96), (x + 0.19, -0.64)), tone.dark, tone.deep)
        _window(brush, x, -0.42, light, 0.05)
    brush.fill(box(-0.12, -0.28, 0.12, 0.0, 0.1), mix(tone.deep, SHADE, 0.55), mix(tone.deep, SHADE, 0.75))


def lighthouse(brush: Brush, tone: Tones, light: str) -> None:
    """A tapered tower in stripes of the colour and white, a lamp under a dome on top."""
    pale = mix(WHITE, SHADE, 0.2) if min(tone.main) > 200 else mix(CREAM, WHITE, 0.5)
    rows = 5
    for row in range(rows):
        top, bottom = -0.74 + 0.74 * row / rows, -0.74 + 0.74 * (row + 1) / rows
        upper, lower = (0.17 + 0.13 * (0.74 + y) / 0.74 for y in (top, bottom))
        stripe = polygon((-upper, top), (upper, top), (lower, bottom), (-lower, bottom))
        light_side, dark_side = (tone.light, tone.dark) if row % 2 == 0 else (pale, mix(pale, SHADE, 0.25))
        brush.fill(stripe, light_side, dark_side)
    lit = light in ("night", "sunset", "rain")
    brush.fill(box(-0.22, -0.77, 0.22, -0.72), mix(INK, tone.deep, 0.3))
    brush.fill(box(-0.12, -0.9, 0.12, -0.77), LAMP if lit else GLASS, LAMP if lit else mix(GLASS, INK, 0.2))
    brush.fill(polygon((-0.17, -0.89), (0.0, -1.06), (0.17, -0.89)), tone.dark, tone.deep)
    brush.fill(box(-0.07, -0.17, 0.07, 0.0, 0.06), mix(tone.deep, SHADE, 0.6))


def _window(brush: Brush, x: float, y: float, light: str, half: float = 0.085) -> None:
    glass = LAMP if light in ("night", "sunset") else mix(GLASS, CREAM, 0.2)
    brush.fill(box(x - half, y - half, x + half, y + half * 1.1, 0.03), glass, mix(glass, WOOD, 0.15))
    if half > 0.06:
        brush.fill(box(x - 0.012, y - half, x + 0.012, y + half * 1.1), mix(WOOD, CREAM, 0.1))
        brush.fill(box(x - half, y - 0.012, x + half, y + 0.012), mix(WOOD, CREAM, 0.1))
