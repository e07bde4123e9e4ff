"""How many pictures of one shape lie in a view: as large as fits, and no smaller than can be seen."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from PySide6.QtCore import QPointF, QRectF, QSizeF

GAP = 8.0
LEAST = 72.0
"""The narrowest picture; more of them are scrolled."""


@dataclass(frozen=True)
class Tiles:
    """`count` cells in `columns`, each a picture `wide` x `high` over a caption; `shift` centres them."""

    count: int
    columns: int
    wide: float
    high: float
    caption: float
    shift: float = 0.0

    @staticmethod
    def fit(count: int, aspect: float, caption: float, view: QSizeF) -> Tiles:
        """The columns that make the pictures largest without scrolling; `aspect` is height over width."""
        best: Tiles | None = None
        for columns in range(1, count + 1):
            rows = ceil(count / columns)
            wide = min(
                (view.width() - GAP * (columns + 1)) / columns,
                ((view.height() - GAP * (rows + 1)) / rows - caption) / aspect,
            )
            if wide >= LEAST and (best is None or wide > best.wide):
                best = Tiles(count, columns, wide, wide * aspect, caption)
        if best is None:
            columns = max(1, int((view.width() - GAP) // (LEAST + GAP)))
            wide = (view.width() - GAP * (columns + 1)) / columns
            best = Tiles(count, columns, wide, wide * aspect, caption)
        spare = view.width() - best.columns * (best.wide + GAP) - GAP
        return Tiles(count, best.columns, best.wide, best.high, caption, max(0.0, spare / 2))

    @property
    def height(self) -> float:
        """Of all of them."""
        return GAP + ceil(self.count / self.columns) * (self.high + self.caption + GAP)

    def picture(self, index: int) -> QRectF:
        """Where a picture lies."""
        row, column = divmod(index, self.columns)
        x = self.shift + GAP + column * (self.wide + GAP)
        return QRectF(x, GAP + row * (self.high + self.caption + GAP), self.wide, self.high)

    def at(self, point: QPointF) -> int:
        """Which picture is under a point; -1 for none."""
        column = int((point.x() - self.shift - GAP) // (self.wide + GAP))
        row = int((point.y() - GAP) // (self.high + self.caption + GAP))
        index = row * self.columns + column
        inside = 0 <= column < self.columns and 0 <= index < self.count
        return index if inside and self.picture(index).contains(point) else -1
