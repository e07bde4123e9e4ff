"""T5's tokenizer: SentencePiece unigrams (Raffel et al. 2020)."""

from __future__ import annotations

import gzip
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

END = 1
PAD = 0


def t5_tokens(text: str) -> list[int]:
    """The token ids of a text, without the end token."""
    ids: list[int] = _tokenizer().encode(text, add_special_tokens=False).ids
    return ids


@cache
def _tokenizer() -> Tokenizer:
    from tokenizers import Tokenizer

    packed = (files("nodes.text_encoders.tokenizers") / "data" / "t5_tokenizer.json.gz").read_bytes()
    return Tokenizer.from_str(gzip.decompress(packed).decode())
