"""Prompts as A1111's web interface reads them: weights multiply, `[word]` is quieter, BREAK ends a chunk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nodes.text.chunks import EMBEDDING, LENGTH, Lookup, Missed, Weighted, framed, segment_pieces
from nodes.text.prompt import EMPHASIS
from nodes.text_encoders.tokenizers.clip import clip_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BACKTRACK = 20
"""A chunk that is full ends at its last comma if that is no more tokens back than this."""

BREAK = "BREAK"

# Nothing that a `++` or `*+` has taken is given back: time is linear in the prompt, whatever it holds.
_MARK = re.compile(
    r"\\[()\[\]\\]|\(|\[|:[ \t]*+([-+]?(?:\d++(?:\.\d*+)?|\.\d++))[ \t]*+\)|\)|\]|[^\\()\[\]:]++|.", re.DOTALL
)
_BREAK = re.compile(r"\bBREAK\b")
_WORD_ENDS = " \t\r\n,;:()[]|<>"
_BARE = re.compile(rf"{EMBEDDING}\S*|[^\s,;:()\[\]|<>\\]+")
"""What may be the bare name of an embedding: a word between blanks and marks; those that are marked are passed over."""

_TAG = re.compile(r"<(?:lora|lyco|hypernet):[^<>\n]{1,300}>")
_FACTORS = {"(": EMPHASIS, "[": 1 / EMPHASIS}


def parse_attention(text: str) -> list[tuple[str, float]]:
    r"""Split a prompt into pieces of text and their weights; BREAK is a piece of weight -1.

    `(a)` multiplies by 1.1 and `[a]` divides by it, `(a:1.3)` multiplies by 1.3; what is around multiplies too. A
    backslash keeps a bracket as it is. A bracket that is not closed holds to the end.
    """
    pieces: list[str] = []
    opened: list[tuple[str, int]] = []
    spans: list[tuple[int, int, float]] = []
    for mark in _MARK.finditer(text):
        found, number = mark.group(), mark.group(1)
        closes = {")": "(", "]": "["}.get(found[-1])
        if found in _FACTORS:
            opened.append((found, len(pieces)))
        elif closes and (number or len(found) == 1) and opened and opened[-1][0] == closes:
            factor = float(number) if number else _FACTORS[closes]
            spans.append((opened.pop()[1], len(pieces), factor))
        elif len(found) == 2 and found[0] == "\\":
            pieces.append(found[1])
        else:
            pieces += _around_breaks(found)
    spans += [(start, len(pieces), _FACTORS[bracket]) for bracket, start in opened]
    return _merged(list(zip(pieces, _weights(len(pieces), spans), strict=True))) or [("", 1.0)]


def _around_breaks(text: str) -> list[str]:
    """The text with BREAK as pieces of their own, without the blanks around them."""
    first, *others = _BREAK.split(text)
    if not others:
        return [text]
    ends = [*(after.strip() for after in others[:-1]), others[-1].lstrip()]
    return [first.rstrip(), *(piece for after in ends for piece in (BREAK, after))]


def _weights(count: int, spans: list[tuple[int, int, float]]) -> list[float]:
    """The product of the factors of all spans around each of `count` places; spans nest."""
    waiting = sorted(spans, key=lambda span: (-span[0], span[1]))
    around: list[tuple[int, float]] = [(count, 1.0)]
    weights = []
    for place in range(count):
        while around[-1][0] <= place:
            around.pop()
        while waiting and waiting[-1][0] <= place:
            _, end, factor = waiting.pop()
            if end > place:
                around.append((end, around[-1][1] * factor))
        weights.append(around[-1][1])
    return weights


def _merged(pieces: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Neighbours of one weight as one piece, so that words that belong together are read together."""
    result: list[tuple[list[str], float]] = []
    for text, weight in pieces:
        if text == BREAK:
            result.append(([text], -1.0))
        elif result and result[-1][1] == weight and result[-1][0] != [BREAK]:
            result[-1][0].append(text)
        elif text:
            result.append(([text], weight))
    return [("".join(texts), weight) for texts, weight in result]


def lengths(text: str) -> list[int]:
    """How many tokens of a prompt stand in each of its chunks; an embedding counts as its letters."""
    padding = -1
    chunks = cut_at_commas(attention_pieces(text, clip_tokens), padding)
    return [sum(1 for token, _ in chunk if token != padding) - 2 for chunk in chunks]


def attention_pieces(
    text: str,
    tokens: Callable[[str], list[int]],
    lookup: Lookup | None = None,
    missed: Missed | None = None,
    names: Sequence[str] = (),
) -> list[list[Weighted] | None]:
    """The tokens of each weighted piece of a prompt, and None where a chunk ends.

    With a `lookup`, `names` are embeddings that count as such wherever they stand as words of their own.
    """
    pieces: list[list[Weighted] | None] = []
    if lookup is not None:
        text = marked(text, names)
    for segment, weight in parse_attention(text):
        if (segment, weight) == (BREAK, -1.0):
            pieces.append(None)
        else:
            pieces += segment_pieces(segment, weight, tokens, lookup, missed)
    return pieces


def marked(text: str, names: Sequence[str]) -> str:
    """A prompt in which the bare names of embeddings are written as `embedding:name`, as far as they are words."""
    known = {name.lower() for name in names if name and not any(letter in _WORD_ENDS for letter in name)}
    if not known:
        return text

    def mark(word: re.Match[str]) -> str:
        return f" {EMBEDDING}{word[0]} " if word[0].lower() in known else word[0]

    return _BARE.sub(mark, text)


def network_tags(text: str) -> list[str]:
    """The tags like `<lora:name:0.8>` in a prompt, which name networks and are no words."""
    return [tag[0] for tag in _TAG.finditer(text)]


def without_tags(text: str) -> str:
    """A prompt without such tags."""
    return _TAG.sub("", text)


def cut_at_commas(
    pieces: Sequence[Sequence[Weighted] | None], pad: int, length: int = LENGTH
) -> list[list[Weighted]]:
    """Fill chunks of `length` tokens in order; None among the pieces ends a chunk.

    A full chunk gives what follows its last comma, if that is near, to the next one.
    """
    comma, room = clip_tokens(",")[0], length - 2
    bodies: list[list[Weighted]] = [[]]
    last_comma = -1
    for piece in pieces:
        if piece is None:
            bodies.append([])
            last_comma = -1
            continue
        for token in piece:
            if len(bodies[-1]) == room:
                near = not _is(token, comma) and last_comma >= 0 and room - last_comma <= BACKTRACK
                at = last_comma + 1 if near else room
                bodies[-1:] = [bodies[-1][:at], bodies[-1][at:]]
                last_comma = -1
            if _is(token, comma):
                last_comma = len(bodies[-1])
            bodies[-1].append(token)
    if len(bodies) > 1 and not bodies[-1]:
        bodies.pop()
    return [framed(body, pad, length) for body in bodies]


def _is(token: Weighted, number: int) -> bool:
    """Whether a token is this entry of the vocabulary, and no vector."""
    return isinstance(token[0], int) and token[0] == number
