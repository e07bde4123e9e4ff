"""Names of files ready to be listed and searched: in folders, rows made only when they are looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import overload

from ui.widgets.popup.rows import Row

NO_LABELS: Mapping[str, str] = MappingProxyType({})
"""Every name is shown as it is."""


class Names(Sequence[Row]):
    """Rows of names, made when asked for. A name that ends in / is the line of a folder."""

    def __init__(
        self,
        names: Sequence[str],
        counts: dict[str, int],
        now: str,
        detailed: bool,
        labels: Mapping[str, str],
    ) -> None:
        self._names = names
        self._counts = counts
        self._now = now
        self._detailed = detailed
        self._labels = labels
        self._made: dict[int, Row] = {}

    def __len__(self) -> int:
        return len(self._names)

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | Sequence[Row]:
        if isinstance(at, slice):
            return [self[n] for n in range(*at.indices(len(self)))]
        if at not in self._made:
            self._made[at] = self._row(self._names[at])
        return self._made[at]

    def _row(self, name: str) -> Row:
        if name in self._counts:
            return Row(name, name[:-1], hint=str(self._counts[name]), icon="folder", enabled=False)
        folder, _, file = name.rpartition("/")
        icon = "check" if name == self._now else "blank"
        file = self._labels.get(name, file)
        return Row(name, file, folder if self._detailed else "", icon=icon)


class Listing:
    """`names` in order, in folders and searched."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self._lower = [name.lower() for name in names]
        self._starts = [name.rfind("/") + 1 for name in names]

    @cached_property
    def _folds(self) -> tuple[list[str], dict[str, int]]:
        folders: dict[str, list[str]] = {}
        for name, start in zip(self.names, self._starts, strict=True):
            folders.setdefault(name[:start], []).append(name)
        folded = folders.pop("", [])[:]
        for folder in sorted(folders):
            folded.append(folder)
            folded += folders[folder]
        return folded, {folder: len(held) for folder, held in folders.items()}

    @property
    def lines(self) -> int:
        """How many lines the names take with their folders."""
        return len(self._folds[0])

    def folded(self, now: str, labels: Mapping[str, str] = NO_LABELS) -> Names:
        """Names of no folder first, then each folder under its own line."""
        return Names(*self._folds, now, False, labels)

    def flat(self, places: Sequence[int], now: str, labels: Mapping[str, str] = NO_LABELS) -> Names:
        """The names at these places, each with its folder beside it."""
        return Names([self.names[at] for at in places], {}, now, True, labels)

    def place(self, name: str) -> int:
        """On which line of the folded list a name stands; -1 where it does not."""
        folded = self._folds[0]
        return folded.index(name) if name in folded else -1

    def found(self, words: Sequence[str], labels: Mapping[str, str] = NO_LABELS) -> list[int]:
        """The places of the names that have all the words; those whose file name begins with the first come first,
        those last that only their labels say."""
        named = self._named(words)
        held = set(named)
        told = (
            [at for at, name in enumerate(self.names) if at not in held and name in labels] if labels else []
        )
        return named + [at for at in told if all(w in labels[self.names[at]].lower() for w in words)]

    def _named(self, words: Sequence[str]) -> list[int]:
        lower, first = self._lower, words[0]
        found = [at for at, name in enumerate(lower) if first in name]
        for word in words[1:]:
            found = [at for at in found if word in lower[at]]
        begins = [at for at in found if lower[at].startswith(first, self._starts[at])]
        chosen = set(begins)
        return begins + [at for at in found if at not in chosen]


@lru_cache(maxsize=8)
def listing(names: tuple[str, ...]) -> Listing:
    """The listing of these names; kept, for lists are opened again."""
    return Listing(names)
