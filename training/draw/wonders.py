"""Mountain and star."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.draw.palette import INK, Rgb, mix
from training.draw.shapes import curve, ellipse, polygon, rounded, star

if TYPE_CHECKING:
    from training.draw.brush import Brush
    from training.draw.palette import Tones

SNOW: Rgb = (250, 252, 255)
CHEEK: Rgb = (240, 130, 120)


def mountain(brush: Brush, tone: Tones, light: str) -> None:
    """A peak with a sunlit and a shaded side under a cap of snow."""
    brush.fill(polygon((-0.62, 0.0), (0.0, -1.0), (0.62, 0.0)), tone.light, tone.main)
    brush.fill(polygon((0.0, -1.0), (0.62, 0.0), (0.12, 0.0), (-0.06, -0.4)), tone.dark, tone.deep)
    cap = polygon((0.0, -1.0), (0.22, -0.65), (0.1, -0.7), (0.0, -0.58), (-0.1, -0.7), (-0.22, -0.65))
    brush.fill(cap, SNOW, mix(SNOW, (150, 170, 210), 0.3))


def big_star(brush: Brush, tone: Tones, light: str) -> None:
    """A star with a contented face."""
    brush.fill(rounded(star(0.0, -0.48, 0.46, 0.5), 0.07), tone.light, tone.dark)
    face = (255, 240, 200) if sum(tone.main) < 300 else INK
    for side in (-1, 1):
        brush.fill(ellipse(side * 0.12, -0.52, 0.045, 0.06), face)
        brush.fill(ellipse(side * 0.2, -0.41, 0.05, 0.035), CHEEK, alpha=0.8)
    brush.line(
        curve((-0.08, -0.41), ((-0.05, -0.34), (0.05, -0.34), (0.08, -0.41)), closed=False), face, 0.035
    )
