"""Which node types were added, how often and when, so that the search offers them first."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nodegraph.journal.lock import exclusive
from nodegraph.support import json_store


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
        self._unsaved: dict[str, Habit] = {}

    @property
    def habits(self) -> Mapping[str, Habit]:
        """What is known of each node type."""
        return self._habits

    def used(self, type_id: str, now: float | None = None) -> None:
        """Count one use of a node type."""
        when = time.time() if now is None else now
        for tally in (self._habits, self._unsaved):
            tally[type_id] = Habit(tally.get(type_id, Habit()).count + 1, when)

    def save(self) -> None:
        """Add what was counted since the last save to the file, from any thread. Raises OSError.

        What another editor counted meanwhile stays in it.
        """
        unsaved = dict(self._unsaved)
        if not self._path or not unsaved:
            return
        with exclusive(self._path):
            kept = _habits(json_store.read(self._path))
            for name, habit in unsaved.items():
                kept[name] = Habit(kept.get(name, Habit()).count + habit.count, habit.when)
            json_store.write(self._path, {name: [h.count, h.when] for name, h in kept.items()})
        for name, habit in unsaved.items():
            left = self._unsaved[name].count - habit.count
            if left:
                self._unsaved[name] = Habit(left, self._unsaved[name].when)
            else:
                del self._unsaved[name]


def _habits(data: Mapping[str, object]) -> dict[str, Habit]:
    found: dict[str, Habit] = {}
    for name, value in data.items():
        match value:
            case [int(count), (int() | float()) as when]:
                found[name] = Habit(count, float(when))
    return found
