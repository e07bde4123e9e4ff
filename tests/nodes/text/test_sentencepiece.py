"""SentencePiece models against what the library of that name made of the same texts."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file

from nodegraph.support.errors import LoadError
from nodes.text_encoders.tokenizers.files import tokenizer_for
from nodes.text_encoders.tokenizers.sentencepiece import tokenizer_of

CASES: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "data" / "sentencepiece.json").read_text(encoding="utf-8")
)
DATA = {name: base64.b64decode(case["model"]) for name, case in CASES.items()}


@pytest.mark.parametrize("name", CASES)
def test_texts_become_the_librarys_tokens(name: str) -> None:
    tokenizer = tokenizer_of(DATA[name])
    for text, ids in CASES[name]["texts"].items():
        assert tokenizer.encode(text, add_special_tokens=False).ids == ids, text


def test_one_inside_the_weights_is_found(tmp_path: Path) -> None:
    def packed(name: str) -> torch.Tensor:
        return torch.frombuffer(bytearray(DATA[name]), dtype=torch.uint8)

    path = tmp_path / "model.safetensors"
    tensors = {"text_encoders.gemma2_2b.spiece_model": packed("bpe"), "w": torch.zeros(3)}
    save_file(tensors | {"text_encoders.pile_t5xl.spiece_model": packed("unigram with a space before")}, path)
    for kind, name in (("gemma2", "bpe"), ("pile_t5", "unigram with a space before")):
        text = "a red house by a lake"
        assert (
            tokenizer_for(path, kind).encode(text, add_special_tokens=False).ids == CASES[name]["texts"][text]
        )


def test_one_beside_the_weights_is_found_and_a_broken_one_said(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_file({"w": torch.zeros(3)}, path)
    with pytest.raises(LoadError, match="has no tokenizer"):
        tokenizer_for(path, "gemma2")
    (tmp_path / "tokenizer.model").write_bytes(DATA["bpe"])
    assert tokenizer_for(path, "gemma2").get_vocab_size() == tokenizer_of(DATA["bpe"]).get_vocab_size()
    (tmp_path / "tokenizer.model").write_bytes(DATA["bpe"][:-1] + b"?" * 10)
    with pytest.raises(LoadError, match=r"tokenizer\.model holds a tokenizer that cannot be read"):
        tokenizer_for(path, "gemma2")


@given(st.binary(max_size=60))
def test_other_bytes_are_refused(data: bytes) -> None:
    try:
        tokenizer_of(data)
    except ValueError as error:
        assert str(error)
