"""Sizes that every layout on the canvas shares, and how near by they are seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Density = Literal["compact", "normal", "large"]
ROWS: Mapping[Density, float] = {"compact": 20.0, "normal": 24.0, "large": 28.0}


def _estimate(text: str) -> float:
    return 6.4 * len(text)


def spread(density: Density, text_scale: float, foreign: bool = False) -> float:
    """How far apart things are shown, 1 and more: by as much as rows are higher than usual, so that none grows over
    its neighbour. In a foreign language, whose words are longer, no room is left to larger text beside it. Only the
    view knows of it."""
    return max(1.0, _row(density, text_scale) / ROWS["normal"], text_scale if foreign else 0.0)


def _row(density: Density, text_scale: float) -> float:
    """The pixels of a row at 100 %: the density's, or more where the text needs it."""
    return max(ROWS[density], round(20.0 * text_scale / 4) * 4)


@dataclass(frozen=True)
class Metrics:
    """Sizes that every layout shares; `measure` gives the width of a body text in scene units."""

    density: Density = "normal"
    text_scale: float = 1.0
    measure: Callable[[str], float] = field(default=_estimate, compare=False)
    foreign: bool = False

    @property
    def row(self) -> float:
        """The height of a row, never more than the usual one."""
        return _row(self.density, self.text_scale) / spread(self.density, self.text_scale, self.foreign)

    @property
    def title(self) -> float:
        """The height of a title bar."""
        return self.row + 4.0
