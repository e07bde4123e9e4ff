from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes.definitions.prompt import prompt_tokens
from nodes.text.token_view import report, seen


def test_words_weights_and_chunks_are_shown() -> None:
    text = report("a (red:1.3) houseboat, käse")
    assert text.splitlines()[0].startswith("chunk 1: ")
    assert "red:1.3 " in text and ("house|boat" in text or "houseboat" in text)
    assert "".join(token.text for token in seen("käse")[0]) == "käse"


def test_a_long_prompt_shows_where_it_is_cut() -> None:
    chunks = seen("red " * 100)
    assert [len(chunk) for chunk in chunks] == [75, 25]
    assert "chunk 2: 25 of 75" in report("red " * 100)


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=60))
def test_any_text_can_be_shown(text: str) -> None:
    found = prompt_tokens(text=text, width=300)
    assert found.report.startswith("chunk 1")
    assert found.image.shape[2] == 300 and torch.isfinite(found.image).all()


def test_the_picture_grows_with_the_prompt_up_to_a_limit() -> None:
    short, long = (prompt_tokens(text="red house " * n, width=400).image for n in (3, 200))
    assert long.shape[1] > short.shape[1] * 5
    assert prompt_tokens(text="word " * 10_000, width=400).image.shape[1] < 40_000
