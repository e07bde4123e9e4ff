"""Numbers as people of any country type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.expressions.arithmetic import FormulaError
from nodegraph.model.spec import Param
from ui.document.numbers import plain, typed

FLOAT = Param("cfg", "Float", 1.0, widget="number")
INT = Param("width", "Int", 1, widget="number")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0,8", 0.8), (",5", 0.5), ("-0,25", -0.25), ("1,5*2", 3.0), ("0.8", 0.8), ("007", 7.0), ("00,5", 0.5),
        ("1\u2009024,5", 1024.5), ("1\u202f024", 1024.0), ("1\u00a0024", 1024.0), ("1 024", 1024.0), ("1'024", 1024.0),
        ("1.024,5", 1024.5), ("1,024.5", 1024.5), ("1,024,000", 1024000.0), ("max(1,2)", 2.0), ("min(08, 9)", 8.0),
        ("=0,5+0,5", 1.0), ("10", 10.0), ("1e3", 1000.0), ("100.05", 100.05),
    ],
)  # fmt: skip
def test_a_float(text: str, value: float) -> None:
    assert typed(FLOAT, text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,024", 1024),
        ("1 024", 1024),
        ("0512", 512),
        ("1\u2009024*2", 2048),
        ("512,0", 512),
        ("2,5", 3),
        ("0", 0),
    ],
)
def test_a_whole_number(text: str, value: int) -> None:
    assert typed(INT, text) == value


@pytest.mark.parametrize("text", ["1 2", "1,2,3", "abc", "1..2", "12 34"])
def test_what_is_no_number_is_said(text: str) -> None:
    with pytest.raises(FormulaError):
        typed(FLOAT, text)


@given(st.floats(-1e6, 1e6).map(lambda x: round(x, 4)))
def test_what_is_shown_is_what_is_read(value: float) -> None:
    assert typed(FLOAT, plain(value)) == value
    assert typed(FLOAT, plain(value).replace(".", ",")) == value
