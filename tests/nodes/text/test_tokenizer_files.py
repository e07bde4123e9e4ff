"""Tokenizers that come with models and are not as they should be: what their library refuses is one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from nodegraph.support.errors import LoadError
from nodes.text_encoders.read_out import ids_of
from nodes.text_encoders.tokenizers.files import tokenizer_for
from nodes.text_encoders.tokenizers.refusals import Refusals
from tests.nodes.text.test_tekken import file as tekken_file

TABLE = torch.zeros(8, 1)
BPE: dict[str, Any] = {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}
BROKEN = "(("
SLOW = "(a+)+c|(a|a)*d"


def split(pattern: str) -> dict[str, Any]:
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}


def encoder(folder: Path, **tokenizer: Any) -> Path:
    """Where an encoder would lie that has this tokenizer beside it."""
    (folder / "tokenizer.json").write_text(json.dumps({"version": "1.0", "model": BPE, **tokenizer}))
    return folder / "encoder.safetensors"


@pytest.mark.parametrize(
    "wrong",
    [
        {"pre_tokenizer": split(BROKEN)},
        {"model": {**BPE, "merges": [["a", "c"]]}},
        {"model": {**BPE, "vocab": {"a": -1}}},
        {"normalizer": {"type": "Replace", "pattern": {"Regex": BROKEN}, "content": ""}},
    ],
)
def test_a_file_that_cannot_be_used_is_said_when_it_is_opened(wrong: Any, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"The tokenizer .*tokenizer\.json cannot be used: .* Take the file"):
        tokenizer_for(encoder(tmp_path, **wrong), "qwen3")


def test_a_pattern_in_a_tekken_file_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "tekken.json").write_bytes(tekken_file(pattern=BROKEN))
    place = tmp_path / "encoder.safetensors"
    place.write_bytes((2).to_bytes(8, "little") + b"{}")
    with pytest.raises(LoadError, match=r"tekken\.json cannot be used: Oniguruma error"):
        tokenizer_for(place, "mistral")


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "?"}}, "b"),
    ],
)
def test_a_file_that_fails_at_a_prompt_is_said(wrong: Any, text: str, tmp_path: Path) -> None:
    tokenizer = tokenizer_for(encoder(tmp_path, **wrong), "qwen3")
    with pytest.raises(LoadError, match="The tokenizer of a text encoder cannot be used"):
        ids_of(tokenizer, text, TABLE)


def doubling(count: int) -> dict[str, Any]:
    """Steps that each write every letter twice."""
    steps = [{"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}] * count
    return {"type": "Sequence", "normalizers": steps}


@pytest.mark.parametrize(
    "wrong",
    [
        {"pre_tokenizer": split(SLOW)},
        {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [split("x"), split("(a|a)*b")]}},
        {"normalizer": doubling(30)},
        {"normalizer": {"type": "Sequence", "normalizers": [doubling(5), doubling(6)]}},
        {"normalizer": {"type": "Replace", "pattern": {"String": ""}, "content": "a" * 1000}},
        {"normalizer": {"type": "Replace", "pattern": {"Regex": SLOW}, "content": ""}},
        {"model": {**BPE, "vocab": {"a" * 5000: 0}}},
        {"model": {**BPE, "vocab": 3}},
        {"added_tokens": [{"content": "b" * 5000}]},
        {"normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAA" * 500 + "AQEB" * 2000}},
    ],
)
def test_one_that_would_take_time_or_memory_without_end_is_refused(wrong: Any, tmp_path: Path) -> None:
    with pytest.raises(
        LoadError, match=r"cannot be read as a tokenizer: its |it has no vocabulary|a word of"
    ):
        tokenizer_for(encoder(tmp_path, **wrong), "qwen3")


def test_one_with_too_many_entries_is_not_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nodes.text_encoders.tokenizers.limits.MOST_COMMAS", 3)
    with pytest.raises(LoadError, match="more entries than any tokenizer"):
        tokenizer_for(encoder(tmp_path), "qwen3")


def test_a_prompt_longer_than_any_is_refused(tmp_path: Path) -> None:
    tokenizer = tokenizer_for(encoder(tmp_path), "qwen3")
    with pytest.raises(LoadError, match="has 50001 characters"):
        ids_of(tokenizer, "a" * 50_001, TABLE)


def test_a_prompt_is_neither_cut_nor_filled_as_the_file_was_saved(tmp_path: Path) -> None:
    cut = {"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0}
    filled = {
        "strategy": {"Fixed": 4}, "direction": "Right", "pad_to_multiple_of": None,
        "pad_id": 0, "pad_type_id": 0, "pad_token": "a",
    }  # fmt: skip
    tokenizer = tokenizer_for(encoder(tmp_path, truncation=cut, padding=filled), "qwen3")
    assert [ids_of(tokenizer, text, TABLE) for text in ("b", "babab")] == [[1], [1, 0, 1, 0, 1]]


@pytest.mark.parametrize("error", [RuntimeError("of our own"), KeyboardInterrupt()])
def test_other_errors_are_left_alone(error: BaseException) -> None:
    with pytest.raises(type(error)), Refusals("It"):
        raise error
