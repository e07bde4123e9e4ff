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
    """How a query matches a name or keyword; `Match.step` says what stands before what."""

    EXACT = 0
    PREFIX = 1
    INITIALS = 2
    WORDS = 3
    FUZZY = 4


@dataclass(frozen=True)
class Entry:
    """Something that can be found: `title` is shown, the other texts are only matched.

    Aliases are other names of the thing itself, as good as the title; `foreign` are its names in other programs,
    a little less so; synonyms only suggest it. A `common` thing is meant before rare ones that match alike.
    """

    id: str
    title: str
    aliases: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    group: str = ""
    foreign: tuple[str, ...] = ()
    common: bool = False

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """Title and aliases, ready to be matched."""
        return tuple(Name.of(name) for name in dict.fromkeys((self.title, *self.aliases)))

    @cached_property
    def strangers(self) -> tuple[Name, ...]:
        """Names in other programs, ready to be matched."""
        return tuple(Name.of(name) for name in self.foreign)

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
        names = (*self.names, *self.strangers, *self.hints, Name.of(self.group))
        return "".join(name.joined for name in names)


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

    def has_words(self, asked: Name) -> bool:
        """Whether each word of a query is a whole word of the name."""
        return all(f" {part} " in f"{self.joined} " for part in asked.tokens)


UNUSED = Habit()


@dataclass(frozen=True, order=True)
class Match:
    """An entry found; matches sort best first, by `step`: names before keywords, whatever their tier.

    0: the whole name; 1: the beginning or a whole word of a name; 2: parts of a name; 3: a keyword; 4: name,
    keywords and category together; 5: letters in order. Within a step the likely ones come first.
    """

    step: int
    likely: int
    tier: Tier
    weight: float
    recency: float
    frequency: int
    order: int
    entry: Entry = field(compare=False)


def rank(
    query: str,
    entries: Sequence[Entry],
    habits: Mapping[str, Habit] | None = None,
    limit: int = 50,
    likely: Mapping[str, int] | None = None,
) -> list[Match]:
    """The entries that `query` may mean, best first.

    In the order of `Match.step`; within a step those that are `likely` here, by their number, then the better
    tier, the most recently and the most often used, then as listed. An empty query lists what is likely, then what
    was used last, then everything.
    """
    habits, likely = habits or {}, likely or {}
    asked = Name.of(query)
    letters = set(asked.solid)
    numbered = [(order, entry) for order, entry in enumerate(entries) if letters <= entry.letters]
    found: list[Match] = []
    for way in (_place, _place_fuzzily):
        left = []
        for order, entry in numbered:
            placed = way(asked, entry) if asked.words else (0, Tier.EXACT, 0.0)
            if placed is None:
                left.append((order, entry))
            else:
                habit = habits.get(entry.id, UNUSED)
                step, tier, weight = placed
                rest = (tier, weight, -habit.when, -habit.count, order, entry)
                found.append(Match(step, likely.get(entry.id, len(likely)), *rest))
        if len(found) >= limit:
            break
        numbered = left
    found.sort(key=_order)
    return found[:limit]


def _order(match: Match) -> tuple[float, ...]:
    return (
        match.step,
        match.likely,
        match.tier,
        match.weight,
        match.recency,
        match.frequency,
        match.order,
    )


Placed = tuple[int, Tier, float]
"""Step, tier and weight of a match."""
LONG = 4
"""Letters from which the beginning of any word of a name is as good as the beginning of the name."""
STEPS = {Tier.EXACT: 0, Tier.PREFIX: 1, Tier.INITIALS: 2, Tier.WORDS: 2}
"""The step of a name by how it matches."""


def _place(asked: Name, entry: Entry) -> Placed | None:
    found: list[Placed] = []
    alone = len(asked.tokens) == 1
    for names, weight in ((entry.names, 0.0), (entry.strangers, 0.5)):
        for name in names:
            tier = _match(asked, name)
            if tier is Tier.WORDS and name.has_words(asked):
                found.append((1, Tier.PREFIX if alone and entry.common else tier, weight))
            elif tier is Tier.WORDS and alone and len(asked.solid) >= LONG:
                found.append((1, Tier.PREFIX if entry.common else tier, weight))
            elif tier is not None:
                found.append((STEPS[tier], tier, weight))
    found += [(3, tier, 1.0) for name in entry.hints if (tier := _match(asked, name)) is not None]
    if not found and all(f" {part}" in entry.joined for part in asked.tokens):
        return 4, Tier.WORDS, 2.0
    return min(found, default=None)


def _place_fuzzily(asked: Name, entry: Entry) -> Placed | None:
    return _fuzzy(asked.solid, entry.names)


def _match(asked: Name, name: Name) -> Tier | None:
    if asked.solid == name.solid:
        return Tier.EXACT
    if name.solid.startswith(asked.solid):
        return Tier.PREFIX
    if len(asked.solid) > 1 and _starts_words(asked.solid, name.words):
        return Tier.INITIALS
    if all(name.starts(part) for part in asked.tokens):
        return Tier.WORDS
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


def _fuzzy(text: str, names: Iterable[Name]) -> Placed | None:
    if len(text) < 2:
        return None
    spans = [span for name in names if (span := _span(text, name.solid)) is not None]
    return (5, Tier.FUZZY, 10.0 + min(spans) / len(text)) if spans else None


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
