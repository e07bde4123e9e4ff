"""Prompts with choices in them: `{red|blue} house`, `a __colour__ house`, resolved by a seed."""

from __future__ import annotations

import heapq
import math
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from nodegraph.support.errors import LoadError

NAME = r"(?<!_)__(?![_ ])(?P<name>(?:(?!__)[\w .+&'()*/-])+?)(?<![_ ])__(?!_)"
"""A wildcard: a file's name between two underscores on each side."""

_MARKS = re.compile(rf"\\(?:[{{}}|#\\]|__)|[{{}}|]|{NAME}")
_COMMENT = re.compile(rf"{NAME}|/\*.*?(?:\*/|\Z)|(?<![^\n])[ \t]*#[^\n]*\n?", re.DOTALL)
_WEIGHT = re.compile(r"\s*+(\d++(?:\.\d++)?)::")
_COUNT = re.compile(
    r"\s*(?:(?P<low>\d{1,4})?(?P<range>-)(?P<high>\d{1,4})?|(?P<exact>\d{1,4}))\$\$(?:(?P<between>[^$]*)\$\$)?"
)

LARGEST_WEIGHT = 1e9
"""Larger weights of a choice count as this one."""

LONGEST = 100_000
"""Characters that the wildcards of a prompt may make of it."""

Lines = Callable[[str], Sequence[str]]
"""The choices that a wildcard's name stands for."""


@dataclass(frozen=True, slots=True)
class Wild:
    """A place where chance puts a line of a wildcard, or the `line` that it has put there."""

    name: str = ""
    line: str = ""


Words = list[str | Wild]


def without_comments(text: str) -> str:
    """The text without `/* ... */` and without lines that begin with `#`."""
    # `/*` within the name of a wildcard is a folder and what lies in it.
    return _COMMENT.sub(lambda found: found.group() if found["name"] else "", text)


def wildcards_in(text: str) -> Iterator[str]:
    """The names of all wildcards that a text may come to ask for, by itself."""
    if "__" in text:
        for mark in _MARKS.finditer(without_comments(text)):
            if mark["name"]:
                yield mark["name"]


def resolved(text: str, seed: int, lines: Lines | None = None) -> str:
    r"""One of the texts that `text` stands for; the same seed gives the same one.

    `{a|b}` is a or b, `{2::a|b}` is a twice as often, `{2$$a|b|c}` is two of the three and `{1-2$$ and $$a|b|c}` one
    or two with "and" between; choices nest, and an empty one says nothing. A backslash keeps a brace or bar as it is;
    braces without a partner stay. `__name__` is one of `lines(name)`, in which all this holds again; names must not
    lead back to themselves. Without `lines` they stay as they are. Raises LoadError where a text grows too long.
    """
    return _Resolver(random.Random(seed), lines).text(text)


class _Resolver:
    def __init__(self, chance: random.Random, lines: Lines | None) -> None:
        self._chance = chance
        self._lines = lines
        self._pools: dict[str, _Pool] = {}
        self._length = 0

    def text(self, text: str) -> str:
        said = [self._said(word) for word in self._words(without_comments(text))]
        return "".join(said)

    def _said(self, word: str | Wild) -> str:
        if isinstance(word, str):
            return word
        if self._lines is None:
            return f"__{word.name}__"
        line = word.line
        if word.name:
            if word.name not in self._pools:
                self._pools[word.name] = _Pool([[line] for line in self._lines(word.name)])
            line = "".join(str(part) for part in self._pools[word.name].one(self._chance))
        # A line without any letter counts too, or an endless tree of them would take no room.
        self._length += len(line) + 1
        if self._length > LONGEST:
            raise LoadError(
                "The wildcards of this prompt make more than {longest} characters of it; "
                "let their lines name fewer others.",
                longest=LONGEST,
            )
        return self.text(line)

    def _words(self, text: str) -> Words:
        """The text with every choice in braces made, wildcards still to come."""
        stack: list[list[Words]] = [[[]]]
        at = 0
        for mark in _MARKS.finditer(text):
            stack[-1][-1].append(text[at : mark.start()])
            at = mark.end()
            found = mark.group()
            if found == "{":
                stack.append([[]])
            elif found == "|" and len(stack) > 1:
                stack[-1].append([])
            elif found == "}" and len(stack) > 1:
                options = [_merged(option) for option in stack.pop()]
                stack[-1][-1] += self._chosen(options)
            elif mark["name"]:
                stack[-1][-1].append(Wild(mark["name"]))
            else:
                stack[-1][-1].append(found.removeprefix("\\") or found)
        stack[-1][-1].append(text[at:])
        words = stack[0][0]
        for options in stack[1:]:
            for sign, option in zip("{" + "|" * len(options), options, strict=False):
                words += [sign, *option]
        return words

    def _chosen(self, options: list[Words]) -> Words:
        first = options[0]
        count = _COUNT.match(first[0]) if first and isinstance(first[0], str) else None
        if count is None:
            return _Pool(options).one(self._chance)
        between = ", " if count["between"] is None else count["between"]
        rest = str(first[0])[count.end() :]
        options = [[*([rest] if rest else []), *first[1:]], *options[1:]]
        pool = _Pool([line for option in options for line in self._spread(option)])
        if count["range"]:
            low, high = int(count["low"] or 1), int(count["high"] or len(pool.words))
            wanted = self._chance.randint(min(low, high), max(low, high))
        else:
            wanted = int(count["exact"])
        found: Words = []
        for number, words in enumerate(pool.several(wanted, self._chance)):
            found += [*([between] if number else []), *words]
        return found

    def _spread(self, option: Words) -> list[Words]:
        """An option that is nothing but a wildcard stands for each of its lines, if several are to be chosen."""
        bare = [word for word in option if isinstance(word, Wild) or word.strip()]
        if self._lines is None or len(bare) != 1 or not isinstance(bare[0], Wild) or not bare[0].name:
            return [option]
        found: list[Words] = []
        for line in self._lines(bare[0].name):
            weight = _WEIGHT.match(line)
            head: Words = [weight.group()] if weight else []
            found.append([*head, Wild(line=line[weight.end() :] if weight else line)])
        return found


class _Pool:
    """What chance may choose from: words, and how often each."""

    def __init__(self, options: Sequence[Words]) -> None:
        self.words: list[Words] = []
        weights = []
        for option in options:
            found = _WEIGHT.match(option[0]) if option and isinstance(option[0], str) else None
            weights.append(min(float(found[1]), LARGEST_WEIGHT) if found else 1.0)
            self.words.append([str(option[0])[found.end() :], *option[1:]] if found else option)
        self._weights = weights if any(weights) else [1.0] * len(weights)
        self._sums = list(accumulate(self._weights))

    def one(self, chance: random.Random) -> Words:
        """One of them."""
        return chance.choices(self.words, cum_weights=self._sums)[0]

    def several(self, count: int, chance: random.Random) -> list[Words]:
        """So many of them, none twice, as if taken one after the other (Efraimidis and Spirakis 2006)."""
        times = [chance.expovariate(weight) if weight else math.inf for weight in self._weights]
        return [self.words[at] for at in heapq.nsmallest(count, range(len(times)), key=times.__getitem__)]


def _merged(words: Words) -> Words:
    """The words with texts that stand side by side as one, and without empty ones."""
    found: Words = []
    for is_text, run in groupby(words, lambda word: isinstance(word, str)):
        if not is_text:
            found += run
        elif text := "".join(str(word) for word in run):
            found.append(text)
    return found
