"""House and castle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.draw.palette import CREAM, SHADE, WOOD, Rgb, mix
from training.draw.shapes import box, polygon

if TYPE_CHECKING:
    from training.draw.brush import Brush
    from training.draw.palette import Tones

LAMP: Rgb = (255, 226, 130)
GLASS: Rgb = (210, 236, 246)


def house(brush: Brush, tone: Tones, light: str) -> None:
    """Walls in the colour under a deeper roof, with a chimney, a door and two windows."""
    brush.fill(box(0.2, -0.98, 0.34, -0.6), mix(tone.deep, WOOD, 0.35))
    brush.fill(box(-0.42, -0.58, 0.42, 0.0, 0.03), tone.light, tone.main)
    brush.fill(polygon((-0.54, -0.52), (-0.02, -1.0), (0.54, -0.52)), tone.dark, tone.deep)
    brush.fill(box(-0.1, -0.34, 0.12, 0.0, 0.05), WOOD)
    for x in (-0.24, 0.27):
        _window(brush, x, -0.3, light)


def castle(brush: Brush, tone: Tones, light: str) -> None:
    """A wall with a gate between two towers with pointed roofs, and a keep behind."""
    brush.fill(box(-0.16, -0.78, 0.16, -0.3), tone.dark)
    brush.fill(polygon((-0.22, -0.76), (0.0, -1.06), (0.22, -0.76)), tone.deep)
    brush.fill(box(-0.34, -0.46, 0.34, 0.0), tone.light, tone.main)
    for x in (-0.24, -0.08, 0.08, 0.24):
        brush.fill(box(x - 0.05, -0.53, x + 0.05, -0.44), tone.light)
    for x in (-0.36, 0.36):
        brush.fill(box(x - 0.14, -0.66, x + 0.14, 0.0, 0.02), tone.light, tone.dark)
        brush.fill(polygon((x - 0.19, -0.64), (x, -0.96), (x + 0.19, -0.64)), tone.dark, tone.deep)
        _window(brush, x, -0.42, light, 0.05)
    brush.fill(box(-0.12, -0.28, 0.12, 0.0, 0.1), mix(tone.deep, SHADE, 0.55))


def _window(brush: Brush, x: float, y: float, light: str, half: float = 0.085) -> None:
    glass = LAMP if light in ("night", "sunset") else mix(GLASS, CREAM, 0.2)
    brush.fill(box(x - half, y - half, x + half, y + half * 1.1, 0.03), glass)
