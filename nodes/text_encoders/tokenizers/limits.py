"""How much a tokenizer that comes with a model may ask for, so that a small file takes no endless memory or time."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from nodes.text_encoders.tokenizers.bounded_regex import is_bounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_WORDS = 1_000_000
MOST_MERGES = 5_000_000
LONGEST_WORD = 1024
"""The largest vocabulary, the most pairs that merge, and the longest word, in characters."""

MOST_COMMAS = 6_000_000
"""More commas than any tokenizer's JSON has; each may become an object of many bytes."""

MOST_STEPS = 64
MOST_GROWTH = 512
"""How many steps may change a text before it is cut, and how many times longer they may make it."""

LONGEST_TEXT = 50_000
"""The longest prompt that such a tokenizer reads, in characters."""

_COMPOSING = {
    "NFC": 3,
    "NFD": 4,
    "NFKC": 18,
    "NFKD": 18,
    "Nmt": 18,
    "BertNormalizer": 18,
    "Lowercase": 3,
    "ByteLevel": 4,
}
"""How many times longer a text may become by what Unicode and bytes allow."""

_LONGEST_TABLE = 4 * 2**20


def check_text(text: str) -> None:
    """Raise ValueError for a file with more entries than any tokenizer has; made before it is parsed."""
    if text.count(",") > MOST_COMMAS:
        raise ValueError("it has more entries than any tokenizer")


def check_tokenizer(found: Any) -> None:
    """Raise ValueError for a tokenizer.json whose vocabulary or steps would take memory or time without end."""
    model = found.get("model") or {}
    check_words(model.get("vocab") or ())
    if len(model.get("merges") or ()) > MOST_MERGES or len(found.get("added_tokens") or ()) > MOST_WORDS:
        raise ValueError("its vocabulary is larger than any")
    check_words(
        token.get("content", "") for token in found.get("added_tokens") or () if isinstance(token, dict)
    )
    growth = 1.0
    for at, step in enumerate(_steps(found.get("normalizer"))):
        growth *= _growth(step)
        if at >= MOST_STEPS or growth > MOST_GROWTH:
            raise ValueError("its normalizer multiplies the text")
    for at, step in enumerate(_steps(found.get("pre_tokenizer"))):
        if at >= MOST_STEPS or not _patterned(step):
            raise ValueError("its pre-tokenizer has a pattern that takes time without end")


def check_words(words: Iterable[Any]) -> None:
    """Raise ValueError for too many words, or one that is too long."""
    for at, entry in enumerate(words):
        word = entry[0] if isinstance(entry, list) and entry else entry
        if at >= MOST_WORDS:
            raise ValueError(f"its vocabulary has more than {MOST_WORDS} words")
        if isinstance(word, str | bytes) and len(word) > LONGEST_WORD:
            raise ValueError(f"a word of its vocabulary is longer than {LONGEST_WORD} characters")


def check_pattern(pattern: str) -> None:
    """Raise ValueError for a pattern that takes time without end."""
    if not is_bounded(pattern):
        raise ValueError("its pattern takes time without end")


def _steps(found: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The steps of a sequence of steps, however deep."""
    if not isinstance(found, dict) or depth > MOST_STEPS:
        return
    inner = found.get("normalizers") or found.get("pretokenizers")
    if isinstance(inner, list):
        for each in inner:
            yield from _steps(each, depth + 1)
    else:
        yield found


def _patterned(step: dict[str, Any]) -> bool:
    pattern = step.get("pattern")
    text = pattern.get("Regex") if isinstance(pattern, dict) else None
    return not isinstance(text, str) or is_bounded(text)


def _growth(step: dict[str, Any]) -> float:
    """How many times longer a step may make a text."""
    kind = str(step.get("type"))
    if kind == "Replace":
        if not _patterned(step):
            raise ValueError("its normalizer has a pattern that takes time without end")
        pattern, content = step.get("pattern"), str(step.get("content", ""))
        plain = pattern.get("String") if isinstance(pattern, dict) else None
        return max(1.0, len(content) / len(plain)) if isinstance(plain, str) and plain else 1.0 + len(content)
    if kind == "Prepend":
        return 1.0 + len(str(step.get("prepend", ""))) / LONGEST_WORD
    if kind == "Precompiled":
        return _longest_replacement(str(step.get("precompiled_charsmap") or ""))
    return float(_COMPOSING.get(kind, 1))


def _longest_replacement(packed: str) -> float:
    """The bytes of the longest text that a SentencePiece table puts in the place of a character: behind the table's
    trie, whose size in bytes comes first, they stand one after the other, each closed by a zero byte."""
    if len(packed) > _LONGEST_TABLE:
        raise ValueError("its normalizer's table is larger than any")
    data = base64.b64decode(packed, validate=True)
    texts = data[4 + int.from_bytes(data[:4], "little") :]
    return float(max(1, *map(len, texts.split(b"\0"))))
