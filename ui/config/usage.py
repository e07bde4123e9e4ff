"""Which node types were added, how often and when, so that the search offers them first."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ui.config import json_store


@dataclass(frozen=True)
class Habit:
    """What is known of use: `count` times, last at `when` (any clock that grows)."""

    count: int = 0
    when: float = 0.0


class Usage:
    """A tally that is kept on disk between sessions."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._habits = _habits(json_store.read(path)) if path else {}

    @property
    def habits(self) -> Mapping[str, Habit]:
        """What is known of each node type."""
        return self._habits

    def used(self, type_id: str, now: float | None = None) -> None:
        """Count one use of a node type."""
        old = self._habits.get(type_id, Habit())
        self._habits[type_id] = Habit(old.count + 1, time.time() if now is None else now)

    def save(self) -> None:
        """Write the tally, from any thread. Raises OSError."""
        if self._path:
            json_store.write(self._path, {name: [h.count, h.when] for name, h in list(self._habits.items())})


def _habits(data: Mapping[str, object]) -> dict[str, Habit]:
    found: dict[str, Habit] = {}
    for name, value in data.items():
        match value:
            case [int(count), (int() | float()) as when]:
                found[name] = Habit(count, float(when))
    return found
