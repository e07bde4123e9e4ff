"""Which column each item stands in, and in what order from above.

The method is that of Sugiyama, Tagawa and Toda (1981): layers by longest path, order by barycentres.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

LONGEST = 24
"""A link over more columns than this is not led through each of them: it would cost more than it helps."""

SWEEPS = 8


@dataclass
class Columns:
    """Items in columns from left to right. Names that are no items are places where a long link passes."""

    rows: list[list[str]]
    before: dict[str, list[str]] = field(default_factory=dict)
    after: dict[str, list[str]] = field(default_factory=dict)


def columns(items: Iterable[str], edges: Iterable[tuple[str, str]], hint: Mapping[str, float]) -> Columns:
    """The columns of `items`; `hint` is where each stood from above, which settles what the links leave open."""
    names = list(items)
    kept = without_circles(names, edges)
    found = _ranked(names, kept)
    made, hints = _with_passages(found, kept, hint)
    for sweep in range(SWEEPS):
        _sweep(made, hints, forward=sweep % 2 == 0)
    return made


def without_circles(names: list[str], edges: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Who feeds whom, without the edges that would close a circle (frames may feed each other)."""
    after: dict[str, list[str]] = {name: [] for name in names}
    for one, other in dict.fromkeys(edges):
        if one != other:
            after[one].append(other)
    kept: dict[str, list[str]] = {name: [] for name in names}
    done: set[str] = set()
    for start in names:
        stack = [(start, iter(after[start]))] if start not in done else []
        path = {start}
        while stack:
            name, following = stack[-1]
            for other in following:
                if other in path:
                    continue
                kept[name].append(other)
                if other not in done:
                    path.add(other)
                    stack.append((other, iter(after[other])))
                    break
            else:
                stack.pop()
                path.discard(name)
                done.add(name)
    return kept


def _ranked(names: list[str], after: Mapping[str, list[str]]) -> dict[str, int]:
    waits = dict.fromkeys(names, 0)
    for others in after.values():
        for other in others:
            waits[other] += 1
    starts = [name for name in names if not waits[name]]
    order, rank = list(starts), dict.fromkeys(names, 0)
    for name in order:
        for other in after[name]:
            rank[other] = max(rank[other], rank[name] + 1)
            waits[other] -= 1
            if not waits[other]:
                order.append(other)
    for name in starts:
        if after[name]:
            rank[name] = min(rank[other] for other in after[name]) - 1
    return rank


def _with_passages(
    rank: Mapping[str, int], after: Mapping[str, list[str]], hint: Mapping[str, float]
) -> tuple[Columns, dict[str, float]]:
    found = Columns([[] for _ in range(max(rank.values(), default=-1) + 1)])
    hints = dict(hint)
    for name in rank:
        found.rows[rank[name]].append(name)
    for name, others in after.items():
        for other in others:
            last = name
            span = rank[other] - rank[name]
            for step in range(1, span) if span <= LONGEST else ():
                passage = f"{name}>{other}>{step}"
                hints[passage] = hint[name] + (hint[other] - hint[name]) * step / span
                found.rows[rank[name] + step].append(passage)
                _join(found, last, passage)
                last = passage
            _join(found, last, other)
    for row in found.rows:
        row.sort(key=hints.__getitem__)
    return found, hints


def _join(found: Columns, one: str, other: str) -> None:
    found.after.setdefault(one, []).append(other)
    found.before.setdefault(other, []).append(one)


def _sweep(found: Columns, hints: Mapping[str, float], *, forward: bool) -> None:
    neighbours = found.before if forward else found.after
    place = {name: index / max(1, len(row) - 1) for row in found.rows for index, name in enumerate(row)}
    for row in found.rows if forward else reversed(found.rows):
        wanted = {name: _mean([place[n] for n in neighbours.get(name, ())], place[name]) for name in row}
        row.sort(key=lambda name: (round(wanted[name], 6), hints[name]))
        place |= {name: index / max(1, len(row) - 1) for index, name in enumerate(row)}


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
