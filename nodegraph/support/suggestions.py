"""The name that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable

from nodegraph.support.messages import Phrase

MAX_COMPARED = 1_500_000
"""Pairs of letters that all searches of one check may compare: about 50 searches among the node types."""

OVERHEAD = 100
"""What the comparison of one name costs besides, in pairs of letters."""


class Suggestions:
    """Looks for near names until MAX_COMPARED is used up; from then on nothing is suggested.

    A file may hold any number of misspelt names, and each search takes time that grows with the names there are.
    """

    def __init__(self, compared: int = MAX_COMPARED) -> None:
        self._left = compared

    @property
    def used_up(self) -> bool:
        """Whether nothing is searched for any more."""
        return self._left <= 0

    def nearest(self, name: str, names: Iterable[str]) -> str | None:
        """The closest of `names`, case aside; None if none is close, or the searches are used up."""
        if self.used_up:
            return None
        from difflib import get_close_matches

        wanted = name[:200].lower()
        known: dict[str, str] = {}
        for candidate in names:
            known[candidate.lower()] = candidate
            self._left -= OVERHEAD + len(candidate) * len(wanted)
            if self.used_up:
                break
        found = get_close_matches(wanted, known, 1)
        return known[found[0]] if found else None


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The closest of `names`, case aside; None if none is close."""
    return Suggestions().nearest(name, names)


def ending(near: str | None, otherwise: str = "") -> Phrase:
    """The end of a sentence: "; did you mean x?" for a near name, else `otherwise`, else a full stop."""
    if near:
        return Phrase("; did you mean {name}?", name=near)
    return Phrase("; {remedy}.", remedy=otherwise) if otherwise else Phrase(".")
