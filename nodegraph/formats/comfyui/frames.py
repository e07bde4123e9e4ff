"""Which group each node belongs to, in time that grows little faster than their number."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from heapq import heappop, heappush

from nodegraph.model.graph import Point

Rect = tuple[float, float, float, float]


def smallest_around(points: Sequence[Point], rects: Sequence[Rect]) -> list[int | None]:
    """For each point the number of the smallest rectangle (x, y, width, height) that holds it, None where none does.

    A line is swept from left to right; the rectangles it has met lie in a tree over the heights of the points, each
    in the few parts that make up its own height, the smallest on top.
    """
    heights = sorted({y for _, y in points})
    count = len(heights)
    tree: list[list[tuple[int, float]]] = [[] for _ in range(2 * count)]
    ranked = sorted(range(len(rects)), key=lambda at: (rects[at][2] * rects[at][3], at))
    starts = sorted((rects[at][0], rank) for rank, at in enumerate(ranked))
    found: list[int | None] = [None] * len(points)
    met = 0
    for number in sorted(range(len(points)), key=lambda at: points[at][0]):
        x, y = points[number]
        while met < len(starts) and starts[met][0] <= x:
            _insert(tree, heights, rects[ranked[starts[met][1]]], starts[met][1])
            met += 1
        best: int | None = None
        at = count + bisect_left(heights, y)
        while at >= 1:
            part = tree[at]
            while part and part[0][1] < x:
                heappop(part)
            if part and (best is None or part[0][0] < best):
                best = part[0][0]
            at //= 2
        found[number] = None if best is None else ranked[best]
    return found


def _insert(tree: list[list[tuple[int, float]]], heights: Sequence[float], rect: Rect, rank: int) -> None:
    x, y, width, height = rect
    count = len(heights)
    low, high = count + bisect_left(heights, y), count + bisect_right(heights, y + height)
    while low < high:
        if low & 1:
            heappush(tree[low], (rank, x + width))
            low += 1
        if high & 1:
            high -= 1
            heappush(tree[high], (rank, x + width))
        low //= 2
        high //= 2
