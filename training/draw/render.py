"""A scene becomes pixels. The same scene, style and side give the same pixels.

Shapes are placed in a frame of 128 x 128 units, or a wide or tall one, whatever the number of pixels.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QImage, QPainter

from training.draw import animals, buildings, people, plants, vehicles, wonders
from training.draw.brush import make_brush
from training.draw.frame import FRAME, HORIZON, Frame
from training.draw.ground import FOAM, ground
from training.draw.palette import SHADE, Tones, land, mix, tinted, tones
from training.draw.shapes import ellipse
from training.draw.sky import rain, sky
from training.scene import FLOATING, Scene, Subject

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from training.draw.brush import Brush

LOOK = 3  # counted up whenever pictures change, so that what is kept on disk is drawn again
SIDE = 256
SIZES_ALONE = {"small": 42.0, "medium": 60.0, "large": 78.0}
BESIDE_SIZES = {"small": 36.0, "medium": 46.0, "large": 56.0}
STACKED_SIZES = {"small": 34.0, "medium": 42.0, "large": 50.0}
ACROSS = {"left": 36.0, "center": 64.0, "right": 92.0}
STANDING = 110.0

DRAW: dict[str, Callable[[Brush, Tones, str], None]] = {
    "house": buildings.house,
    "castle": buildings.castle,
    "tree": plants.tree,
    "flower": plants.flower,
    "boat": vehicles.boat,
    "car": vehicles.car,
    "balloon": vehicles.balloon,
    "cat": animals.cat,
    "fish": animals.fish,
    "bird": animals.bird,
    "mountain": wonders.mountain,
    "star": wonders.big_star,
    "dog": animals.dog,
    "mushroom": plants.mushroom,
    "lighthouse": buildings.lighthouse,
    "robot": people.robot,
    "person": people.person,
    "bicycle": vehicles.bicycle,
}


@dataclass(frozen=True)
class Place:
    """Where one subject stands: the middle of its foot and its size, in units of the frame."""

    x: float
    y: float
    size: float


def render(scene: Scene, style: str = "flat", side: int = SIDE) -> NDArray[np.uint8]:
    """The picture of a scene as `[side, side, 3]`; wide and tall ones have other sides, in the same proportion."""
    frame, unit = Frame.of(scene.shape), side / FRAME
    image = QImage(round(frame.width * unit), round(frame.height * unit), QImage.Format.Format_RGBA8888)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(unit, unit)
    painter.translate(-frame.left, -frame.top)
    brush = make_brush(style, painter, unit)
    sky(brush, scene.light, _chance(scene, "sky"), frame)
    ground(brush, scene.ground, scene.light, _chance(scene, "ground"), frame)
    pairs = zip(scene.subjects, places(scene, _chance(scene, "places")), strict=True)
    for subject, place in sorted(pairs, key=lambda pair: pair[0].kind != "mountain"):
        if subject.is_drawn:
            _draw(brush, subject, place, scene)
    if scene.light == "rain":
        rain(brush, _chance(scene, "rain"), frame)
    painter.end()
    return _pixels(image)


def _chance(scene: Scene, part: str) -> random.Random:
    """What drives one part of the picture, so that changing another part leaves this one as it is."""
    return random.Random(f"{part}/{scene.seed}")


def places(scene: Scene, rng: random.Random) -> list[Place]:
    """A place for each subject that shows the caption's positions, sizes and relation."""
    frame, stacked = Frame.of(scene.shape), scene.relation in ("above", "below")
    sizes = SIZES_ALONE if scene.relation is None else STACKED_SIZES if stacked else BESIDE_SIZES
    spots = []
    for subject in scene.subjects:
        size = sizes[subject.size] * frame.room * rng.uniform(0.95, 1.05)
        x = frame.x(ACROSS[subject.position]) + rng.uniform(-3, 3)
        spots.append(Place(x, _foot(subject, scene, size, rng, frame), size))
    return spots


def _foot(subject: Subject, scene: Scene, size: float, rng: random.Random, frame: Frame) -> float:
    if subject.kind not in FLOATING:
        return STANDING + rng.uniform(-2, 2)
    if scene.relation in ("above", "below"):
        return frame.top + 4 + size + rng.uniform(0, 3)
    return frame.y(50) + size / 2 + rng.uniform(-7, 3)


def _draw(brush: Brush, subject: Subject, place: Place, scene: Scene) -> None:
    if subject.kind not in FLOATING:
        _foothold(brush, subject, place, scene)
    painter = brush.painter
    painter.save()
    painter.translate(place.x, place.y)
    painter.scale(place.size, place.size)
    brush.subject = (place.y - HORIZON) / (FRAME - HORIZON)
    DRAW[subject.kind](brush, tones(subject.colour, scene.light), scene.light)
    brush.subject = None
    painter.restore()


def _foothold(brush: Brush, subject: Subject, place: Place, scene: Scene) -> None:
    """A soft shadow; on the sea an island of sand, or ripples round a boat."""
    reach = place.size * (0.66 if subject.kind in ("mountain", "castle", "car") else 0.52)
    if scene.ground == "sea" and subject.kind == "boat":
        foam = mix(land("sea", scene.light)[1], tinted(FOAM, scene.light), 0.7)
        brush.fill(ellipse(place.x, place.y - 0.5, reach * 1.12, 4.0), foam)
    elif scene.ground == "sea":
        sand = tinted((246, 218, 158), scene.light)
        brush.fill(ellipse(place.x, place.y + 2, reach * 1.25, 7.5), sand, mix(sand, SHADE, 0.15))
    else:
        brush.fill(ellipse(place.x + 4, place.y, reach * 1.1, 5.0), SHADE, alpha=0.12)
        brush.fill(ellipse(place.x + 3, place.y, reach * 0.9, 3.6), SHADE, alpha=0.2)


def _pixels(image: QImage) -> NDArray[np.uint8]:
    flat = np.frombuffer(image.constBits(), dtype=np.uint8)
    return flat.reshape(image.height(), image.width(), 4)[:, :, :3].copy()
