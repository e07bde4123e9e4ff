"""Cat, fish and bird."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.draw.palette import INK, WHITE, Rgb
from training.draw.shapes import curve, ellipse, joined, polygon, turned

if TYPE_CHECKING:
    from training.draw.brush import Brush
    from training.draw.palette import Tones

BEAK: Rgb = (250, 160, 52)
NOSE: Rgb = (240, 128, 140)


def cat(brush: Brush, tone: Tones, light: str) -> None:
    """A sitting cat with its tail curled up beside it."""
    tail = curve((0.18, -0.06), ((0.62, 0.04), (0.52, -0.34), (0.42, -0.46)), closed=False)
    brush.line(tail, tone.dark, 0.1)
    body = curve(
        (0.0, -0.56),
        ((0.3, -0.5), (0.36, -0.02), (0.26, 0.0)),
        ((0.1, 0.0), (-0.1, 0.0), (-0.26, 0.0)),
        ((-0.36, -0.02), (-0.3, -0.5), (0.0, -0.56)),
    )
    brush.fill(body, tone.main, tone.dark)
    head = joined(
        ellipse(0.0, -0.66, 0.29, 0.25),
        polygon((-0.28, -0.7), (-0.27, -1.02), (-0.06, -0.86)),
        polygon((0.28, -0.7), (0.27, -1.02), (0.06, -0.86)),
    )
    brush.fill(head, tone.light, tone.main)
    dark = sum(tone.main) < 330
    for x in (-0.11, 0.11):
        brush.fill(ellipse(x, -0.68, 0.048, 0.058), (255, 224, 110) if dark else INK)
    brush.fill(ellipse(0.0, -0.57, 0.045, 0.035), NOSE)


def fish(brush: Brush, tone: Tones, light: str) -> None:
    """A round fish with a fan of a tail, looking left."""
    brush.fill(polygon((0.2, -0.5), (0.52, -0.82), (0.46, -0.5), (0.52, -0.18)), tone.dark, tone.deep)
    brush.fill(curve((-0.14, -0.72), ((0.0, -1.0), (0.18, -0.96), (0.22, -0.66))), tone.dark)
    brush.fill(ellipse(-0.1, -0.5, 0.4, 0.29), tone.light, tone.main)
    brush.fill(curve((-0.02, -0.44), ((0.2, -0.5), (0.22, -0.3), (0.1, -0.24))), tone.dark)
    _eye(brush, -0.3, -0.56, 0.075)


def bird(brush: Brush, tone: Tones, light: str) -> None:
    """A plump bird in flight, one wing up."""
    brush.fill(polygon((-0.54, -0.62), (-0.2, -0.5), (-0.2, -0.28), (-0.52, -0.42)), tone.dark, tone.deep)
    brush.fill(polygon((0.36, -0.62), (0.58, -0.53), (0.36, -0.44)), BEAK)
    body = joined(ellipse(-0.02, -0.4, 0.32, 0.22), ellipse(0.24, -0.54, 0.18))
    brush.fill(body, tone.light, tone.main)
    wing = curve(
        (-0.22, -0.42),
        ((-0.3, -0.74), (-0.2, -0.98), (-0.08, -1.0)),
        ((0.12, -0.8), (0.16, -0.5), (0.1, -0.36)),
    )
    brush.fill(turned(wing, -8, 0.0, -0.4), tone.dark, tone.deep)
    _eye(brush, 0.28, -0.58, 0.055)


def _eye(brush: Brush, x: float, y: float, radius: float) -> None:
    brush.fill(ellipse(x, y, radius), WHITE)
    brush.fill(ellipse(x - radius * 0.1, y, radius * 0.62), INK)
