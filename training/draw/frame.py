"""The frame of a picture: a square, or as much area in a wide or a tall shape."""

from __future__ import annotations

from dataclasses import dataclass

FRAME = 128  # the square's side, in units
HORIZON = 82.0  # where sky and ground meet
SHAPES: dict[str, tuple[int, int, float]] = {
    "square": (FRAME, FRAME, 1.0),
    "wide": (160, 96, 0.75),
    "tall": (96, 160, 0.66),
}
"""Width and height in units, and how large subjects are, compared with the square."""


@dataclass(frozen=True)
class Frame:
    """What is seen: all frames have the middle at x = 64, the lower edge at y = 128 and the same horizon."""

    width: int
    height: int
    room: float

    @classmethod
    def of(cls, shape: str) -> Frame:
        """The frame of one of SHAPES."""
        return cls(*SHAPES[shape])

    @property
    def left(self) -> float:
        """The left edge."""
        return (FRAME - self.width) / 2

    @property
    def right(self) -> float:
        """The right edge."""
        return (FRAME + self.width) / 2

    @property
    def top(self) -> float:
        """The upper edge."""
        return FRAME - self.height

    def x(self, across: float) -> float:
        """Where a place of the square's width stands in this frame's width."""
        return FRAME / 2 + (across - FRAME / 2) * self.width / FRAME

    def y(self, down: float) -> float:
        """Where a place in the square's sky stands in this frame's sky; the ground is the same in all."""
        share = (HORIZON - self.top) / HORIZON
        return HORIZON - (HORIZON - down) * share if down < HORIZON else down
