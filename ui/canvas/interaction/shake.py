"""Whether a hand shakes what it drags."""

from __future__ import annotations

TURNS, WITHIN, SWING = 4, 0.8, 20.0
"""Turns of the hand within so many seconds, each after a swing of at least so many pixels."""


class Shake:
    """Fed with places, it tells when the hand has turned back and forth often and fast enough."""

    def __init__(self) -> None:
        self._turn: float | None = None
        self._last = 0.0
        self._towards = 0
        self._turns: list[float] = []

    def fed(self, x: float, now: float) -> bool:
        """The hand is at `x` pixels at `now` seconds; whether it has just shaken."""
        if self._turn is None:
            self._turn = self._last = x
            return False
        step = x - self._last
        towards = (step > 0) - (step < 0)
        if towards and towards != self._towards:
            if self._towards and abs(self._last - self._turn) >= SWING:
                self._turns.append(now)
            self._turn, self._towards = self._last, towards
        self._last = x
        self._turns = [turn for turn in self._turns if now - turn <= WITHIN]
        return len(self._turns) >= TURNS
