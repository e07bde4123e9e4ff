"""How high each item stands in its column: near what it is linked to, over nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from nodegraph.layout.layers import Columns

SWEEPS = 10


def heights(found: Columns, tall: Mapping[str, float], gap: float) -> dict[str, float]:
    """The upper edge of every item and passage; passages have no height."""
    place: dict[str, float] = {}
    for row in found.rows:
        y = 0.0
        for name in row:
            place[name] = y
            y += tall.get(name, 0.0) + gap
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        neighbours = found.before if forward else found.after
        for row in found.rows if forward else reversed(found.rows):
            _settle(row, neighbours, place, tall, gap)
    return place


def _settle(
    row: list[str],
    neighbours: Mapping[str, list[str]],
    place: dict[str, float],
    tall: Mapping[str, float],
    gap: float,
) -> None:
    """Put each item as near to the middle of its neighbours as the order allows (least squares)."""
    starts: list[float] = []
    offset = 0.0
    wanted = []
    for name in row:
        high = tall.get(name, 0.0)
        middles = [place[n] + tall.get(n, 0.0) / 2 for n in neighbours.get(name, ())]
        target = sum(middles) / len(middles) - high / 2 if middles else place[name]
        wanted.append(target - offset)
        starts.append(offset)
        offset += high + gap
    for name, start, settled in zip(row, starts, _rising(wanted), strict=True):
        place[name] = start + settled


def _rising(wanted: list[float]) -> list[float]:
    """The rising numbers nearest to `wanted`, by pooling neighbours that stand in the wrong order."""
    pools: list[tuple[float, int]] = []
    for value in wanted:
        pools.append((value, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (one, many), (other, more) = pools[-2:]
            pools[-2:] = [((one * many + other * more) / (many + more), many + more)]
    return [value for value, count in pools for _ in range(count)]
