"""Weights in a prompt: `(words:1.1)` made, raised and lowered around a selection. Text in, text out."""

from __future__ import annotations

import re
from dataclasses import dataclass

STEP = 0.05
MOST = 10.0
WEIGHTED = re.compile(r"\((?P<words>(?:\\.|[^()\\])*):(?P<weight>[-+]?(?:\d++(?:\.\d++)?|\.\d++))\)")
ENDS = " \t\n,.;"


@dataclass(frozen=True)
class Change:
    """Replace the text from `start` to `end`; `select` is what is to be selected then."""

    start: int
    end: int
    text: str
    select: tuple[int, int]


def reweighted(text: str, start: int, end: int, steps: int) -> Change | None:
    """The change that gives the words from `start` to `end` some steps more weight; None without words.

    Without a selection it is the word at the cursor, or the weighted words around it. Weight 1 takes the
    brackets away.
    """
    around = _around(text, start, end)
    if around is not None:
        words, weight = around["words"], float(around["weight"])
        start, end = around.span()
    else:
        start, end = _unbroken(text, *_words(text, start, end))
        words, weight = text[start:end], 1.0
        if not words:
            return None
    wanted = max(-MOST, min(MOST, round(weight + steps * STEP, 2)))
    if wanted == 1.0:
        return Change(start, end, words, (start, start + len(words)))
    new = f"({words}:{wanted:g})"
    return Change(start, end, new, (start + 1, start + 1 + len(words)))


def _around(text: str, start: int, end: int) -> re.Match[str] | None:
    """The weighted words that hold the selection."""
    found = (match for match in WEIGHTED.finditer(text) if match.start() <= start and end <= match.end())
    return next(found, None)


def _words(text: str, start: int, end: int) -> tuple[int, int]:
    """The selection without blanks at its ends, or the word at the cursor."""
    if start == end:
        while start > 0 and text[start - 1] not in ENDS + "()":
            start -= 1
        while end < len(text) and text[end] not in ENDS + "()":
            end += 1
        return start, end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _unbroken(text: str, start: int, end: int) -> tuple[int, int]:
    """With the backslash of a sign that begins them, and the sign of a backslash that ends them."""
    if start < end and _escaped(text, start):
        start -= 1
    if start < end < len(text) and _escaped(text, end):
        end += 1
    return start, end


def _escaped(text: str, at: int) -> bool:
    """Whether a backslash speaks for the sign at a place: one of an odd number of them."""
    before = text[:at]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1
