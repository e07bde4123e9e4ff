"""Layered layout from left to right: pure numbers in, places out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from nodegraph.model.graph import Point

GAP_X, GAP_Y = 72.0, 32.0
SWEEPS = 12
Edge = tuple[str, str]


def layered(
    sizes: Mapping[str, Point], edges: Iterable[Edge], heights: Mapping[str, float]
) -> dict[str, Point]:
    """Places (top left corners, from 0, 0) for boxes of these sizes, each right of all that feed it.

    `heights` are the boxes' present y: boxes of one column keep that order where the links leave it open.
    Edges must close no circle. Nothing overlaps.
    """
    known = [(a, b) for a, b in dict.fromkeys(edges) if a in sizes and b in sizes and a != b]
    before, after = _neighbours(sizes, known)
    columns = _columns(sizes, before, after)
    for column in columns:
        column.sort(key=lambda name: heights.get(name, 0.0))
    _order(columns, before, after)
    return _place(columns, sizes, before, after)


def _neighbours(
    names: Iterable[str], edges: Sequence[Edge]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    before: dict[str, list[str]] = {name: [] for name in names}
    after: dict[str, list[str]] = {name: [] for name in names}
    for source, target in edges:
        before[target].append(source)
        after[source].append(target)
    return before, after


def _columns(
    names: Iterable[str], before: Mapping[str, list[str]], after: Mapping[str, list[str]]
) -> list[list[str]]:
    """Each box one column after the last that feeds it; boxes that nothing feeds stand close to their use."""
    layer: dict[str, int] = {}
    waiting = {name: len(found) for name, found in before.items()}
    ready = [name for name in names if not waiting[name]]
    order: list[str] = []
    while ready:
        name = ready.pop(0)
        order.append(name)
        layer[name] = max((layer[source] + 1 for source in before[name]), default=0)
        for target in after[name]:
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    for name in reversed(order):
        if not before[name] and after[name]:
            layer[name] = min(layer[target] for target in after[name]) - 1
    columns: list[list[str]] = [[] for _ in range(max(layer.values(), default=0) + 1)]
    for name in order:
        columns[layer[name]].append(name)
    return [column for column in columns if column]


def _order(columns: list[list[str]], before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> None:
    """Sort each column by the mean place of its neighbours, forth and back; the best order found stays."""
    best, fewest = [list(c) for c in columns], _crossings(columns, after)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        rank = {name: index / max(1, len(c)) for c in columns for index, name in enumerate(c)}
        near = before if sweep % 2 == 0 else after
        for column in columns if sweep % 2 == 0 else reversed(columns):
            mean = {n: fmean([rank[m] for m in near[n]]) if near[n] else rank[n] for n in column}
            column.sort(key=mean.__getitem__)
            rank.update({name: index / max(1, len(column)) for index, name in enumerate(column)})
        count = _crossings(columns, after)
        if count < fewest:
            best, fewest = [list(c) for c in columns], count
    columns[:] = best


def _crossings(columns: list[list[str]], after: Mapping[str, list[str]]) -> int:
    if sum(map(len, columns)) > 400:
        return 1
    column_of = {name: index for index, c in enumerate(columns) for name in c}
    rank = {name: index for c in columns for index, name in enumerate(c)}
    total = 0
    for number in range(len(columns)):
        lines = [
            (rank[name], rank[target] + 100 * column_of[target])
            for name in columns[number]
            for target in after[name]
        ]
        total += sum(
            1
            for i, (a, b) in enumerate(lines)
            for c, d in lines[i + 1 :]
            if (a < c and b > d) or (a > c and b < d)
        )
    return total


def _place(
    columns: list[list[str]],
    sizes: Mapping[str, Point],
    before: Mapping[str, list[str]],
    after: Mapping[str, list[str]],
) -> dict[str, Point]:
    tops: dict[str, float] = {}
    for column in columns:
        y = 0.0
        for name in column:
            tops[name] = y
            y += sizes[name][1] + GAP_Y
    for sweep in range(SWEEPS):
        near = before if sweep % 2 == 0 else after
        for column in columns if sweep % 2 == 0 else reversed(columns):
            _settle(column, sizes, tops, near)
    least = min(tops.values(), default=0.0)
    places: dict[str, Point] = {}
    x = 0.0
    for column in columns:
        for name in column:
            places[name] = (x, _grid(tops[name] - least))
        x = _grid(x + max(sizes[name][0] for name in column) + GAP_X)
    _separate(columns, sizes, places)
    return places


def _settle(
    column: list[str], sizes: Mapping[str, Point], tops: dict[str, float], near: Mapping[str, list[str]]
) -> None:
    """Move each box of a column towards its neighbours, in order and without overlap."""
    wanted = []
    for name in column:
        half = sizes[name][1] / 2
        middles = [tops[other] + sizes[other][1] / 2 for other in near[name]]
        wanted.append(fmean(middles) - half if middles else tops[name])
    placed: list[float] = []
    for name, want in zip(column, wanted, strict=True):
        floor = placed[-1] + sizes[column[len(placed) - 1]][1] + GAP_Y if placed else want
        placed.append(max(want, floor))
        del name
    drift = fmean([p - w for p, w in zip(placed, wanted, strict=True)]) if placed else 0.0
    for name, top in zip(column, placed, strict=True):
        tops[name] = top - drift


def _separate(columns: list[list[str]], sizes: Mapping[str, Point], places: dict[str, Point]) -> None:
    """Rounding to the grid may have closed a gap."""
    for column in columns:
        floor = None
        for name in column:
            x, y = places[name]
            if floor is not None and y < floor:
                y = 8.0 * -(-floor // 8)
                places[name] = (x, y)
            floor = y + sizes[name][1] + GAP_Y / 2


def _grid(value: float) -> float:
    return round(value / 8) * 8.0
