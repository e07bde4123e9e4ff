"""CLIP's tokenizer: byte-pair encoding over lower-case words (Radford et al. 2021, section 2.4)."""

from __future__ import annotations

import gzip
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

START = 49406
END = 49407

_WORDS = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


def clip_tokens(text: str) -> list[int]:
    """The token ids of a text, without start and end."""
    ids: list[int] = _tokenizer().encode(text, add_special_tokens=False).ids
    return ids


def clip_places(text: str) -> list[int]:
    """Where in a text each of its tokens begins."""
    return [start for start, _ in _tokenizer().encode(text, add_special_tokens=False).offsets]


def clip_vocabulary() -> dict[str, int]:
    """Every token of CLIP's vocabulary with its id, 49,408 in all."""
    return _vocabulary(_merges())


@cache
def _tokenizer() -> Tokenizer:
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    merges = _merges()
    tokenizer = Tokenizer(
        models.BPE(
            vocab=_vocabulary(merges),
            merges=merges,
            continuing_subword_prefix="",
            end_of_word_suffix="</w>",
            unk_token="<|endoftext|>",
        )
    )
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORDS), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.add_special_tokens(["<|startoftext|>", "<|endoftext|>"])
    return tokenizer


def _merges() -> list[tuple[str, str]]:
    packed = (files("nodes.text_encoders.tokenizers") / "data" / "clip_merges.txt.gz").read_bytes()
    lines = gzip.decompress(packed).decode().rstrip("\n").split("\n")
    return [(left, right) for left, _, right in (line.partition(" ") for line in lines)]


def _vocabulary(merges: list[tuple[str, str]]) -> dict[str, int]:
    letters = _byte_letters()
    words = [*letters, *(letter + "</w>" for letter in letters), *(left + right for left, right in merges)]
    return {word: index for index, word in enumerate([*words, "<|startoftext|>", "<|endoftext|>"])}


def _byte_letters() -> list[str]:
    """A printable letter for every byte, printable Latin-1 bytes first, in the vocabulary's order."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = 256 - len(printable)
    return [chr(byte) for byte in printable] + [chr(256 + index) for index in range(others)]
