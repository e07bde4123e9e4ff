"""SentencePiece models (Kudo and Richardson 2018) as tokenizers: files of pieces and scores as protocol buffers."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from nodes.text_encoders.tokenizers.limits import LONGEST_WORD, MOST_MERGES, MOST_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tokenizers import Tokenizer

UNKNOWN, CONTROL, USER, BYTE = 2, 3, 4, 6
UNIGRAM = 1
LONGEST_PIECE = 4 * LONGEST_WORD
"""The most bytes that a piece takes with its score and kind."""

SPACE = "▁"
_PIECES, _TRAINER, _NORMALIZER = 1, 2, 3
_KIND, _DUMMY = 3, 3
"""The fields of a model, of its training's kind, and of whether text begins with a space of its own."""


@dataclass(frozen=True)
class Piece:
    """An entry of the vocabulary."""

    text: str
    score: float = 0.0
    kind: int = 1


def tokenizer_of(data: bytes) -> Tokenizer:
    """The tokenizer that a SentencePiece model describes; raises ValueError for bytes that are none."""
    pieces: list[Piece] = []
    unigram, dummy = True, True
    for at, (field, value) in enumerate(_fields(data)):
        if at > MOST_WORDS or (field == _PIECES and isinstance(value, bytes) and len(value) > LONGEST_PIECE):
            raise ValueError("it has more pieces than any vocabulary, or longer ones")
        if field == _PIECES and isinstance(value, bytes):
            pieces.append(_piece(value))
        elif field == _TRAINER and isinstance(value, bytes):
            unigram = dict(_fields(value)).get(_KIND, UNIGRAM) == UNIGRAM
        elif field == _NORMALIZER and isinstance(value, bytes):
            dummy = bool(dict(_fields(value)).get(_DUMMY, 1))
    if not pieces:
        raise ValueError("it has no pieces")
    return _made(pieces, unigram, dummy)


def _made(pieces: list[Piece], unigram: bool, dummy: bool) -> Tokenizer:
    from tokenizers import AddedToken, Tokenizer, models, normalizers

    unknown = next((at for at, piece in enumerate(pieces) if piece.kind == UNKNOWN), None)
    in_bytes = any(piece.kind == BYTE for piece in pieces)
    if unigram:
        scores = [(piece.text, piece.score) for piece in pieces]
        made = Tokenizer(models.Unigram(scores, unknown, in_bytes))
    else:
        vocabulary = {piece.text: at for at, piece in enumerate(pieces)}
        word = None if unknown is None else pieces[unknown].text
        merges = list(islice(merges_of(pieces), MOST_MERGES + 1))
        if len(merges) > MOST_MERGES:
            raise ValueError("its pieces are made of more pairs than those of any vocabulary")
        made = Tokenizer(
            models.BPE(vocabulary, merges, unk_token=word, fuse_unk=True, byte_fallback=in_bytes)
        )
    steps = [normalizers.Prepend(SPACE)] if dummy else []
    made.normalizer = normalizers.Sequence([*steps, normalizers.Replace(" ", SPACE)])
    special = [piece for piece in pieces if piece.kind in (CONTROL, USER)]
    made.add_tokens(
        [AddedToken(piece.text, special=piece.kind == CONTROL, normalized=False) for piece in special]
    )
    return made


def merges_of(pieces: list[Piece]) -> Iterator[tuple[str, str]]:
    """The pairs that pieces are made of, those that merge first in front."""
    known = {piece.text: at for at, piece in enumerate(pieces) if piece.kind not in (CONTROL, UNKNOWN, BYTE)}
    for text in sorted(known, key=lambda text: (-pieces[known[text]].score, known[text])):
        halves = [(text[:at], text[at:]) for at in range(1, len(text))]
        yield from sorted(
            ((left, right) for left, right in halves if left in known and right in known),
            key=lambda pair: (known[pair[0]], known[pair[1]]),
        )


def _piece(data: bytes) -> Piece:
    found = dict(_fields(data))
    text, score, kind = found.get(1, b""), found.get(2, b"\0\0\0\0"), found.get(3, 1)
    if not isinstance(text, bytes) or not isinstance(score, bytes) or not isinstance(kind, int):
        raise ValueError("a piece is of an unknown form")
    if len(text) > LONGEST_WORD:
        raise ValueError(f"a piece is longer than {LONGEST_WORD} bytes")
    return Piece(text.decode("utf-8"), struct.unpack("<f", score)[0], kind)


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protocol buffer: numbers as they are, everything else as bytes."""
    at = 0
    while at < len(data):
        tag, at = _number(data, at)
        field, form = tag >> 3, tag & 7
        if form == 0:
            value, at = _number(data, at)
            yield field, value
            continue
        if form not in (1, 2, 5):
            raise ValueError("a field is of an unknown form")
        size, at = _number(data, at) if form == 2 else ({1: 8, 5: 4}[form], at)
        if at + size > len(data):
            raise ValueError("it ends too early")
        yield field, data[at : at + size]
        at += size


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 70:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
    raise ValueError("it ends too early")
