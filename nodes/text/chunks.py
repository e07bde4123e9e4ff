"""Cutting a weighted prompt into the 77-token chunks that CLIP reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from nodes.text.prompt import parse_prompt, spans, unescaped
from nodes.text_encoders.tokenizers.clip import END, START, clip_places, clip_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from torch import Tensor

Token: TypeAlias = "int | Tensor"
"""An entry of the vocabulary, or the vector `[D]` of a textual inversion that stands in for one."""

Weighted: TypeAlias = "tuple[Token, float]"
Lookup: TypeAlias = "Callable[[str], Sequence[Tensor] | None]"
Missed: TypeAlias = "Callable[[str], object]"
"""What is called with the name of an embedding that is not there."""

LENGTH = 77
LARGE = 8
EMBEDDING = "embedding:"
TRIED = 8
"""How many of the names that a word may hold are looked for."""

_BEFORE = re.compile(rf"(?:\s|(?<=[,;]))(?={EMBEDDING})")
_ENDS = re.compile(r"[,;)\]|]")
NOWHERE = -1
"""What fills a chunk in the place of tokens, where only places count."""


def weighted_tokens(text: str, pad: int = END) -> list[list[tuple[int, float]]]:
    """The CLIP tokens of a prompt with their weights, 77 to a chunk: start, up to 75 tokens, end, padding."""
    chunks = cut(prompt_pieces(text, clip_tokens), pad)
    return [[(token, weight) for token, weight in chunk if isinstance(token, int)] for chunk in chunks]


def laid_out(text: str) -> list[tuple[int, int]]:
    """Where in a prompt each chunk begins, and how many of its tokens it holds; an embedding counts as its letters."""
    pieces: list[list[Weighted]] = []
    for begin, end, weight in spans(text):
        written = text[begin:end]
        said = unescaped(written)
        moved = _moved(written) if len(said) < len(written) else range(len(said))
        at = 0
        for part in _parts(said):
            at = said.index(part, at)
            pieces.append([(begin + moved[at + place], weight) for place in clip_places(part)])
            at += len(part)
    chunks = cut([piece for piece in pieces if piece], NOWHERE)
    bodies = [[place for place, _ in chunk if place != NOWHERE][1:-1] for chunk in chunks]
    return [(int(body[0]) if body else 0, len(body)) for body in bodies]


def _moved(written: str) -> list[int]:
    """Where each letter of a text without its backslashes stands in the text with them."""
    return [
        at
        for at, letter in enumerate(written)
        if letter != "\\" or written[at + 1 : at + 2] not in ("(", ")")
    ]


def prompt_pieces(
    text: str,
    tokens: Callable[[str], list[int]],
    lookup: Lookup | None = None,
    missed: Missed | None = None,
) -> list[list[Weighted]]:
    """The tokens of each weighted piece of a prompt.

    `embedding:name` begins a piece of its own; `lookup` gives the vectors of a name, or None where there is
    no such embedding, which is then left out and handed to `missed`. Without a lookup the words are read as text.
    """
    return [
        piece for segment in parse_prompt(text) for piece in segment_pieces(*segment, tokens, lookup, missed)
    ]


def segment_pieces(
    segment: str,
    weight: float,
    tokens: Callable[[str], list[int]],
    lookup: Lookup | None = None,
    missed: Missed | None = None,
) -> list[list[Weighted]]:
    """The tokens of one weighted segment, embeddings as pieces of their own."""
    pieces: list[list[Weighted]] = []
    for part in _parts(segment):
        if lookup and part.startswith(EMBEDDING):
            vectors, part = _embedding(part.removeprefix(EMBEDDING), lookup, missed)
            pieces.append([(vector, weight) for vector in vectors])
        pieces.append([(token, weight) for token in tokens(part)])
    return [piece for piece in pieces if piece]


def cut(pieces: Sequence[list[Weighted]], pad: int, length: int = LENGTH) -> list[list[Weighted]]:
    """Fill chunks of `length` tokens with pieces in order.

    A piece of 8 tokens or more that does not fit is cut at the edge; a shorter one moves whole into the
    next chunk. All added tokens weigh 1.
    """
    room = length - 2
    bodies: list[list[Weighted]] = [[]]
    for piece in pieces:
        rest = piece
        while len(bodies[-1]) + len(rest) > room:
            fits = room - len(bodies[-1]) if len(piece) >= LARGE else 0
            bodies[-1].extend(rest[:fits])
            bodies.append([])
            rest = rest[fits:]
        bodies[-1].extend(rest)
    return [framed(body, pad, length) for body in bodies]


def empty(pad: int, length: int = LENGTH) -> list[Weighted]:
    """The chunk of the empty prompt."""
    return framed([], pad, length)


def framed(body: list[Weighted], pad: int, length: int = LENGTH) -> list[Weighted]:
    """A chunk of these tokens: start, tokens, end, padding."""
    padding: list[Weighted] = [(pad, 1.0)] * (length - 2 - len(body))
    return [(START, 1.0), *body, (END, 1.0), *padding]


def _parts(segment: str) -> Iterator[str]:
    """The segment cut before each embedding, which stands at the beginning, behind a blank or behind a comma."""
    return (part for part in _BEFORE.split(segment) if part)


def _embedding(words: str, lookup: Lookup, missed: Missed | None) -> tuple[Sequence[Tensor], str]:
    """The vectors of the name that leads `words`, and the text after it.

    A blank ends the name, and a comma, a semicolon or a closing bracket may: the longest name that is there counts.
    """
    word, after = [*words.split(maxsplit=1), "", ""][:2]
    ends = [len(word), *(mark.start() for mark in reversed(list(_ENDS.finditer(word))))]
    names = [word[:end] for end in dict.fromkeys(ends[:TRIED] + ends[-1:]) if end]
    for name in names:
        vectors = lookup(name)
        if vectors is not None:
            return vectors, f"{word[len(name) :]} {after}".strip()
    name = names[-1] if names else ""
    if missed is not None and name:
        missed(name)
    return (), f"{word[len(name) :]} {after}".strip()
