"""Prompts against reference values, and the rules those values do not reach."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.text import parse_prompt, weighted_tokens
from nodes.text.chunks import cut, prompt_pieces
from nodes.text_encoders.tokenizers.clip import END, START, clip_tokens

DATA = Path(__file__).parents[2] / "data"
PROMPTS = json.loads((DATA / "prompts.json").read_text())


@pytest.mark.parametrize(("text", "pieces"), json.loads((DATA / "prompt_weights.json").read_text()).items())
def test_weights_follow_the_reference(text: str, pieces: list[list[object]]) -> None:
    assert [list(piece) for piece in parse_prompt(text)] == pieces


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("()", []),
        ("((b))", [("b", 1.1 * 1.1)]),
        ("(a (b:1.5) c:1.2)", [("a ", 1.2), ("b", 1.5), (" c", 1.2)]),
        ("(a:b:0.8)", [("a:b", 0.8)]),
        ("(b:)", [("b:", 1.1)]),
        ("((a)", [("(a", 1.1)]),
        ("x (a", [("x ", 1.0), ("(a", 1.0)]),
        ("a) (b)", [("a) (b)", 1.0)]),
        ("a) ((b) c", [("a) (", 1.0), ("b", 1.1), (" c", 1.0)]),
        (r"\(x\) (y\):1.4)", [("(x) ", 1.0), ("y)", 1.4)]),
        ("(a:nan)", [("a:nan", 1.1)]),
        ("(a:1e999)", [("a:1e999", 1.1)]),
    ],
)
def test_weights_of_odd_prompts(text: str, pieces: list[tuple[str, float]]) -> None:
    assert parse_prompt(text) == pieces


@given(st.text(alphabet="ab(): \\.1", max_size=40))
def test_no_letter_is_lost(text: str) -> None:
    letters = "".join(piece for piece, _ in parse_prompt(text))
    assert [c for c in letters if c in "ab"] == [c for c in text if c in "ab"]


def test_deep_and_long_prompts_are_read() -> None:
    assert [text for text, _ in parse_prompt("(" * 50_000 + "a" + ")" * 50_000)] == ["a"]
    assert len(weighted_tokens("word " * 10_000)) == 134


@pytest.mark.parametrize("name", PROMPTS)
def test_tokens_follow_the_reference(name: str) -> None:
    expected = [[(token, weight) for token, weight in chunk] for chunk in PROMPTS[name]["tokens"]]
    assert weighted_tokens(PROMPTS[name]["text"]) == expected


def test_padding_is_as_asked() -> None:
    assert weighted_tokens("cat", pad=0) == [[(START, 1.0), (2368, 1.0), (END, 1.0)] + [(0, 1.0)] * 74]


@pytest.mark.parametrize(("size", "first", "second"), [(7, 70, 7), (8, 75, 3), (9, 75, 4)])
def test_only_pieces_of_eight_tokens_are_cut(size: int, first: int, second: int) -> None:
    chunks = cut([[(1, 1.0)] * 70, [(2, 1.5)] * size], pad=END)
    bodies = [[token for token, _ in chunk if token not in (START, END)] for chunk in chunks]
    assert [len(body) for body in bodies] == [first, second]
    assert all(len(chunk) == 77 for chunk in chunks)


def test_embeddings_stand_apart() -> None:
    import torch

    found = {"style": [torch.ones(4), torch.zeros(4)]}
    pieces = prompt_pieces("a cat (embedding:style, big embedding:none:1.2)", clip_tokens, found.get)
    assert [len(piece) for piece in pieces] == [2, 2, 2]
    assert [weight for _, weight in pieces[1]] == [1.2, 1.2]


def test_embeddings_are_text_without_a_folder() -> None:
    flat = [token for piece in prompt_pieces("a embedding:cat", clip_tokens) for token, _ in piece]
    assert flat == clip_tokens("a") + clip_tokens("embedding:cat")


def test_special_words_of_the_vocabulary_are_whole() -> None:
    assert clip_tokens("<|startoftext|> it's 42 <|endoftext|>") == [START, 585, 568, 275, 273, END]
