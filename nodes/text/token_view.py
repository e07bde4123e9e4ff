"""A prompt as a text encoder sees it: words cut into tokens, with weights, in chunks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from nodes.text import weighted_tokens
from nodes.text_encoders.tokenizers.clip import END, START, clip_vocabulary

ROOM = 75
"""Tokens of a prompt in each chunk, beside its start and end."""

END_OF_WORD = "</w>"


@dataclass(frozen=True)
class Seen:
    """One token: what it says, its weight, and whether it ends a word."""

    text: str
    weight: float
    ends_word: bool


@cache
def _words() -> dict[int, str]:
    return {index: word for word, index in clip_vocabulary().items()}


@cache
def _bytes() -> dict[str, int]:
    """The byte for each letter that the vocabulary writes it with: its first 256 entries, in this order."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    order = [*printable, *(byte for byte in range(256) if byte not in printable)]
    return {_words()[index]: byte for index, byte in enumerate(order)}


def word(token: int) -> tuple[str, bool]:
    """What a token says, and whether it ends a word."""
    letters = _words()[token]
    ends = letters.endswith(END_OF_WORD)
    plain = letters.removesuffix(END_OF_WORD)
    data = bytes(_bytes()[letter] for letter in plain if letter in _bytes())
    return data.decode("utf-8", "replace"), ends


def seen(text: str) -> list[list[Seen]]:
    """The tokens of each chunk, without start, end and padding."""
    chunks = []
    for chunk in weighted_tokens(text):
        body = []
        for token, weight in chunk[1:]:
            if token in (START, END):
                break
            body.append(Seen(word(token)[0], weight, word(token)[1]))
        chunks.append(body)
    return chunks


def report(text: str) -> str:
    """The chunks of a prompt in words: one line for each, tokens divided by | inside words, weights after a colon."""
    lines = []
    for number, chunk in enumerate(seen(text), 1):
        lines.append(f"chunk {number}: {len(chunk)} of {ROOM} tokens")
        pieces = []
        for token in chunk:
            weight = "" if token.weight == 1 else f":{token.weight:g}"
            pieces.append(f"{token.text}{weight}{' ' if token.ends_word else '|'}")
        lines.append("  " + "".join(pieces).rstrip())
    return "\n".join(lines)
