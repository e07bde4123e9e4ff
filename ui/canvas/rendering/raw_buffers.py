"""Rectangles and lines in plain memory: Qt draws them from there, without looking at one Python object each."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TypeAlias, cast

from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter
from shiboken6 import Shiboken

Values: TypeAlias = "array[float]"
"""Four numbers for each: x, y, width, height of a rectangle; x and y of both ends of a line."""
FIELDS = 4


def pack_values(rows: Iterable[Sequence[float]] = ()) -> Values:
    """These rectangles or lines."""
    return array("d", chain.from_iterable(rows))


def join_values(parts: Iterable[Values]) -> Values:
    """All of them in one."""
    found = array("d")
    for part in parts:
        found.extend(part)
    return found


def draw_rects(painter: QPainter, values: Values) -> None:
    """Draw the rectangles."""
    if values:
        painter.drawRects(cast("QRectF", _first(values, QRectF)), len(values) // FIELDS)


def draw_lines(painter: QPainter, values: Values) -> None:
    """Draw the lines."""
    if values:
        painter.drawLines(cast("QLineF", _first(values, QLineF)), len(values) // FIELDS)


def _first(values: Values, kind: type) -> object:
    """The first of them as Qt's own: it is looked at by its address, so `values` may not grow meanwhile."""
    return Shiboken.wrapInstance(values.buffer_info()[0], kind)
