"""A uniform grid over the scene: which things may touch a rectangle, without asking every one."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Generic, TypeVar

from ui.canvas.scene.geometry import Rect

K = TypeVar("K", bound=Hashable)
NOBODY: frozenset[Any] = frozenset()
Cell = tuple[int, int]
CellRange = tuple[int, int, int, int]


class GridIndex(Generic[K]):
    """Keys by the cells of side `cell` that their rectangles touch.

    A rectangle of more than `most` cells is kept apart and answers every query.
    """

    def __init__(self, cell: float, most: int = 64) -> None:
        self._cell = cell
        self._most = most
        self._cells: dict[Cell, set[K]] = {}
        self._ranges: dict[K, CellRange] = {}
        self._large: set[K] = set()

    def __len__(self) -> int:
        return len(self._ranges)

    def put(self, key: K, rect: Rect) -> None:
        """Add a key, or move it."""
        span = self._range(rect)
        old = self._ranges.get(key)
        if old == span:
            return
        if old is not None:
            self.remove(key)
        self._ranges[key] = span
        if _size(span) > self._most:
            self._large.add(key)
            return
        for cell in _cells(span):
            self._cells.setdefault(cell, set()).add(key)

    def remove(self, key: K) -> None:
        """Forget a key, if it is there."""
        span = self._ranges.pop(key, None)
        if span is None:
            return
        if key in self._large:
            self._large.discard(key)
            return
        for cell in _cells(span):
            found = self._cells[cell]
            found.discard(key)
            if not found:
                del self._cells[cell]

    def query(self, rect: Rect) -> set[K]:
        """Every key whose cells touch the rectangle: all that meet it, and some near it."""
        span = self._range(rect)
        found: set[K] = set(self._large)
        if _size(span) >= len(self._cells):
            for (x, y), keys in self._cells.items():
                if span[0] <= x <= span[2] and span[1] <= y <= span[3]:
                    found |= keys
            return found
        for cell in _cells(span):
            found |= self._cells.get(cell, NOBODY)
        return found

    def _range(self, rect: Rect) -> CellRange:
        x, y, width, height = rect
        cell = self._cell
        return (int(x // cell), int(y // cell), int((x + width) // cell), int((y + height) // cell))


def _size(span: CellRange) -> int:
    return (span[2] - span[0] + 1) * (span[3] - span[1] + 1)


def _cells(span: CellRange) -> list[Cell]:
    return [(x, y) for x in range(span[0], span[2] + 1) for y in range(span[1], span[3] + 1)]
