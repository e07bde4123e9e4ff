"""Large planes worked on in overlapping tiles that fade into each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import torch
from torch import Tensor

Place = tuple[slice, slice]


def starts(length: int, tile: int, overlap: int) -> list[int]:
    """Where tiles of this length begin so that they cover `length`, neighbours sharing at least `overlap`."""
    if tile >= length:
        return [0]
    stride = max(tile - overlap, 1)
    count = -(-(length - tile) // stride)
    return [round(at * (length - tile) / count) for at in range(count + 1)]


def places(height: int, width: int, tile: int, overlap: int) -> Iterator[Place]:
    """The tiles of a plane, row by row."""
    for top, left in product(starts(height, tile, overlap), starts(width, tile, overlap)):
        yield slice(top, min(top + tile, height)), slice(left, min(left + tile, width))


def ramp(length: int, overlap: int, first: bool, last: bool, context: int = 0) -> Tensor:
    """Weights that rise over `overlap` at inner edges, so that two neighbours always sum to a smooth change.

    The outermost `context` of it, less than half of the overlap, count for nothing: there the work lacks what lies
    around the tile.
    """
    weights = torch.ones(length)
    reach = min(overlap, length)
    slope = ((torch.arange(reach) + 1 - context) / (reach + 1 - 2 * context)).clamp(0, 1)
    if not first:
        weights[:reach] = slope
    if not last:
        weights[length - reach :] = torch.minimum(weights[length - reach :], slope.flip(0))
    return weights


def tiled(
    planes: Tensor,
    work: Callable[[Tensor], Tensor],
    tile: int,
    overlap: int,
    factor: tuple[int, int],
    done: Callable[[int, int], None] = lambda step, total: None,
    context: float = 0.0,
) -> Tensor:
    """`work` done on tiles of `[B, C, H, W]`; it returns `[B, K, ...]` with sides times factor[0] / factor[1].

    Positions of tiles are rounded so that both sides are whole. `done` is called after each tile with the tiles that
    are finished and their number. `context`, below 0.5, is the share of the overlap that is only read at each edge.
    """
    times, per = factor
    height, width = planes.shape[-2:]
    grid = list(places(height // per, width // per, max(tile // per, 1), overlap // per))
    total: Tensor | None = None
    weight = torch.zeros(height // per * times, width // per * times)
    for step, (rows, columns) in enumerate(grid):
        part = planes[..., rows.start * per : rows.stop * per, columns.start * per : columns.stop * per]
        found = work(part.contiguous())
        if total is None:
            total = found.new_zeros(*found.shape[:2], *weight.shape)
        place = (
            slice(rows.start * times, rows.stop * times),
            slice(columns.start * times, columns.stop * times),
        )
        fade = overlap // per * times
        edge = int(fade * context)
        across = ramp(found.shape[-1], fade, columns.start == 0, place[1].stop == weight.shape[1], edge)
        down = ramp(found.shape[-2], fade, rows.start == 0, place[0].stop == weight.shape[0], edge)
        share = down[:, None] * across
        total[(..., *place)] += found * share.to(found)
        weight[place] += share
        done(step + 1, len(grid))
    assert total is not None
    return total / weight.to(total)
