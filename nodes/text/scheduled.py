"""Prompts that change on the way, as A1111's web interface writes them: `[a:b:0.5]`, `[a|b]`, and `AND`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_AND = re.compile(r"\bAND\b")
_NUMBER = re.compile(r"\d++(?:\.\d*+)?|\.\d++")
LARGEST = 1e9
"""Larger weights and numbers of steps count as this one."""

_MARKS = re.compile(r"\\.|[][():|]", re.DOTALL)


def and_parts(text: str) -> list[tuple[str, float]]:
    """The prompts that `AND` joins, with their weights: `a cat AND a dog :0.8`."""
    parts = []
    for part in _AND.split(text):
        words, colon, weight = part.rpartition(":")
        weight = weight.strip()
        number = _number(weight[weight[:1] in ("+", "-") :]) if colon else None
        sign = -1.0 if weight.startswith("-") else 1.0
        parts.append((part, 1.0) if number is None else (words.rstrip(), sign * number))
    return parts


def _number(text: str) -> float | None:
    """The number that a text is, without a sign, bounded so that it can count; None where it is none."""
    return min(float(text), LARGEST) if _NUMBER.fullmatch(text) else None


def schedule(text: str, steps: int) -> list[tuple[int, int, str]]:
    """What the prompt says from a step to before another, from 0 to `steps`, neighbours that say the same joined.

    `[a:b:0.5]` is a for half of the steps, then b; a number from 1 up counts steps; `[b:0.5]` begins later.
    `[a|b]` is a in one step and b in the next. Other brackets stay as they are.
    """
    result: list[tuple[int, int, str]] = []
    for step in range(steps if _changes(text) else 1):
        words = at_step(text, step, steps)
        if result and result[-1][2] == words:
            result[-1] = result[-1][0], step + 1, words
        else:
            result.append((step, step + 1, words))
    start, _, words = result[-1]
    return [*result[:-1], (start, steps, words)]


def _changes(text: str) -> bool:
    return "[" in text and ("|" in text or ":" in text)


Rope = list["str | Rope"]
"""A text in pieces, which are joined once at the end: to join at every bracket takes the square of the depth."""

MOST_NUMBER_PIECES = 200
"""Pieces, and lists of them, that may make the number which ends a bracket."""


@dataclass
class _Open:
    """A bracket not yet closed: its parts, and the marks between them."""

    bracket: str
    parts: list[Rope] = field(default_factory=lambda: [[]])
    marks: list[str] = field(default_factory=list)

    def written(self) -> Rope:
        """The text as it stands."""
        return [self.bracket, *_joined(self, 0, len(self.marks))]


def at_step(text: str, step: int, steps: int) -> str:
    """What the prompt says at a step, counted from 0, of so many. Time is linear in the text."""
    opened = [_Open("")]
    at = 0
    for mark in _MARKS.finditer(text):
        opened[-1].parts[-1].append(text[at : mark.start()])
        at, found = mark.end(), mark.group()
        if found in ("(", "["):
            opened.append(_Open(found))
        elif found in (":", "|") and opened[-1].bracket == "[":
            opened[-1].marks.append(found)
            opened[-1].parts.append([])
        elif found in (")", "]") and opened[-1].bracket == {")": "(", "]": "["}[found]:
            last = opened.pop()
            opened[-1].parts[-1].append(_closed(last, step, steps) if found == "]" else [last.written(), ")"])
        else:
            opened[-1].parts[-1].append(found)
    opened[-1].parts[-1].append(text[at:])
    return "".join(_pieces([each.written() for each in opened]))


def _pieces(rope: Rope) -> Iterator[str]:
    """The pieces of a text in their order."""
    waiting = [iter(rope)]
    while waiting:
        piece = next(waiting[-1], None)
        if piece is None:
            waiting.pop()
        elif isinstance(piece, str):
            yield piece
        else:
            waiting.append(iter(piece))


def _closed(group: _Open, step: int, steps: int) -> Rope:
    """What a pair of square brackets says at a step."""
    given = _number(_short(group.parts[-1]).strip()) if group.marks else None
    colons = [at for at, mark in enumerate(group.marks) if mark == ":"]
    if given is not None and len(colons) in (1, 2) and group.marks[-1] == ":":
        turn = int(given * steps) if given < 1 else int(given)
        before, after = _sides(group, colons)
        return before if step < turn else after
    if group.marks and not colons:
        return group.parts[step % len(group.parts)]
    return [group.written(), "]"]


def _short(rope: Rope) -> str:
    """A text if it is short and holds nothing but what numbers are made of; else an empty one."""
    found = []
    waiting = [iter(rope)]
    for _ in range(MOST_NUMBER_PIECES):
        piece = next(waiting[-1], None)
        if isinstance(piece, list):
            waiting.append(iter(piece))
        elif isinstance(piece, str):
            if piece.strip().strip("0123456789."):
                return ""
            found.append(piece)
        else:
            waiting.pop()
            if not waiting:
                return "".join(found)
    return ""


def _joined(group: _Open, start: int, end: int) -> Rope:
    """The parts of a bracket from one to another, with the marks between them."""
    found: Rope = [group.parts[start]]
    for at in range(start, end):
        found += [group.marks[at], group.parts[at + 1]]
    return found


def _sides(group: _Open, colons: list[int]) -> tuple[Rope, Rope]:
    """What a scheduled pair of brackets says before and after its turn."""
    last = len(group.parts) - 2
    if len(colons) == 1:
        return [], _joined(group, 0, last)
    return _joined(group, 0, colons[0]), _joined(group, colons[0] + 1, last)
