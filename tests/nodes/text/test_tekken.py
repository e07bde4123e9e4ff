"""Mistral's own tokenizer files, against byte-pair merging written out plainly."""

from __future__ import annotations

import base64
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from transformers.integrations.mistral.tokenizer import MistralConverter

from nodegraph.support.errors import LoadError
from nodes.models import create_pool
from nodes.text_encoders.tokenizers.files import tokenizer_for
from nodes.text_encoders.tokenizers.tekken import SPECIAL, tokenizer_of
from nodes.types import Clip, Source
from tests import models_maker as maker

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PATTERN = r" ?[A-Za-zé]+|\d| ?[^\sA-Za-zé\d]+|\s+"
BYTES = [bytes([byte]) for byte in range(256)]
JOINED = ["he", "ll", " h", "lo", "hell", "llo", "hello", " hello", "ed", "red", "\u00e9"]
WORDS = [*BYTES, *(word.encode() for word in JOINED)]
TEXTS = ["", "hello hello", "a red hellollo, 12 \u00e9\u00e9t\u00e9s", "\n  he\thelp", "\U0001f600 h\u00e9"]


def file(words: list[bytes] = WORDS, *, names: tuple[str, ...] = ("<unk>", "<s>"), **config: Any) -> bytes:
    """A tekken.json; words beyond `default_vocab_size` are there and do not count."""
    listed = [{"rank": at, "token_bytes": base64.b64encode(word).decode()} for at, word in enumerate(words)]
    special = [{"rank": at, "token_str": name, "is_control": True} for at, name in enumerate(names)]
    return json.dumps(
        {"config": {"pattern": PATTERN, **config}, "vocab": listed, "special_tokens": special}
    ).encode()


def merged(text: str, words: list[bytes], first: int) -> list[int]:
    """The numbers of a text: in each of its pieces the pair goes together first that makes the earliest word."""
    ranks = {word: rank for rank, word in enumerate(words)}
    ids = []
    for piece in re.findall(PATTERN, text):
        parts = [bytes([byte]) for byte in piece.encode()]
        while piece.encode() not in ranks:
            found = [(ranks.get(a + b, 1 << 30), at) for at, (a, b) in enumerate(pairwise(parts))]
            rank, at = min(found)
            if rank == 1 << 30:
                break
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        else:
            parts = [piece.encode()]
        ids += [first + ranks[part] for part in parts]
    return ids


@pytest.mark.parametrize("text", TEXTS)
def test_texts_become_the_words_that_merge_first(text: str) -> None:
    found = tokenizer_of(file()).encode(text, add_special_tokens=False).ids
    assert found == merged(text, WORDS, 2)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from("aber "), max_size=12).map("".join), st.data())
def test_any_vocabulary_and_text(text: str, data: st.DataObject) -> None:
    words = list(BYTES)
    for _ in range(data.draw(st.integers(0, 8))):
        known = [word for word in words if not word.strip(b"aber ")]
        words.append(data.draw(st.sampled_from(known)) + data.draw(st.sampled_from(known)))
    words = list(dict.fromkeys(words))
    assert tokenizer_of(file(words)).encode(text, add_special_tokens=False).ids == merged(text, words, 2)


def test_special_tokens_come_first_and_are_seen_in_texts() -> None:
    whole = tokenizer_of(file(default_num_special_tokens=10, default_vocab_size=10 + len(WORDS) - 1))
    assert whole.get_vocab_size() == 10 + len(WORDS) - 1
    assert [whole.token_to_id(name) for name in ("<unk>", "<s>", "<SPECIAL_2>", "<SPECIAL_9>")] == [
        0,
        1,
        2,
        9,
    ]
    ids = whole.encode("<s>hello", add_special_tokens=False).ids
    assert ids == [1, *merged("hello", WORDS, 10)]
    assert whole.token_to_id("\u00c3\u00a9") is None, "the last word does not count any more"


def test_files_that_list_no_special_tokens_have_the_usual_ones() -> None:
    old = json.loads(file())
    del old["special_tokens"]
    found = tokenizer_of(json.dumps(old).encode())
    assert [found.token_to_id(name) for name in SPECIAL] == list(range(20))
    assert found.token_to_id("[SYSTEM_PROMPT]") == 17 and found.token_to_id("<pad>") == 11


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"[", "Expecting"),
        (b"[]", "lacks"),
        (b"{}", "lacks"),
        (file()[:-30], "delimiter|Expecting|Unterminated"),
        (file(WORDS[1:]), "has not every byte"),
        (file([*WORDS, b"a"]), "repeats words"),
        (file([*WORDS, b"a" * 600]), "longer than 512 bytes"),
        (file().replace(b'"rank": 1, "token_str"', b'"rank": 7, "token_str"'), "not numbered"),
        (file().replace(b'"aGU="', b'"a GU="'), "base64|characters|padding|alphabet"),
    ],
)
def test_other_files_are_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        tokenizer_of(data)


def mistral(folder: Path) -> tuple[Path, bytes, Tokenizer]:
    """A small encoder as a file, and the tekken.json for it."""
    tiny = maker.flux2()
    path = maker.write_encoder(tiny, 0, folder / "text_encoders" / "mistral.safetensors")
    (path.parent / "mistral.tokenizer.json").unlink()
    data = file(names=SPECIAL)
    return path, data, tokenizer_of(data)


def test_mistral_reads_with_the_file_beside_it_or_inside_it(tmp_path: Path) -> None:
    path, data, tokenizer = mistral(tmp_path)
    pool = create_pool(device="cpu", dtype="float32")

    def said(name: str, kind: str = "flux2") -> torch.Tensor:
        found: torch.Tensor = (
            pool.get(Clip((Source(str(path), name),), kind=kind)).encode("hello red")[0].cond
        )
        return found

    with pytest.raises(LoadError, match="has no tokenizer"):
        said("none")
    (path.parent / "tekken.json").write_bytes(data)
    beside = said("beside")
    assert beside.shape == (1, 512, 3 * 64)
    assert tokenizer_for(path, "mistral").to_str() == tokenizer.to_str()
    (path.parent / "tekken.json").unlink()
    from safetensors.torch import load_file

    inside = load_file(path) | {"tekken_model": torch.frombuffer(bytearray(data), dtype=torch.uint8)}
    path = path.with_name("other.safetensors")
    save_file(inside, path)
    torch.testing.assert_close(said("inside"), beside)


def test_a_broken_file_is_said(tmp_path: Path) -> None:
    path, data, _ = mistral(tmp_path)
    (path.parent / "tekken.json").write_bytes(data[:-9])
    with pytest.raises(LoadError, match=r"tekken\.json holds a tokenizer that cannot be read"):
        tokenizer_for(path, "mistral")


def test_the_transformers_library_makes_the_same(tmp_path: Path) -> None:
    path = tmp_path / "tekken.json"
    path.write_bytes(file(names=SPECIAL, default_num_special_tokens=30, default_vocab_size=30 + len(WORDS)))
    theirs = MistralConverter(str(path)).converted()
    ours = tokenizer_of(path.read_bytes())
    for text in [*TEXTS, "<s>[INST]hello[/INST]"]:
        assert (
            ours.encode(text, add_special_tokens=False).ids
            == theirs.encode(text, add_special_tokens=False).ids
        )
