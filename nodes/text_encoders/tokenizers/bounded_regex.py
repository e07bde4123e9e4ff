"""Regular expressions of strangers: whether one can be matched in a time that does not run away."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST = 2000
"""The longest pattern that is looked at, in characters."""

MOST_REPEATS = 4
"""How many repetitions without an end may follow one another in one branch; each multiplies the work."""

MOST_CHOICES = 12
"""How many things may be there or not in one branch; each doubles the work."""

SMALL, LARGEST = 10, 1000
"""Counts above the first are taken for repetitions without an end, and above the second for an attack."""


@dataclass
class _Group:
    """A group that is open: what repeats and what is optional in its branches.

    `plain` says that nothing in it is repeated, optional or one of several, `atom` that what stands last in it is
    plain.
    """

    repeats: int = 0
    choices: int = 0
    most_repeats: int = 0
    most_choices: int = 0
    plain: bool = True
    atom: bool = True

    def close_branch(self) -> None:
        """End one of the alternatives."""
        self.most_repeats = max(self.most_repeats, self.repeats)
        self.most_choices = max(self.most_choices, self.choices)
        self.repeats = self.choices = 0

    def add(self, inner: _Group) -> None:
        """Take in a group that has been closed."""
        inner.close_branch()
        self.repeats += inner.most_repeats
        self.choices += inner.most_choices
        self.atom = inner.plain
        self.plain = self.plain and inner.plain

    def repeat(self, least: int, most: int | None) -> bool:
        """Repeat what stands last; False where that takes too long."""
        if max(least, most or 0) > LARGEST:
            return False
        self.plain = False
        if most is None or most > SMALL:
            self.repeats += 1
            return self.atom and self.repeats <= MOST_REPEATS
        if most > 1 and not self.atom:
            return False
        self.choices += most - least
        return self.choices <= MOST_CHOICES


def is_bounded(pattern: str) -> bool:
    """Whether matching takes a time that grows with a small power of the text, however the text is chosen.

    Refused are repetitions without an end of groups that repeat, choose or leave out something themselves
    (`(a+)+`, `(a|a)*`), back-references, large counts, and long chains of repetitions. Escapes and classes count as
    single letters. A pattern that cannot be compiled is left to the library, which refuses it.
    """
    if len(pattern) > LONGEST:
        return False
    groups = [_Group()]
    at = 0
    while at < len(pattern):
        letter, group = pattern[at], groups[-1]
        if letter in "*+?" or (letter == "{" and _count(pattern, at) is not None):
            usual = {"*": (0, None, at + 1), "+": (1, None, at + 1), "?": (0, 1, at + 1)}
            least, most, at = usual.get(letter) or _count(pattern, at) or (0, 0, at + 1)
            if not group.repeat(least, most):
                return False
            at += pattern[at : at + 1] in ("?", "+")
            continue
        if letter == ")":
            if len(groups) == 1:
                return True
            groups[-2].add(groups.pop())
        elif letter == "(":
            groups.append(_Group())
            at += pattern[at + 1 : at + 2] == "?"
        elif letter == "|":
            group.close_branch()
            group.plain = False
        else:
            group.atom = True
        if letter == "\\":
            if pattern[at + 1 : at + 2] in ("k", "g") or pattern[at + 1 : at + 2].isdigit():
                return False
            at = _after_escape(pattern, at)
        elif letter == "[":
            at = _after_class(pattern, at)
        else:
            at += 1
    return True


def _count(pattern: str, at: int) -> tuple[int, int | None, int] | None:
    """The least and the largest count in braces, None for no largest, and where they end; None for plain braces."""
    end = pattern.find("}", at)
    low, comma, high = pattern[at + 1 : end].partition(",")
    if end < 0 or not (low or high) or not all(part.isdecimal() for part in (low, high) if part):
        return None
    if len(low) > 6 or len(high) > 6:
        return 10**6, 10**6, end + 1
    least = int(low or 0)
    return least, (int(high) if high else None if comma else least), end + 1


def _after_escape(pattern: str, at: int) -> int:
    braced = pattern[at + 1 : at + 2] in ("p", "P", "x", "u") and pattern[at + 2 : at + 3] == "{"
    end = pattern.find("}", at) if braced else -1
    return end + 1 if end >= 0 else at + 2


def _after_class(pattern: str, at: int) -> int:
    """Where a class in square brackets ends; classes may nest."""
    depth, at = 1, at + 1
    if pattern[at : at + 1] == "^":
        at += 1
    if pattern[at : at + 1] == "]":
        at += 1
    while at < len(pattern) and depth:
        if pattern[at] == "\\":
            at += 1
        elif pattern[at] == "[":
            depth += 1
        elif pattern[at] == "]":
            depth -= 1
        at += 1
    return at
