"""Prompts with choices in them: `{red|blue} house`, resolved by a seed."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

_MARKS = re.compile(r"\\[{}|#\\]|[{}|]")
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|(?<![^\n])[ \t]*#[^\n]*\n?", re.DOTALL)
_WEIGHT = re.compile(r"\s*(\d+(?:\.\d+)?)::")


def without_comments(text: str) -> str:
    """The text without `/* ... */` and without lines that begin with `#`."""
    return _COMMENT.sub("", text)


def resolved(text: str, seed: int) -> str:
    r"""One of the texts that `text` stands for; the same seed gives the same one.

    `{a|b}` is a or b, `{2::a|b}` is a twice as often; choices nest, and an empty one says nothing. A backslash
    keeps a brace or bar as it is; braces without a partner stay.
    """
    chance = random.Random(seed)
    stack: list[list[list[str]]] = [[[]]]
    at = 0
    text = without_comments(text)
    for mark in _MARKS.finditer(text):
        stack[-1][-1].append(text[at : mark.start()])
        at = mark.end()
        found = mark.group()
        if found == "{":
            stack.append([[]])
        elif found == "|" and len(stack) > 1:
            stack[-1].append([])
        elif found == "}" and len(stack) > 1:
            options = ["".join(option) for option in stack.pop()]
            stack[-1][-1].append(_chosen(options, chance))
        else:
            stack[-1][-1].append(found[-1])
    stack[-1][-1].append(text[at:])
    while len(stack) > 1:
        options = ["".join(option) for option in stack.pop()]
        stack[-1][-1].append("{" + "|".join(options))
    return "".join(stack[0][0])


def _chosen(options: Sequence[str], chance: random.Random) -> str:
    weights, words = [], []
    for option in options:
        found = _WEIGHT.match(option)
        weights.append(float(found[1]) if found else 1.0)
        words.append(option[found.end() :] if found else option)
    if not any(weights):
        weights = [1.0] * len(words)
    return chance.choices(words, weights)[0]
