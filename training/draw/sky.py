"""Skies: gradient, sun or moon, clouds, stars, rain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.draw.frame import HORIZON, Frame
from training.draw.palette import SKY, WHITE, Rgb, mix
from training.draw.shapes import box, curve, ellipse, joined

if TYPE_CHECKING:
    import random

    from training.draw.brush import Brush


def sky(brush: Brush, light: str, rng: random.Random, frame: Frame) -> None:
    """The whole sky of a light, down to the horizon."""
    area = box(frame.left - 4, frame.top - 4, frame.right + 4, HORIZON + 6)
    brush.backdrop(area, SKY[light])
    x, y = frame.x, frame.y
    side = rng.choice((-1, 1))
    if light == "day":
        _glow(brush, x(64 + side * 46), y(18), 10, (255, 236, 150))
        _cloud(brush, x(64 - side * 34), y(24 + rng.uniform(-4, 4)), 1.0, WHITE, 0.85)
    elif light == "sunset":
        _glow(brush, x(64 + side * rng.uniform(20, 40)), HORIZON - 6, 17, (255, 232, 140))
        _cloud(brush, x(64 - side * 30), y(30), 0.9, (255, 150, 130), 0.5)
    elif light == "dawn":
        _glow(brush, x(64 + side * rng.uniform(24, 40)), HORIZON - 18, 11, (255, 250, 228))
        _cloud(brush, x(64 - side * 28), y(HORIZON - 26), 1.1, WHITE, 0.5)
    elif light == "night":
        _stars(brush, rng, frame)
        _moon(brush, x(64 + side * 44), y(20))
    else:
        _rain_clouds(brush, rng, frame)


def rain(brush: Brush, rng: random.Random, frame: Frame) -> None:
    """Slanted streaks over everything."""
    for column in range(round(frame.width / 26)):
        for row in range(round(frame.height / 42)):
            x = frame.left + 8 + column * 28 + rng.uniform(-8, 8)
            y = frame.top + 36 + row * 34 + rng.uniform(-9, 9)
            streak = curve((x, y), ((x, y), (x - 3, y + 10), (x - 3, y + 10)), closed=False)
            brush.line(streak, (206, 222, 238), 1.7)


def _glow(brush: Brush, x: float, y: float, radius: float, colour: Rgb) -> None:
    brush.fill(ellipse(x, y, radius * 1.9), colour, alpha=0.22)
    brush.fill(ellipse(x, y, radius), mix(colour, WHITE, 0.3), colour)


def _moon(brush: Brush, x: float, y: float) -> None:
    crescent = ellipse(x, y, 11.0).subtracted(ellipse(x + 6, y - 3, 9.5))
    brush.fill(ellipse(x, y, 19.0), (200, 206, 255), alpha=0.1)
    brush.fill(crescent, (255, 246, 210), (250, 226, 160))


def _stars(brush: Brush, rng: random.Random, frame: Frame) -> None:
    for column in range(5):
        x, y = frame.x(14 + column * 25 + rng.uniform(-8, 8)), frame.y(rng.uniform(8, 66))
        brush.fill(ellipse(x, y, rng.uniform(1.2, 1.7)), (255, 248, 220))


def _rain_clouds(brush: Brush, rng: random.Random, frame: Frame) -> None:
    shift = rng.uniform(-6, 6)
    for x, y, scale, colour in (
        (26, 8, 1.7, (84, 96, 118)),
        (100, 6, 1.8, (84, 96, 118)),
        (62, 10, 1.7, (104, 118, 140)),
    ):
        _cloud(brush, frame.x(x + shift), frame.top + y, scale, colour, 0.95)


def _cloud(brush: Brush, x: float, y: float, scale: float, colour: Rgb, alpha: float) -> None:
    puffs = ((-13, 0, 8), (0, -4, 11), (13, 0, 8), (0, 3, 9))
    parts = [
        ellipse(x + dx * scale, y + dy * scale, radius * scale, radius * scale * 0.8)
        for dx, dy, radius in puffs
    ]
    brush.fill(joined(*parts), colour, alpha=alpha)
