"""What a picture shows, as plain data: the one source that pictures and captions are both made from."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

KINDS = (
    "house",
    "tree",
    "boat",
    "mountain",
    "balloon",
    "car",
    "flower",
    "cat",
    "fish",
    "bird",
    "star",
    "castle",
    "dog",
    "mushroom",
    "lighthouse",
    "robot",
    "person",
    "bicycle",
)
COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "white", "black")
SIZES = ("small", "medium", "large")
POSITIONS = ("left", "center", "right")
GROUNDS = ("meadow", "desert", "snow", "sea", "city")
LIGHTS = ("day", "sunset", "night", "dawn", "rain")
RELATIONS = ("left", "right", "above", "below")
FLOATING = frozenset({"balloon", "bird", "star", "fish"})

EVERYDAY: dict[str, tuple[str, str]] = {
    "house": ("red", "meadow"),
    "tree": ("green", "meadow"),
    "boat": ("white", "sea"),
    "mountain": ("brown", "meadow"),
    "balloon": ("red", "meadow"),
    "car": ("blue", "city"),
    "flower": ("pink", "meadow"),
    "cat": ("orange", "meadow"),
    "fish": ("orange", "sea"),
    "bird": ("blue", "meadow"),
    "star": ("yellow", "meadow"),
    "castle": ("white", "meadow"),
    "dog": ("brown", "meadow"),
    "mushroom": ("red", "meadow"),
    "lighthouse": ("red", "sea"),
    "robot": ("blue", "city"),
    "person": ("green", "meadow"),
    "bicycle": ("red", "city"),
}
"""The colour and the ground that a subject most likely has where nothing else is said."""
EVERYDAY_LIGHT = "day"
EVERYDAY_SHARES = {"colour": 0.15, "ground": 0.2, "light": 0.3}
"""How many of the training scenes have the everyday value beyond its even share."""
HELD_OUT_ONE_IN = 12


@dataclass(frozen=True)
class Subject:
    """One thing in the picture."""

    kind: str
    colour: str
    size: str = "medium"
    position: str = "center"
    is_drawn: bool = True
    """Whether it is seen; its place is kept free otherwise, as after it was removed."""


@dataclass(frozen=True)
class Scene:
    """A whole picture: one or two subjects, where they stand and in what light.

    `relation` says where the first subject is as seen from the second ("left": the first stands left of the
    second); it is None when there is one subject. `seed` drives only what no caption mentions: the shapes
    of hills and clouds and a few pixels of placement. `shape` is that of the picture: square, wide or tall.
    """

    subjects: tuple[Subject, ...]
    ground: str
    light: str
    relation: str | None = None
    seed: int = 0
    shape: str = "square"


def held_out(scene: Scene) -> bool:
    """Whether the scene is kept from training for good: a fixed share of (kind, colour, ground) triples."""
    return any(held_out_triple(one.kind, one.colour, scene.ground) for one in scene.subjects)


def held_out_triple(kind: str, colour: str, ground: str) -> bool:
    """Whether this kind in this colour on this ground is never shown in training."""
    return zlib.crc32(f"{kind}/{colour}/{ground}".encode()) % HELD_OUT_ONE_IN == 0


def random_scene(rng: random.Random, *, pair_share: float = 0.4) -> Scene:
    """Any scene, held out or not, every attribute drawn evenly; `pair_share` of them show two subjects."""
    ground, light, seed = rng.choice(GROUNDS), rng.choice(LIGHTS), rng.getrandbits(31)
    if rng.random() >= pair_share:
        return Scene((_random_subject(rng),), ground, light, None, seed)
    first, second = _random_subject(rng), _random_subject(rng)
    while (first.kind, first.colour) == (second.kind, second.colour):
        second = _random_subject(rng)
    relation = rng.choice(_possible_relations(first.kind, second.kind))
    return Scene(_placed(first, second, relation), ground, light, relation, seed)


def training_scene(rng: random.Random) -> Scene:
    """A scene that training may see; everyday colours, grounds and light are more frequent than others."""
    return _first(rng, wanted=False)


def everyday(scene: Scene, rng: random.Random) -> Scene:
    """The scene with some of its attributes made everyday ones, each by its share."""
    subjects = [
        replace(one, colour=EVERYDAY[one.kind][0]) if rng.random() < EVERYDAY_SHARES["colour"] else one
        for one in scene.subjects
    ]
    ground = EVERYDAY[subjects[0].kind][1] if rng.random() < EVERYDAY_SHARES["ground"] else scene.ground
    light = EVERYDAY_LIGHT if rng.random() < EVERYDAY_SHARES["light"] else scene.light
    pairs = {(one.kind, one.colour) for one in subjects}
    kept = subjects if len(pairs) == len(subjects) else scene.subjects
    return replace(scene, subjects=tuple(kept), ground=ground, light=light)


def held_out_scene(rng: random.Random) -> Scene:
    """A scene that training never sees."""
    return _first(rng, wanted=True)


def _first(rng: random.Random, *, wanted: bool) -> Scene:
    while True:
        scene = random_scene(rng)
        if not wanted:
            scene = everyday(scene, rng)
        if held_out(scene) is wanted:
            return scene


def _random_subject(rng: random.Random) -> Subject:
    return Subject(rng.choice(KINDS), rng.choice(COLOURS), rng.choice(SIZES), rng.choice(POSITIONS))


def _possible_relations(first: str, second: str) -> tuple[str, ...]:
    """Only what floats can be above what stands."""
    if first in FLOATING and second not in FLOATING:
        return ("left", "right", "above", "above")
    if second in FLOATING and first not in FLOATING:
        return ("left", "right", "below", "below")
    return ("left", "right")


def _placed(first: Subject, second: Subject, relation: str) -> tuple[Subject, Subject]:
    if relation == "left":
        return replace(first, position="left"), replace(second, position="right")
    if relation == "right":
        return replace(first, position="right"), replace(second, position="left")
    return first, replace(second, position=first.position)
