"""Regular expressions of strangers: whether one can be matched in a time that does not run away."""

from __future__ import annotations

LONGEST = 2000
"""The longest pattern that is looked at, in characters."""

MOST_REPEATS = 4
"""How many repetitions without an end may follow one another in one branch; each multiplies the work."""


def is_bounded(pattern: str) -> bool:
    """Whether matching takes a time that grows with a small power of the text, however the text is chosen.

    Refused are repetitions of what repeats without an end (`(a+)+`), which take exponential time, back-references,
    very large counts, and long chains of repetitions. Escapes and classes are passed over as single letters.
    """
    if len(pattern) > LONGEST:
        return False
    groups = [_Group()]
    at = 0
    while at < len(pattern):
        letter = pattern[at]
        if letter == "\\":
            if pattern[at + 1 : at + 2].isdigit() or pattern[at + 1 : at + 2] in ("k", "g"):
                return False
            at = _after_escape(pattern, at)
            groups[-1].last = 0
        elif letter == "[":
            at = _after_class(pattern, at)
            groups[-1].last = 0
        elif letter == "(":
            groups.append(_Group())
            at += 1 if pattern[at + 1 : at + 2] != "?" else 2
        elif letter == ")":
            if len(groups) == 1:
                return False
            done = groups.pop()
            groups[-1].last = max(done.most, done.branch)
            groups[-1].branch += groups[-1].last
            at += 1
        elif letter == "|":
            groups[-1].most = max(groups[-1].most, groups[-1].branch)
            groups[-1].branch = groups[-1].last = 0
            at += 1
        elif letter in "*+" or (letter == "{" and _count(pattern, at) is not None):
            low, high, at = (0, None, at + 1) if letter in "*+" else _count(pattern, at) or (0, 0, at + 1)
            if not _repeats(groups[-1], low, high):
                return False
            if pattern[at : at + 1] in ("?", "+"):
                at += 1
        else:
            if letter != "?":
                groups[-1].last = 0
            at += 1
    return len(groups) == 1 and max(groups[0].most, groups[0].branch) <= MOST_REPEATS


class _Group:
    """A group that is open: repetitions without an end in its branches, and in what stands last in the present one."""

    def __init__(self) -> None:
        self.most = self.branch = self.last = 0


def _repeats(group: _Group, low: int, high: int | None) -> bool:
    """Count a repetition of what stands last; False where that repeats by itself, or where the count is large."""
    if group.last or max(low, high or 0) > 1000:
        return False
    if high is None or high > 10:
        group.branch += 1
        group.last = 1
    return group.branch <= MOST_REPEATS


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
