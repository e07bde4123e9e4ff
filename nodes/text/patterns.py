"""Regular expressions that strangers may write: bounded in time, with faults as one sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import regex

from nodegraph import GraphError

Flags = tuple[bool, bool, bool]
"""Ignore case, ^ and $ at each line, a dot for line ends."""

SECONDS = 5.0
"""How long one expression may be matched: some take for ever on short texts."""

MOST = 10_000
T = TypeVar("T")


def replaced_in(text: str, pattern: str, by: str, flags: Flags, count: int = 0) -> str:
    """The text with every match, or the first `count`, replaced; raises GraphError."""
    return _bounded(pattern, lambda: str(_compiled(pattern, flags).sub(by, text, count, timeout=SECONDS)))


def groups_in(text: str, pattern: str, flags: Flags, group: int) -> list[str]:
    """The group of that number in each match, 0 for the whole of it; raises GraphError."""

    def find() -> list[str]:
        found: list[str] = []
        compiled = _compiled(pattern, flags)
        if group > compiled.groups:
            return found
        for match in compiled.finditer(text, timeout=SECONDS):
            found.append(match[group] or "")
            if len(found) == MOST:
                break
        return found

    return _bounded(pattern, find)


def found_in(text: str, pattern: str, flags: Flags) -> bool:
    """Whether the expression matches anywhere; raises GraphError."""
    return _bounded(pattern, lambda: _compiled(pattern, flags).search(text, timeout=SECONDS) is not None)


def _compiled(pattern: str, flags: Flags) -> Any:
    names = (regex.IGNORECASE, regex.MULTILINE, regex.DOTALL)
    wanted = regex.VERSION0
    for name, is_on in zip(names, flags, strict=True):
        wanted |= name if is_on else regex.VERSION0
    return regex.compile(pattern, wanted)


def _bounded(pattern: str, work: Callable[[], T]) -> T:
    try:
        return work()
    except TimeoutError:
        raise GraphError(
            "The pattern {pattern!r} takes too long on this text; write it with fewer * and +.",
            pattern=pattern[:80],
        ) from None
    except (regex.error, IndexError) as error:
        raise GraphError(
            "The pattern {pattern!r} is not a regular expression ({error}); correct it.",
            pattern=pattern[:80],
            error=error,
        ) from None
