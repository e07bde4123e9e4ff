"""Prompts that change on the way, as A1111's web interface writes them: `[a:b:0.5]`, `[a|b]`, and `AND`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_AND = re.compile(r"\bAND\b")
_WEIGHTED = re.compile(r"(.*?)\s*:\s*([-+]?(?:\d+\.?\d*|\.\d+))\s*\Z", re.DOTALL)
_NUMBER = re.compile(r"\s*(\d+\.?\d*|\.\d+)\s*\Z")
_MARKS = re.compile(r"\\.|[][():|]", re.DOTALL)


def and_parts(text: str) -> list[tuple[str, float]]:
    """The prompts that `AND` joins, with their weights: `a cat AND a dog :0.8`."""
    parts = []
    for part in _AND.split(text):
        found = _WEIGHTED.match(part)
        parts.append((found[1], float(found[2])) if found else (part, 1.0))
    return parts


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


@dataclass
class _Open:
    """A bracket not yet closed: its parts, and the marks between them."""

    bracket: str
    parts: list[list[str]] = field(default_factory=lambda: [[]])
    marks: list[str] = field(default_factory=list)

    def written(self) -> str:
        """The text as it stands."""
        texts = ["".join(part) for part in self.parts]
        return self.bracket + texts[0] + "".join(m + t for m, t in zip(self.marks, texts[1:], strict=True))


def at_step(text: str, step: int, steps: int) -> str:
    """What the prompt says at a step, counted from 0, of so many."""
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
            opened[-1].parts[-1].append(_closed(last, step, steps) if found == "]" else last.written() + ")")
        else:
            opened[-1].parts[-1].append(found)
    opened[-1].parts[-1].append(text[at:])
    return "".join(each.written() for each in opened)


def _closed(group: _Open, step: int, steps: int) -> str:
    """What a pair of square brackets says at a step."""
    texts = ["".join(part) for part in group.parts]
    number = _NUMBER.match(texts[-1])
    colons = [at for at, mark in enumerate(group.marks) if mark == ":"]
    if number and len(colons) in (1, 2) and group.marks[-1] == ":":
        given = float(number[1])
        turn = int(given * steps) if given < 1 else int(given)
        before, after = _sides(group, texts, colons)
        return before if step < turn else after
    if group.marks and not colons:
        return texts[step % len(texts)]
    return group.written() + "]"


def _sides(group: _Open, texts: list[str], colons: list[int]) -> tuple[str, str]:
    """What a scheduled pair of brackets says before and after its turn."""

    def joined(start: int, end: int) -> str:
        return texts[start] + "".join(group.marks[at] + texts[at + 1] for at in range(start, end))

    if len(colons) == 1:
        return "", joined(0, len(texts) - 2)
    return joined(0, colons[0]), joined(colons[0] + 1, len(texts) - 2)
