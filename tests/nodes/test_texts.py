"""Texts and numbers: joined, changed, searched, compared and computed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph import GraphError
from nodes.definitions.numbers import COMPARISONS, number_compare, number_formula, number_from
from nodes.definitions.texts import (
    text_compare,
    text_extract,
    text_from_json,
    text_join,
    text_length,
    text_matches,
    text_part,
    text_replace,
    text_replace_pattern,
    text_tidy,
)
from nodes.text import patterns


def test_texts_are_joined() -> None:
    assert text_join(("c",), first="a", second="b", separator="-") == "a-b-c"
    assert text_join(("c",), first="a", second=" ", separator="-", skip_empty=True) == "a-c"


def test_words_and_patterns_are_replaced() -> None:
    assert text_replace(text="a cat, a cat", find="cat", replace="dog") == "a dog, a dog"
    assert text_replace_pattern(text="x1 y22", pattern=r"(\d+)", replace=r"<\1>") == "x<1> y<22>"
    assert text_replace_pattern(text="aaa", pattern="A", replace="b", count=2) == "bba"
    assert text_replace_pattern(text="aaa", pattern="A", replace="b", ignore_case=False) == "aaa"


def test_parts_are_extracted() -> None:
    text = "w: 12, h: 34"
    assert text_extract(text=text, pattern=r"\d+") == "12"
    assert text_extract(text=text, pattern=r"\d+", wanted="all matches") == "12\n34"
    assert text_extract(text=text, pattern=r"h: (\d+)", wanted="first group") == "34"
    assert text_extract(text=text, pattern=r"(\w): (\d+)", wanted="all groups", group=2) == "12\n34"
    assert (
        text_extract(text=text, pattern="z")
        == text_extract(text=text, pattern="w", wanted="first group")
        == ""
    )
    assert text_matches(text=text, pattern="H:") and not text_matches(
        text=text, pattern="H:", ignore_case=False
    )


def test_a_bad_pattern_and_one_that_runs_away_are_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GraphError, match="not a regular expression"):
        text_matches(text="a", pattern="(")
    monkeypatch.setattr(patterns, "SECONDS", 0.05)
    with pytest.raises(GraphError, match="takes too long"):
        text_matches(text="a" * 40 + "!", pattern=r"(?:(?:a|a)+)+$")


def test_texts_are_compared() -> None:
    assert text_compare(text="Fog", other="fog", ignore_case=True) and not text_compare(
        text="Fog", other="fog"
    )
    assert text_compare(text="a red house", other="red", how="contains")
    assert text_compare(text="abc", other="ab", how="starts with")
    assert text_compare(text="abc", other="bc", how="ends with")


@given(st.text(max_size=20), st.integers(-25, 25), st.integers(-25, 25))
def test_parts_and_lengths_count_letters(text: str, start: int, end: int) -> None:
    assert text_part(text=text, start=start, end=end) == text[start:end]
    assert text_length(text=text) == len(text)


def test_texts_are_tidied() -> None:
    assert text_tidy(text="  a Cat ") == "a Cat"
    assert text_tidy(text=" a Cat ", trim="left", case="upper") == "A CAT "
    assert (
        text_tidy(text="a cAT", case="title") == "A Cat" and text_tidy(text="a cAT", case="lower") == "a cat"
    )


def test_values_are_read_from_json() -> None:
    data = json.dumps({"style": {"name": "oil", "layers": [1, {"x": None}]}, "a.b": "dotted"})
    assert text_from_json(text=data, key="style.name") == "oil"
    assert text_from_json(text=data, key="style.layers.0") == "1"
    assert text_from_json(text=data, key="a.b") == "dotted"
    assert json.loads(text_from_json(text=data, key="style.layers")) == [1, {"x": None}]
    for key in ("nothing", "style.nothing", "style.layers.9", "style.layers.1.x"):
        assert text_from_json(text=data, key=key) == ""
    assert text_from_json(text="{" * 5000, key="a") == ""


def test_a_formula_is_computed_from_what_is_linked() -> None:
    assert number_formula(3, 4.0, formula="max(a, b) * 2") == (8.0, 8, True)
    assert number_formula("7", True, formula="a - 7 * b") == (0.0, 0, False)
    with pytest.raises(GraphError, match="“b” is not linked"):
        number_formula(1, formula="a + b")
    with pytest.raises(GraphError, match="not a number"):
        number_formula("red", formula="a")
    with pytest.raises(GraphError, match="divides by zero"):
        number_formula(0, formula="1 / a")


def test_numbers_are_compared_and_read() -> None:
    for sign, wanted in zip(COMPARISONS, (False, True, True, True, False, False), strict=True):
        assert number_compare(number=1.0, comparison=sign, other=2.0) is wanted
    assert number_from(" 3.7 ") == (3.7, 3) and number_from(True) == (1.0, 1)
    with pytest.raises(GraphError, match="link a number"):
        number_from("x")
