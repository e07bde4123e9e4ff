"""Reading a prompt: `(word)` is heard 1.1 times as strongly, `(word:1.3)` exactly 1.3 times."""

from __future__ import annotations

import math
import re
from bisect import bisect_left

EMPHASIS = 1.1

_BRACKET = re.compile(r"\\[()]|[()]")
_ESCAPED = re.compile(r"\\([()])")


def parse_prompt(text: str) -> list[tuple[str, float]]:
    r"""Split a prompt into pieces of text and their weights.

    Parentheses nest, each multiplying by 1.1; a number after the last colon inside a pair replaces the
    weight, whatever stands outside. `\(` and `\)` are plain characters, and so are unbalanced ones.
    Time grows with the length, not with the depth.
    """
    return [(unescaped(text[start:end]), weight) for start, end, weight in spans(text)]


def unescaped(text: str) -> str:
    """The text without the backslashes before its brackets."""
    return _ESCAPED.sub(r"\1", text)


def spans(text: str) -> list[tuple[int, int, float]]:
    """Where each piece of a prompt begins and ends in the text, and its weight; see parse_prompt."""
    closing, closers = _brackets(text)
    opens = list(closing)
    marks = _Marks(text)
    pieces: list[tuple[int, int, float]] = []
    pending = [(0, len(text), 1.0)]
    while pending:
        start, end, weight = pending.pop()
        at = bisect_left(opens, start)
        opening = opens[at] if at < len(opens) and opens[at] < end else end
        if start < opening:
            pieces.append((start, opening, weight))
        if opening < end:
            close = closing[opening]
            if close < end:
                pending += [(close + 1, end, weight), marks.inside(opening + 1, close, weight)]
            elif end - 1 in closers:
                # An opening without a partner takes the last character for one.
                pending.append(marks.inside(opening + 1, end - 1, weight))
            else:
                pieces.append((opening, end, weight))
    return pieces


def _brackets(text: str) -> tuple[dict[int, int], set[int]]:
    """Where each opening bracket closes (the length of the text: nowhere), and all closing brackets.

    After a closing bracket too many, the next opening one only makes up for it and is plain text.
    """
    closing: dict[int, int] = {}
    closers: set[int] = set()
    opened: list[int] = []
    surplus = 0
    for match in _BRACKET.finditer(text):
        if match.group() == "(" and surplus:
            surplus -= 1
        elif match.group() == "(":
            opened.append(match.start())
            closing[match.start()] = len(text)
        elif match.group() == ")":
            closers.add(match.start())
            if opened:
                closing[opened.pop()] = match.start()
            else:
                surplus += 1
    return closing, closers


class _Marks:
    """Where colons and brackets stand in a text, so that no bracket is searched for them again."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._colons = [found.start() for found in re.finditer(":", text)]
        self._brackets = [found.start() for found in re.finditer("[()]", text)]

    def inside(self, start: int, end: int, weight: float) -> tuple[int, int, float]:
        """What stands between a pair of brackets, without the number that gives its weight."""
        raised = weight * EMPHASIS
        at = bisect_left(self._colons, end) - 1
        colon = self._colons[at] if at >= 0 else -1
        if colon > start and not self._has_bracket(colon, end):
            try:
                given = float(self._text[colon + 1 : end])
            except ValueError:
                given = math.nan
            if math.isfinite(given):
                return start, colon, given
        return start, end, raised if math.isfinite(raised) else weight

    def _has_bracket(self, start: int, end: int) -> bool:
        at = bisect_left(self._brackets, start)
        return at < len(self._brackets) and self._brackets[at] < end
