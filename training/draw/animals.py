"""Cat, dog, fish and bird, each with a face."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.draw.palette import INK, WHITE, Rgb, mix
from training.draw.shapes import curve, ellipse, joined, polygon, turned

if TYPE_CHECKING:
    from training.draw.brush import Brush
    from training.draw.palette import Tones

BEAK: Rgb = (250, 160, 52)
NOSE: Rgb = (240, 128, 140)
CHEEK: Rgb = (246, 140, 136)


def cat(brush: Brush, tone: Tones, light: str) -> None:
    """A sitting cat with pointed ears, whiskers, and its tail curled up beside it."""
    tail = curve((0.18, -0.08), ((0.66, 0.02), (0.54, -0.34), (0.42, -0.46)), closed=False)
    brush.line(tail, tone.dark, 0.11)
    body = curve(
        (0.0, -0.56),
        ((0.3, -0.5), (0.36, -0.02), (0.26, 0.0)),
        ((0.1, 0.0), (-0.1, 0.0), (-0.26, 0.0)),
        ((-0.36, -0.02), (-0.3, -0.5), (0.0, -0.56)),
    )
    brush.fill(body, tone.main, tone.dark)
    brush.fill(ellipse(0.0, -0.2, 0.13, 0.17), mix(tone.light, WHITE, 0.35), alpha=0.9)
    head = joined(
        ellipse(0.0, -0.68, 0.32, 0.26),
        polygon((-0.31, -0.7), (-0.29, -1.06), (-0.06, -0.9)),
        polygon((0.31, -0.7), (0.29, -1.06), (0.06, -0.9)),
    )
    brush.fill(head, tone.light, tone.main)
    for side in (-1, 1):
        brush.fill(polygon((side * 0.26, -0.86), (side * 0.25, -0.98), (side * 0.14, -0.9)), NOSE, alpha=0.85)
    _face(brush, 0.0, -0.68, 0.13, tone)
    for side in (-1, 1):
        for rise in (-0.05, 0.03):
            whisker = (
                (side * 0.2, -0.58 + rise * 0.4),
                (side * 0.3, -0.58 + rise),
                (side * 0.4, -0.59 + rise),
            )
            brush.line(curve((side * 0.16, -0.59), whisker, closed=False), _line_on(tone), 0.014)


def dog(brush: Brush, tone: Tones, light: str) -> None:
    """A sitting dog with hanging ears, a pale muzzle and its tongue out."""
    tail = curve((0.22, -0.16), ((0.36, -0.18), (0.46, -0.3), (0.44, -0.44)), closed=False)
    brush.line(tail, tone.dark, 0.1)
    body = curve(
        (0.0, -0.58),
        ((0.24, -0.56), (0.38, -0.04), (0.3, 0.0)),
        ((0.1, 0.0), (-0.1, 0.0), (-0.3, 0.0)),
        ((-0.38, -0.04), (-0.24, -0.56), (0.0, -0.58)),
    )
    brush.fill(body, tone.main, tone.dark)
    for side in (-1, 1):
        brush.fill(ellipse(side * 0.14, -0.05, 0.12, 0.065), tone.light, tone.main)
    brush.fill(ellipse(0.0, -0.72, 0.28, 0.27), tone.light, tone.main)
    muzzle = mix(tone.light, WHITE, 0.55)
    brush.fill(curve((-0.05, -0.52), ((-0.04, -0.38), (0.04, -0.38), (0.05, -0.52))), (236, 96, 110))
    brush.fill(ellipse(0.0, -0.6, 0.17, 0.12), muzzle)
    brush.fill(ellipse(0.0, -0.66, 0.065, 0.045), INK)
    for side in (-1, 1):
        ear = curve(
            (side * 0.16, -0.95),
            ((side * 0.36, -0.98), (side * 0.44, -0.66), (side * 0.34, -0.52)),
            ((side * 0.24, -0.54), (side * 0.24, -0.76), (side * 0.16, -0.95)),
        )
        brush.fill(ear, tone.dark, tone.deep)
        _eye(brush, side * 0.11, -0.78, 0.055, tone)


def fish(brush: Brush, tone: Tones, light: str) -> None:
    """A round fish with a fan of a tail, looking left with a smile."""
    brush.fill(polygon((0.2, -0.5), (0.54, -0.82), (0.46, -0.5), (0.54, -0.18)), tone.dark, tone.deep)
    brush.fill(curve((-0.14, -0.72), ((0.0, -1.0), (0.18, -0.96), (0.22, -0.66))), tone.dark, tone.deep)
    brush.fill(ellipse(-0.1, -0.5, 0.4, 0.3), tone.light, tone.main)
    brush.fill(curve((-0.02, -0.44), ((0.2, -0.5), (0.22, -0.3), (0.1, -0.24))), tone.dark, tone.deep)
    brush.fill(ellipse(-0.25, -0.42, 0.05, 0.03), CHEEK, alpha=0.8)
    mouth = curve((-0.46, -0.45), ((-0.42, -0.4), (-0.38, -0.4), (-0.35, -0.43)), closed=False)
    brush.line(mouth, _line_on(tone), 0.025)
    _eye(brush, -0.29, -0.57, 0.085, tone)


def bird(brush: Brush, tone: Tones, light: str) -> None:
    """A plump bird in flight, one wing up."""
    brush.fill(polygon((-0.54, -0.62), (-0.2, -0.5), (-0.2, -0.28), (-0.52, -0.42)), tone.dark, tone.deep)
    brush.fill(polygon((0.36, -0.64), (0.6, -0.53), (0.36, -0.43)), BEAK, mix(BEAK, (190, 90, 40), 0.4))
    body = joined(ellipse(-0.02, -0.4, 0.33, 0.23), ellipse(0.24, -0.54, 0.2))
    brush.fill(body, tone.light, tone.main)
    wing = curve(
        (-0.22, -0.42),
        ((-0.3, -0.74), (-0.2, -0.98), (-0.08, -1.0)),
        ((0.12, -0.8), (0.16, -0.5), (0.1, -0.36)),
    )
    brush.fill(turned(wing, -8, 0.0, -0.4), tone.dark, tone.deep)
    brush.fill(ellipse(0.24, -0.45, 0.045, 0.03), CHEEK, alpha=0.7)
    _eye(brush, 0.29, -0.58, 0.065, tone)


def _face(brush: Brush, x: float, y: float, apart: float, tone: Tones) -> None:
    """Two eyes, a nose and a smile about a point."""
    for side in (-1, 1):
        _eye(brush, x + side * apart, y, 0.068, tone)
        brush.fill(ellipse(x + side * (apart + 0.07), y + 0.12, 0.045, 0.03), CHEEK, alpha=0.7)
    for side in (-1, 1):
        smile = ((x, y + 0.17), (x + side * 0.07, y + 0.18), (x + side * 0.08, y + 0.13))
        brush.line(curve((x, y + 0.12), smile, closed=False), _line_on(tone), 0.022)
    brush.fill(polygon((x - 0.04, y + 0.07), (x + 0.04, y + 0.07), (x, y + 0.115)), NOSE)


def _eye(brush: Brush, x: float, y: float, radius: float, tone: Tones) -> None:
    """A dark eye with a gleam, on white where the animal is dark."""
    if sum(tone.main) < 330:
        brush.fill(ellipse(x, y, radius * 1.15), WHITE)
    brush.fill(ellipse(x, y, radius * 0.8, radius), INK)
    brush.fill(ellipse(x + radius * 0.25, y - radius * 0.35, radius * 0.33), WHITE)


def _line_on(tone: Tones) -> Rgb:
    """A colour for thin lines that is seen on the animal."""
    return mix(tone.light, WHITE, 0.6) if sum(tone.main) < 330 else mix(tone.deep, INK, 0.6)
