"""Figures in a narrow title bar: the less important ones give way, none is cut."""

from __future__ import annotations

from collections.abc import Callable


def fitting(line: str, room: float, measure: Callable[[str], float]) -> str:
    """As many of the comma-separated figures as fit, the first always and the last before those in between.

    `12/20, 4.1 it/s, 2 s` becomes `12/20, 2 s`, then `12/20`. Of text without figures only what fits as a whole stays.
    """
    parts = line.split(", ")
    choices = [line, ", ".join([parts[0], parts[-1]]), parts[0]]
    return next((choice for choice in choices if measure(choice) <= room), "")
