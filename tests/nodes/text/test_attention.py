"""Prompts as A1111's web interface documents them."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from nodes.text.attention import BREAK, attention_pieces, cut_at_commas, parse_attention
from nodes.text.chunks import Token, empty
from nodes.text.scheduled import and_parts, at_step, schedule
from nodes.text_encoders.encode import encode
from nodes.text_encoders.tokenizers.clip import END, START, clip_tokens

WEIGHTS: dict[str, list[tuple[str, float]]] = {
    "plain words": [("plain words", 1.0)],
    "a (b) c": [("a ", 1.0), ("b", 1.1), (" c", 1.0)],
    "[b]": [("b", 1 / 1.1)],
    "((b))[c]": [("b", 1.21), ("c", 1 / 1.1)],
    "(a (b:1.5):1.2)": [("a ", 1.2), ("b", 1.8)],
    "(a:1.1)": [("a", 1.1)],
    "(:1.3)": [("", 1.0)],
    "(a:b)": [("a:b", 1.1)],
    "((a)": [("a", 1.21)],
    "(open": [("open", 1.1)],
    "open)": [("open)", 1.0)],
    r"\(literal\]": [("(literal]", 1.0)],
    "(two)(parts)": [("twoparts", 1.1)],
    "a BREAK b": [("a", 1.0), (BREAK, -1.0), ("b", 1.0)],
    "(a BREAK b:1.5)": [("a", 1.5), (BREAK, -1.0), ("b", 1.5)],
    "BREAKFAST": [("BREAKFAST", 1.0)],
    "a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).": [
        ("a ", 1.0),
        ("house", 1.573),
        (" ", 1.1),
        ("on", 1.0),
        (" a ", 1.1),
        ("hill", 0.55),
        (", sun, ", 1.1),
        ("sky", 1.4641),
        (".", 1.1),
    ],
    "": [("", 1.0)],
}


@pytest.mark.parametrize("text", WEIGHTS)
def test_weights_multiply(text: str) -> None:
    found = parse_attention(text)
    assert [piece for piece, _ in found] == [piece for piece, _ in WEIGHTS[text]]
    assert [weight for _, weight in found] == pytest.approx([weight for _, weight in WEIGHTS[text]])


@given(st.text(alphabet="ab ()[]:|1.5\\,", max_size=40), st.integers(0, 9))
def test_any_text_can_be_read(text: str, step: int) -> None:
    assert parse_attention(text)
    assert isinstance(at_step(text, step, 10), str)
    assert schedule(text, 10)[-1][1] == 10


SCHEDULES: dict[str, list[tuple[int, int, str]]] = {
    "test": [(0, 10, "test")],
    "a [b:3]": [(0, 3, "a "), (3, 10, "a b")],
    "a [b: 3]": [(0, 3, "a "), (3, 10, "a b")],
    "a [[[b]]:2]": [(0, 2, "a "), (2, 10, "a [[b]]")],
    "[(a:2):3]": [(0, 3, ""), (3, 10, "(a:2)")],
    "a [b : c : 1] d": [(0, 1, "a b  d"), (1, 10, "a  c  d")],
    "a[b:[c:d:2]:1]e": [(0, 1, "abe"), (1, 2, "ace"), (2, 10, "ade")],
    "a [unbalanced": [(0, 10, "a [unbalanced")],
    "a [b:.5] c": [(0, 5, "a  c"), (5, 10, "a b c")],
    "a [{b|d{:.5] c": [(0, 5, "a  c"), (5, 10, "a {b|d{ c")],
    "((a][:b:c [d:3]": [(0, 3, "((a][:b:c "), (3, 10, "((a][:b:c d")],
    "[a:b:0]": [(0, 10, "b")],
    "[a:b:99]": [(0, 10, "a")],
    "[a::0.3]": [(0, 3, "a"), (3, 10, "")],
    r"\[a:b:0.5\]": [(0, 10, r"\[a:b:0.5\]")],
    "[quiet]": [(0, 10, "[quiet]")],
}


@pytest.mark.parametrize("text", SCHEDULES)
def test_prompts_change_at_their_step(text: str) -> None:
    assert schedule(text, 10) == SCHEDULES[text]


def test_prompts_take_turns() -> None:
    assert [words for _, _, words in schedule("[a|(b:1.1)|]x", 7)] == ["ax", "(b:1.1)x", "x"] * 2 + ["ax"]


def test_and_joins_prompts_with_weights() -> None:
    assert and_parts("a cat") == [("a cat", 1.0)]
    assert and_parts("a cat :1.2 AND a dog:-0.5 AND SANDY") == [
        ("a cat", 1.2),
        (" a dog", -0.5),
        (" SANDY", 1.0),
    ]


def _bodies(text: str) -> list[int]:
    chunks = cut_at_commas(attention_pieces(text, clip_tokens), END)
    assert all(len(chunk) == 77 and chunk[0] == (START, 1.0) for chunk in chunks)
    return [next(i for i, (token, _) in enumerate(chunk) if token == END) - 1 for chunk in chunks]


def test_chunks_end_at_a_near_comma_or_where_told() -> None:
    assert _bodies("") == [0]
    assert _bodies("cat " * 80) == [75, 5]
    assert _bodies("cat " * 60 + ", " + "dog " * 30) == [61, 30], "15 tokens back is near enough"
    assert _bodies("cat " * 50 + ", " + "dog " * 30) == [75, 6], "25 tokens back is not"
    assert _bodies("a cat BREAK a dog") == [2, 2]
    assert _bodies("a BREAK BREAK b") == [1, 0, 1]
    assert _bodies("a BREAK") == [1]


def test_a_chunk_keeps_its_mean() -> None:
    def encoder(chunks: object) -> tuple[Tensor, Tensor]:
        torch.manual_seed(0)
        return torch.randn(1, 77, 4) + 1, torch.zeros(1, 4)

    chunks: list[list[tuple[Token, float]]] = [[(1, 1.5 if 3 < i < 9 else 1.0) for i in range(77)]]
    plain, _ = encoder(chunks)
    loud = encode(encoder, chunks, empty(END), keep_mean=True).cond
    assert loud.mean() == pytest.approx(plain.mean().item(), rel=1e-5)
    ratio = (loud / plain)[0]
    assert torch.allclose(ratio[5], ratio[0] * 1.5, rtol=1e-4)


def test_deep_and_long_prompts_are_read() -> None:
    for text in (
        "(" * 20_000,
        "(a" * 20_000,
        "(a" * 20_000 + ")" * 20_000,
        "[" * 20_000 + "]" * 20_000,
        "word, " * 10_000,
        "[a:b:" * 5000,
    ):
        parse_attention(text)
        at_step(text, 3, 20)
