"""Grounds: meadow, desert, snow, sea, city; each in layers from the horizon to the viewer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from training.draw.frame import HORIZON, Frame
from training.draw.palette import Rgb, land, mix, tinted
from training.draw.shapes import box, curve, ellipse, polygon

if TYPE_CHECKING:
    import random

    from PySide6.QtGui import QPainterPath

    from training.draw.brush import Brush

FOAM: Rgb = (236, 248, 252)
LIT: Rgb = (255, 220, 130)


def ground(brush: Brush, kind: str, light: str, rng: random.Random, frame: Frame) -> None:
    """The whole ground, from a little above the horizon to the lower edge."""
    {"meadow": _meadow, "desert": _desert, "snow": _snow, "sea": _sea, "city": _city}[kind](
        brush, light, rng, frame
    )


def _meadow(brush: Brush, light: str, rng: random.Random, frame: Frame) -> None:
    far, middle, near = land("meadow", light)
    bush = mix(far, tinted((60, 128, 90), light), 0.6)
    brush.backdrop(_hill(frame, HORIZON - 4, rng.uniform(-7, 7)), (far, middle))
    for x in (rng.uniform(4, 20), rng.uniform(104, 122)):
        brush.fill(ellipse(frame.x(x), HORIZON - 1, 7.5, 6.0), bush)
    brush.backdrop(_hill(frame, HORIZON + 6, rng.uniform(-6, 6)), (middle, near))


def _desert(brush: Brush, light: str, rng: random.Random, frame: Frame) -> None:
    far, middle, near = land("desert", light)
    brush.backdrop(_hill(frame, HORIZON - 6, rng.uniform(-10, 10)), (far, middle))
    _cactus(brush, frame.x(rng.choice((10.0, 118.0))), HORIZON + 6, tinted((96, 148, 104), light))
    brush.backdrop(_hill(frame, HORIZON + 5, rng.uniform(-8, 8)), (middle, near))


def _snow(brush: Brush, light: str, rng: random.Random, frame: Frame) -> None:
    far, middle, near = land("snow", light)
    fir = mix(far, tinted((86, 130, 150), light), 0.65)
    brush.backdrop(_hill(frame, HORIZON - 5, rng.uniform(-8, 8)), (far, middle))
    for at in (rng.uniform(5, 12), rng.uniform(18, 26), rng.uniform(112, 122)):
        x = frame.x(at)
        brush.fill(polygon((x - 6, HORIZON + 6), (x, HORIZON - 14), (x + 6, HORIZON + 6)), fir)
    brush.backdrop(_hill(frame, HORIZON + 5, rng.uniform(-6, 6)), (middle, near))


def _sea(brush: Brush, light: str, rng: random.Random, frame: Frame) -> None:
    far, middle, near = land("sea", light)
    brush.backdrop(box(frame.left - 4, HORIZON - 4, frame.right + 4, 132), (far, middle, near))
    foam = mix(middle, tinted(FOAM, light), 0.5)
    for row in range(4):
        x, y = frame.x(rng.uniform(4, 104)), HORIZON + 5 + row * 10.5
        brush.fill(box(x, y, x + 20, y + 2.4, 1.2), foam)


def _city(brush: Brush, light: str, rng: random.Random, frame: Frame) -> None:
    far, middle, near = land("city", light)
    tower = mix(far, middle, 0.25)
    lit = LIT if light in ("night", "sunset") else mix(tower, tinted((255, 255, 255), light), 0.35)
    for index in range(math.ceil((frame.width + 4) / 23)):
        left, height = frame.left - 4 + index * 23, (34, 22, 42, 26, 38, 24)[(index + rng.randrange(6)) % 6]
        brush.backdrop(box(left, HORIZON - height, left + 19, HORIZON + 10), (tower, middle))
        for row in range(2):
            y = HORIZON - height + 5 + row * 9
            brush.fill(box(left + 5, y, left + 13, y + 4), lit)
    brush.backdrop(
        box(frame.left - 4, HORIZON + 2, frame.right + 4, 132), (near, mix(near, (60, 60, 84), 0.25))
    )
    for index in range(math.ceil(frame.width / 34)):
        x = frame.left + 4 + index * 34
        brush.fill(box(x, 117, x + 17, 120, 1), mix(near, (255, 250, 230), 0.6))


def _hill(frame: Frame, y: float, lean: float) -> QPainterPath:
    left, right = frame.left - 4, frame.right + 4
    return curve(
        (left, y + lean),
        ((frame.x(40), y - 6 - lean), (frame.x(88), y + 6 + lean), (right, y - lean)),
        ((right, 140), (right, 140), (right, 140)),
        ((frame.x(60), 140), (frame.x(20), 140), (left, 140)),
    )


def _cactus(brush: Brush, x: float, y: float, colour: Rgb) -> None:
    brush.fill(box(x - 3, y - 24, x + 3, y, 3), colour)
    brush.fill(box(x - 9, y - 17, x - 5, y - 8, 2), colour)
    brush.fill(box(x - 9, y - 11, x, y - 7.5, 1.5), colour)
