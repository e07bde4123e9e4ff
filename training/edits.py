"""Pairs of scenes that differ in one thing, and the instruction that leads from one to the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from training.captions import with_article
from training.scene import COLOURS, FLOATING, GROUNDS, KINDS, LIGHTS, Scene, Subject, held_out, training_scene
from training.words import COLOUR_WORDS, GROUND_WORDS, KIND_WORDS, RELATION_WORDS

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

LIGHT_ORDERS: dict[str, tuple[str, ...]] = {
    "day": ("make it day", "make it a sunny day", "let the sun shine"),
    "sunset": ("make it sunset", "let the sun set", "make it evening"),
    "night": ("make it night", "turn it into a night scene", "let the moon shine"),
    "dawn": ("make it dawn", "make it early morning", "let the sun rise"),
    "rain": ("make it rain", "let it rain", "add rain"),
}
OTHER_SIZE = {"small": ("large", "larger"), "large": ("small", "smaller")}


@dataclass(frozen=True)
class Edit:
    """A change to a picture: what was there, what is wanted, how it is asked for, and which slot it changes."""

    before: Scene
    after: Scene
    text: str
    slot: str


def random_edit(rng: random.Random) -> Edit:
    """An edit between two scenes that training may see; both are drawn alike but for what the text asks for."""
    while True:
        scene = training_scene(rng)
        makers = _PAIR if len(scene.subjects) == 2 else _SINGLE
        edit = rng.choice(makers)(scene, rng)
        if not held_out(edit.after):
            return edit


def _light(scene: Scene, rng: random.Random) -> Edit:
    light = _other(LIGHTS, scene.light, rng)
    return Edit(scene, replace(scene, light=light), rng.choice(LIGHT_ORDERS[light]), "light")


def _ground(scene: Scene, rng: random.Random) -> Edit:
    ground = _other(GROUNDS, scene.ground, rng)
    order = rng.choice(("put it", "move it", "place it"))
    text = f"{order} {rng.choice(GROUND_WORDS[ground])}"
    return Edit(scene, replace(scene, ground=ground), text, "ground")


def _colour(scene: Scene, rng: random.Random) -> Edit:
    which, subject = _some(scene, rng)
    taken = {one.colour for one in scene.subjects if one.kind == subject.kind}
    colour = rng.choice([one for one in COLOURS if one not in taken])
    order = rng.choice(("make", "turn", "paint", "colour"))
    text = f"{order} the {_name(scene, which, rng)} {rng.choice(COLOUR_WORDS[colour])}"
    return Edit(scene, _with(scene, which, replace(subject, colour=colour)), text, f"colour{which + 1}")


def _kind(scene: Scene, rng: random.Random) -> Edit:
    which, subject = _some(scene, rng)
    taken = {one.kind for one in scene.subjects}
    floats = subject.kind in FLOATING
    kind = rng.choice([one for one in KINDS if one not in taken and (one in FLOATING) is floats])
    old, new = _name(scene, which, rng), with_article(rng.choice(KIND_WORDS[kind]))
    text = rng.choice(
        (f"turn the {old} into {new}", f"replace the {old} with {new}", f"make the {old} {new}")
    )
    return Edit(scene, _with(scene, which, replace(subject, kind=kind)), text, f"kind{which + 1}")


def _size(scene: Scene, rng: random.Random) -> Edit:
    subject = scene.subjects[0]
    size, word = OTHER_SIZE.get(subject.size) or rng.choice(tuple(OTHER_SIZE.values()))
    text = f"make the {_name(scene, 0, rng)} {word}"
    return Edit(scene, _with(scene, 0, replace(subject, size=size)), text, "size1")


def _remove(scene: Scene, rng: random.Random) -> Edit:
    which, subject = _some(scene, rng)
    order = rng.choice(("remove the {}", "take the {} away", "erase the {}"))
    after = _with(scene, which, replace(subject, is_drawn=False))
    return Edit(scene, after, order.format(_name(scene, which, rng)), f"kind{which + 1}")


def _add(scene: Scene, rng: random.Random) -> Edit:
    """The first subject comes in beside the second, which a relation places."""
    first, second = scene.subjects
    before = _with(scene, 0, replace(first, is_drawn=False))
    new = with_article(f"{rng.choice(COLOUR_WORDS[first.colour])} {rng.choice(KIND_WORDS[first.kind])}")
    where = rng.choice(RELATION_WORDS[scene.relation or "left"])
    return Edit(before, scene, f"add {new} {where} the {rng.choice(KIND_WORDS[second.kind])}", "kind1")


_SINGLE: tuple[Callable[[Scene, random.Random], Edit], ...] = (_light, _ground, _colour, _kind, _size)
_PAIR: tuple[Callable[[Scene, random.Random], Edit], ...] = (_light, _ground, _colour, _kind, _remove, _add)


def _some(scene: Scene, rng: random.Random) -> tuple[int, Subject]:
    which = rng.randrange(len(scene.subjects))
    return which, scene.subjects[which]


def _with(scene: Scene, which: int, subject: Subject) -> Scene:
    subjects = tuple(subject if index == which else one for index, one in enumerate(scene.subjects))
    return replace(scene, subjects=subjects)


def _name(scene: Scene, which: int, rng: random.Random) -> str:
    """The subject's word, with its colour where that is needed, and now and then where it is not."""
    subject = scene.subjects[which]
    word = rng.choice(KIND_WORDS[subject.kind])
    shared = sum(one.kind == subject.kind for one in scene.subjects) > 1
    return f"{rng.choice(COLOUR_WORDS[subject.colour])} {word}" if shared or rng.random() < 0.25 else word


def _other(values: tuple[str, ...], value: str, rng: random.Random) -> str:
    return rng.choice([one for one in values if one != value])
