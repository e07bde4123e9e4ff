"""Which names a typed query means, best first: a pure function, fast enough to run on every key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property

from ui.config.usage import Habit

WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_a-zA-Z]+")


class Tier(IntEnum):
    """How well a name matches; a better tier always stands before a worse one."""

    EXACT = 0
    PREFIX = 1
    INITIALS = 2
    WORDS = 3
    FUZZY = 4


@dataclass(frozen=True)
class Entry:
    """Something that can be found: `title` is shown, `aliases` and `synonyms` are only matched.

    Aliases are other names of the thing itself, as good as the title; synonyms only suggest it.
    """

    id: str
    title: str
    aliases: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    group: str = ""

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """Title and aliases, ready to be matched."""
        return tuple(Name.of(name) for name in dict.fromkeys((self.title, *self.aliases)))

    @cached_property
    def hints(self) -> tuple[Name, ...]:
        """Synonyms, ready to be matched."""
        return tuple(Name.of(name) for name in self.synonyms)

    @cached_property
    def letters(self) -> frozenset[str]:
        """Every letter of every word: a query with another letter cannot mean this."""
        return frozenset(self.joined)

    @cached_property
    def joined(self) -> str:
        """Every word under which the entry may be asked for, its group included, each after a space."""
        return "".join(name.joined for name in (*self.names, *self.hints, Name.of(self.group)))


@dataclass(frozen=True)
class Name:
    """A name cut into lower-case words."""

    words: tuple[str, ...]
    tokens: tuple[str, ...]
    solid: str
    joined: str

    @staticmethod
    def of(text: str) -> Name:
        """`KSampler (Advanced)`: words k, sampler, advanced; tokens ksampler, advanced; solid all of it."""
        tokens = [token for token in re.split(r"[\W_]+", text) if token]
        words = tuple(part.lower() for token in tokens for part in WORDS.findall(token))
        lower = tuple(token.lower() for token in tokens)
        return Name(words, lower, "".join(words), f" {' '.join((*lower, *words))}")

    def starts(self, part: str) -> bool:
        """Whether a word or token begins with `part`."""
        return f" {part}" in self.joined


UNUSED = Habit()


@dataclass(frozen=True, order=True)
class Match:
    """An entry found; matches sort best first."""

    tier: Tier
    weight: float
    recency: float
    frequency: int
    order: int
    entry: Entry = field(compare=False)


def rank(
    query: str, entries: Sequence[Entry], habits: Mapping[str, Habit] | None = None, limit: int = 50
) -> list[Match]:
    """The entries that `query` may mean, best first.

    Exact before prefix before initials before all words in any order before fuzzy; within a tier the
    closest, then the most recently and the most often used, then as listed. An empty query lists what was
    used last, then everything.
    """
    habits = habits or {}
    asked = Name.of(query)
    letters = set(asked.solid)
    numbered = [(order, entry) for order, entry in enumerate(entries) if letters <= entry.letters]
    found: list[Match] = []
    for way in (_place, _place_fuzzily):
        left = []
        for order, entry in numbered:
            placed = way(asked, entry) if asked.words else (Tier.EXACT, 0.0)
            if placed is None:
                left.append((order, entry))
            else:
                habit = habits.get(entry.id, UNUSED)
                found.append(Match(placed[0], placed[1], -habit.when, -habit.count, order, entry))
        if len(found) >= limit:
            break
        numbered = left
    found.sort(key=_order)
    return found[:limit]


def _order(match: Match) -> tuple[int, float, float, int, int]:
    return (match.tier, match.weight, match.recency, match.frequency, match.order)


def _place(asked: Name, entry: Entry) -> tuple[Tier, float] | None:
    best: tuple[Tier, float] | None = None
    for name in entry.names:
        best = _better(best, _match(asked, name, 0.0))
    for name in entry.hints:
        best = _better(best, _match(asked, name, 1.0))
    if best is None and all(f" {part}" in entry.joined for part in asked.tokens):
        return Tier.WORDS, 2.0
    return best


def _place_fuzzily(asked: Name, entry: Entry) -> tuple[Tier, float] | None:
    return _fuzzy(asked.solid, entry.names)


def _better(one: tuple[Tier, float] | None, other: tuple[Tier, float] | None) -> tuple[Tier, float] | None:
    if one is None or other is None:
        return one or other
    return min(one, other)


def _match(asked: Name, name: Name, weight: float) -> tuple[Tier, float] | None:
    if asked.solid == name.solid:
        return Tier.EXACT, weight
    if name.solid.startswith(asked.solid):
        return Tier.PREFIX, weight
    if len(asked.solid) > 1 and _starts_words(asked.solid, name.words):
        return Tier.INITIALS, weight
    if all(name.starts(part) for part in asked.tokens):
        return Tier.WORDS, weight
    return None


def _starts_words(text: str, words: Sequence[str]) -> bool:
    """Whether `text` is made of beginnings of `words` in order, first word first: `vd`, `vaede`, `ksadv`."""
    if not words or not text or words[0][0] != text[0]:
        return False
    reached = {0}
    for number, word in enumerate(words):
        further = {
            at + size
            for at in reached
            for size in range(1, len(word) + 1)
            if text.startswith(word[:size], at)
        }
        if len(text) in further:
            return True
        reached = further if number == 0 else reached | further
    return False


def _fuzzy(text: str, names: Iterable[Name]) -> tuple[Tier, float] | None:
    if len(text) < 2:
        return None
    spans = [span for name in names if (span := _span(text, name.solid)) is not None]
    return (Tier.FUZZY, 10.0 + min(spans) / len(text)) if spans else None


def _span(text: str, name: str) -> int | None:
    """How long a stretch of `name` holds the letters of `text` in order; None where it is no match."""
    start = name.find(text[0])
    best: int | None = None
    while start >= 0:
        at = start
        for letter in text[1:]:
            at = name.find(letter, at + 1)
            if at < 0:
                return best
        best = min(best or at - start + 1, at - start + 1)
        start = name.find(text[0], start + 1)
    return best if best is not None and best <= 4 * len(text) else None
