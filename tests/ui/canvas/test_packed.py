"""What is drawn from plain memory is what Qt draws from its own objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from ui.canvas.rendering.raw_buffers import Values, draw_lines, draw_rects, join_values, pack_values

SIDE = 64
numbers = st.floats(-20.0, 80.0, width=32)
four = st.tuples(numbers, numbers, numbers, numbers)


def drawn(draw: Callable[[QPainter], None]) -> QImage:
    image = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    painter.setPen(QPen(Qt.GlobalColor.white, 1))
    painter.setBrush(Qt.GlobalColor.darkGray)
    painter.scale(0.9, 0.9)
    draw(painter)
    painter.end()
    return image


@given(rows=st.lists(four, max_size=12))
@settings(max_examples=60, deadline=None)
def test_packed_rectangles_and_lines_look_like_those_of_qt(
    rows: list[tuple[float, float, float, float]],
) -> None:
    rects = [(x, y, abs(w), abs(h)) for x, y, w, h in rows]
    qt = drawn(lambda painter: painter.drawRects([QRectF(*rect) for rect in rects]))
    assert drawn(lambda painter: draw_rects(painter, pack_values(rects))) == qt
    qt = drawn(lambda painter: painter.drawLines([QLineF(*row) for row in rows]))
    assert drawn(lambda painter: draw_lines(painter, pack_values(rows))) == qt


@pytest.mark.parametrize("draw", [draw_rects, draw_lines])
def test_values_may_grow_between_two_frames(draw: Callable[[QPainter, Values], None]) -> None:
    rows: Sequence[tuple[float, float, float, float]] = [(n % 60, n % 50, 3.0, 9.0) for n in range(400)]
    values = pack_values(rows[:1])
    drawn(lambda painter: draw(painter, values))
    values.extend(join_values([pack_values(rows[1:])]))
    assert drawn(lambda painter: draw(painter, values)) == drawn(
        lambda painter: draw(painter, pack_values(rows))
    )
