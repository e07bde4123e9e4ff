"""Names that no two things share, found in time linear in their number."""

from __future__ import annotations

from collections.abc import Iterable


class Names:
    """Hands out names: each wanted name as it is, or with _2, _3 ... behind it where it is taken."""

    def __init__(self, separator: str = "_") -> None:
        self._separator = separator
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def fresh(self, wanted: str) -> str:
        """`wanted`, or the first numbered form of it that is free; it is taken from now on."""
        name = wanted
        if name in self._taken:
            number = self._next.get(wanted, 2)
            while (name := f"{wanted}{self._separator}{number}") in self._taken:
                number += 1
            self._next[wanted] = number + 1
        self._taken.add(name)
        return name


def unique(names: Iterable[str], separator: str = "_") -> list[str]:
    """The names in their order, no two alike."""
    taken = Names(separator)
    return [taken.fresh(name) for name in names]
