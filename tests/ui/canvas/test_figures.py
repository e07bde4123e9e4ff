"""Figures in a title bar are whole or not there."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ui.canvas.rendering.figures import fitting


@pytest.mark.parametrize(
    ("room", "shown"), [(30, "12/20, 4.1 it/s, 2 s"), (19, "12/20, 2 s"), (9, "12/20"), (4, "")]
)
def test_the_less_important_give_way_first(room: float, shown: str) -> None:
    assert fitting("12/20, 4.1 it/s, 2 s", room, len) == shown


@settings(deadline=None)
@given(st.text("abc, 0123456789"), st.floats(0, 40))
def test_what_is_shown_fits_and_is_made_of_whole_parts(line: str, room: float) -> None:
    shown = fitting(line, room, len)
    assert len(shown) <= room
    assert not shown or set(shown.split(", ")) <= set(line.split(", "))
