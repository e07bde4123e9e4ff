"""Sentences that say what a scene shows, in varied wording, often leaving something out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from training.scene import EVERYDAY, EVERYDAY_LIGHT
from training.words import (
    COLOUR_WORDS,
    GROUND_WORDS,
    KIND_WORDS,
    LIGHT_WORDS,
    OPENINGS,
    POSITION_WORDS,
    RELATION_WORDS,
    SIZE_WORDS,
    TAG_WORDS,
)

if TYPE_CHECKING:
    import random

    from training.scene import Scene, Subject

KEEP = {"colour": 0.97, "size": 0.9, "position": 0.85, "ground": 0.95, "light": 0.95}
KEEP_EVERYDAY = {"colour": 0.75, "position": 0.5, "ground": 0.6, "light": 0.55}
"""How often an attribute is said, and how often where it is the everyday one: what goes unsaid is plain."""


@dataclass(frozen=True)
class Caption:
    """A sentence and what it says: `said["colour2"] == "red"`; what it leaves out is absent."""

    text: str
    said: dict[str, str] = field(default_factory=dict)


def caption(scene: Scene, rng: random.Random) -> Caption:
    """A sentence as someone might write it; any attribute but the kind may be left out.

    Everyday attributes are left out more often than others, so that a plain prompt comes to mean a plain picture.
    """
    return _Writer(scene, rng, plain=False).write()


def full_caption(scene: Scene, rng: random.Random) -> Caption:
    """A sentence that leaves nothing out, for measuring; medium size alone goes unsaid."""
    return _Writer(scene, rng, plain=True).write()


class _Writer:
    def __init__(self, scene: Scene, rng: random.Random, *, plain: bool) -> None:
        self.scene, self.rng, self.plain = scene, rng, plain
        self.said: dict[str, str] = {}

    def write(self) -> Caption:
        if not self.plain and self.rng.random() < 0.12:
            return Caption(self._tags(), self.said)
        pair = len(self.scene.subjects) == 2
        core = self._pair() if pair else self._subject(1, self.scene.subjects[0])
        text = self._with_surroundings(core)
        if not self.plain and self.rng.random() < 0.15:
            text = f"{self.rng.choice(OPENINGS)} {text}"
        return Caption(text, self.said)

    def _keeps(self, attribute: str, *, is_everyday: bool) -> bool:
        shares = KEEP_EVERYDAY if is_everyday else KEEP
        return self.plain or self.rng.random() < shares[attribute]

    def _keeps_surrounding(self, attribute: str) -> bool:
        scene, first = self.scene, self.scene.subjects[0]
        plain = {
            "position": first.position == "center",
            "ground": scene.ground == EVERYDAY[first.kind][1],
            "light": scene.light == EVERYDAY_LIGHT,
        }
        return self._keeps(attribute, is_everyday=plain[attribute])

    def _subject(self, number: int, subject: Subject) -> str:
        words = []
        if subject.size != "medium" and self._keeps("size", is_everyday=False):
            words.append(self._say(f"size{number}", subject.size, SIZE_WORDS))
        if self._keeps("colour", is_everyday=subject.colour == EVERYDAY[subject.kind][0]):
            words.append(self._say(f"colour{number}", subject.colour, COLOUR_WORDS))
        words.append(self._say(f"kind{number}", subject.kind, KIND_WORDS))
        return with_article(" ".join(words))

    def _say(self, slot: str, value: str, words: dict[str, tuple[str, ...]]) -> str:
        self.said[slot] = value
        return self.rng.choice(words[value])

    def _pair(self) -> str:
        first, second = self.scene.subjects
        relation = self.scene.relation or "left"
        one, other = self._subject(1, first), self._subject(2, second)
        if not self.plain and self.rng.random() < 0.1:
            return f"{one} {self.rng.choice(('and', 'next to', 'with'))} {other}"
        return f"{one} {self._say('relation', relation, RELATION_WORDS)} {other}"

    def _with_surroundings(self, core: str) -> str:
        places = []
        if self._says_position() and self._keeps_surrounding("position"):
            places.append(self._say("position1", self.scene.subjects[0].position, POSITION_WORDS))
        if self._keeps_surrounding("ground"):
            places.append(self._say("ground", self.scene.ground, GROUND_WORDS))
        if self._keeps_surrounding("light"):
            places.append(self._say("light", self.scene.light, LIGHT_WORDS))
        if self.rng.random() < 0.3:
            self.rng.shuffle(places)
        if places and self.rng.random() < 0.15:
            return f"{places[-1]}, {' '.join([core, *places[:-1]])}"
        joint = self.rng.choice((" ", " ", ", "))
        return joint.join([core, *places])

    def _says_position(self) -> bool:
        return self.scene.relation is None

    def _tags(self) -> str:
        parts = [
            self._subject(number, one).split(" ", 1)[1] for number, one in enumerate(self.scene.subjects, 1)
        ]
        if self._says_position() and self._keeps_surrounding("position"):
            self.said["position1"] = self.scene.subjects[0].position
            parts.append(TAG_WORDS[self.scene.subjects[0].position])
        for slot, value in (("ground", self.scene.ground), ("light", self.scene.light)):
            if self._keeps_surrounding(slot):
                self.said[slot] = value
                parts.append(TAG_WORDS[value])
        return ", ".join(parts)


def with_article(words: str) -> str:
    """The words after "a" or "an"."""
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"
