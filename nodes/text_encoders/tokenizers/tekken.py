"""Mistral's own tokenizers: files `tekken.json` of bytes in the order in which they merge, as tiktoken has them."""

from __future__ import annotations

import base64
import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from nodes.text_encoders.tokenizers.limits import MOST_MERGES, check_pattern, check_text, check_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tokenizers import Tokenizer

SPECIAL = (
    "<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]",
    "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>", "[IMG_BREAK]", "[IMG_END]", "[PREFIX]", "[MIDDLE]", "[SUFFIX]",
    "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]",
)  # fmt: skip
"""The special tokens of files that do not list theirs."""

LONGEST = 512
"""Words of more bytes are in no vocabulary; in how many ways one splits grows with its length."""


def tokenizer_of(data: bytes) -> Tokenizer:
    """The tokenizer that a file describes; raises ValueError for bytes that are none.

    Special tokens have the first numbers, those of the vocabulary follow in its order.
    """
    try:
        text = data.decode("utf-8")
        check_text(text)
        found = json.loads(text)
        config = found["config"]
        special = specials(found.get("special_tokens"), config.get("default_num_special_tokens"))
        count = int(config.get("default_vocab_size") or len(special) + len(found["vocab"])) - len(special)
        words = [base64.b64decode(entry["token_bytes"], validate=True) for entry in found["vocab"][:count]]
        pattern = str(config["pattern"])
        check_pattern(pattern)
        check_words(words)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"it lacks {error}") from error
    ranks = {word: rank for rank, word in enumerate(words)}
    if len(ranks) != len(words) or any(bytes([byte]) not in ranks for byte in range(256)):
        raise ValueError("its vocabulary repeats words, or has not every byte")
    if max(map(len, words)) > LONGEST:
        raise ValueError(f"a word of its vocabulary is longer than {LONGEST} bytes")
    return _made(ranks, special, pattern)


def specials(listed: Sequence[Mapping[str, Any]] | None, count: int | None) -> list[str]:
    """The special tokens in order of their numbers, those that are kept free named by theirs."""
    if listed is None:
        names = list(SPECIAL)
    else:
        ranked = sorted((int(entry["rank"]), str(entry["token_str"])) for entry in listed)
        if [rank for rank, _ in ranked] != list(range(len(ranked))):
            raise ValueError("its special tokens are not numbered from 0 on")
        names = [name for _, name in ranked]
    free = range(len(names), min(count or 0, 1 << 16))
    return [*names, *(f"<SPECIAL_{number}>" for number in free)]


def _made(ranks: Mapping[bytes, int], special: Sequence[str], pattern: str) -> Tokenizer:
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers

    spelled = _spelling()
    vocabulary = {name: number for number, name in enumerate(special)}
    vocabulary |= {_letters(word, spelled): len(special) + rank for word, rank in ranks.items()}
    pairs = list(islice(merges_of(ranks), MOST_MERGES + 1))
    if len(pairs) > MOST_MERGES:
        raise ValueError("its words are made of more pairs than those of any vocabulary")
    merges = [(_letters(left, spelled), _letters(right, spelled)) for left, right in pairs]
    made = Tokenizer(models.BPE(vocabulary, merges, ignore_merges=True))
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in special])
    return made


def merges_of(ranks: Mapping[bytes, int]) -> Iterator[tuple[bytes, bytes]]:
    """The pairs that words are made of, those of the first words in front."""
    for word in ranks:
        halves = ((word[:at], word[at:]) for at in range(1, len(word)))
        known = [pair for pair in halves if pair[0] in ranks and pair[1] in ranks]
        yield from sorted(known, key=lambda pair: (ranks[pair[0]], ranks[pair[1]]))


def _spelling() -> list[str]:
    """The letter that byte-level tokenizers write for each byte: itself where it can be seen, else from 256 on."""
    seen = {*range(33, 127), *range(161, 173), *range(174, 256)}
    hidden = iter(range(256, 512))
    return [chr(byte if byte in seen else next(hidden)) for byte in range(256)]


def _letters(word: bytes, spelled: Sequence[str]) -> str:
    return "".join(spelled[byte] for byte in word)
