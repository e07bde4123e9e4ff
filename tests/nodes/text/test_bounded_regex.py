"""Patterns of strangers: those of real tokenizers are let through, those that run away are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.text_encoders.tokenizers.bounded_regex import is_bounded

REAL = [
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{M}]*[\p{Ll}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{M}]+[\p{Ll}\p{M}]*|\p{N}{1,3}",
    r"[\p{Ll}\p{M}]+(?i:'s|'t|'re)?|\s+",
    r" {2,}",
    r"down_blocks\.0.*to_q",
    r"",
]
RUNAWAY = [
    "(a+)+c", "(a*)*", "(a|a)*d", "(a?a?)*", "(?:a{1,}){2,}", "([a-z]+)*x", "((a|b+)|c)+", "(a*b)+", "a{5000}",
    r"(a)\1", r"(?<n>a)\k<n>", "(?:(a?){9}){9}", "a?" * 30 + "a" * 30, ".*.*.*.*.*x", "a" * 3000,
]  # fmt: skip


@pytest.mark.parametrize("pattern", REAL)
def test_those_of_real_tokenizers_are_bounded(pattern: str) -> None:
    assert is_bounded(pattern)


@pytest.mark.parametrize("pattern", RUNAWAY)
def test_those_that_run_away_are_not(pattern: str) -> None:
    assert not is_bounded(pattern)
    assert not is_bounded(f"x|(?:{pattern})|y")


@given(st.text("ab()[]{}|*+?\\^,0129.", max_size=40))
def test_any_text_has_an_answer(pattern: str) -> None:
    assert is_bounded(pattern) in (True, False)
