"""The mean of three tilings, as ComfyUI computes large pictures: tall, wide and square tiles with their own seams."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import torch
from torch import Tensor

Size = tuple[int, int]
"""Height and width."""


def shapes(tile: int) -> tuple[Size, Size, Size]:
    """The tiles of the three tilings, height and width."""
    return (tile * 2, tile // 2), (tile // 2, tile * 2), (tile, tile)


def tiled_thrice(
    planes: Tensor,
    work: Callable[[Tensor], Tensor],
    tile: int,
    overlap: int,
    factor: tuple[int, int],
    done: Callable[[int, int], None] = lambda step, total: None,
) -> Tensor:
    """`work` done on three tilings of `[B, C, H, W]`; it returns `[B, K, ...]` with sides times factor[0] / factor[1].

    `tile` and `overlap` are in the pixels of `planes`. `done` is called after each tile with its number and how many
    there are. Every tile fades at all its four edges over the overlap, and what lies on each other is averaged.
    """
    height, width = planes.shape[-2:]
    jobs = [list(_places(height, width, size, overlap)) for size in shapes(tile)]
    count, step = sum(map(len, jobs)), 0
    total: Tensor | None = None
    for places in jobs:
        out: Tensor | None = None
        weight = torch.zeros(_times(height, factor), _times(width, factor))
        for top, left, rows, columns in places:
            found = work(planes[..., top : top + rows, left : left + columns].contiguous())
            if out is None:
                out = found.new_zeros(*found.shape[:2], *weight.shape)
            share = torch.ones(found.shape[-2:])
            if len(places) > 1:
                share = _fade(found.shape[-2], _times(overlap, factor))[:, None] * _fade(
                    found.shape[-1], _times(overlap, factor)
                )
            y, x = _times(top, factor), _times(left, factor)
            place = (slice(y, y + share.shape[0]), slice(x, x + share.shape[1]))
            out[(..., *place)] += found * share.to(found)
            weight[place] += share
            step += 1
            done(step, count)
        assert out is not None
        mean = out / weight.to(out)
        total = mean if total is None else total + mean
    assert total is not None
    return total / 3


def _places(height: int, width: int, size: Size, overlap: int) -> Iterator[tuple[int, int, int, int]]:
    """Top, left, height and width of each tile."""
    if height <= size[0] and width <= size[1]:
        yield 0, 0, height, width
        return
    for top, left in product(_starts(height, size[0], overlap), _starts(width, size[1], overlap)):
        yield top, left, min(size[0], height - top), min(size[1], width - left)


def _starts(length: int, tile: int, overlap: int) -> list[int]:
    return [0] if length <= tile else list(range(0, length - overlap, max(tile - overlap, 1)))


def _times(length: int, factor: tuple[int, int]) -> int:
    return round(length * factor[0] / factor[1])


def _fade(length: int, reach: int) -> Tensor:
    """Weights that rise over `reach` at both ends; all one where the side is not longer than that."""
    weights = torch.ones(length)
    if reach < length:
        for step in range(reach):
            weights[step] *= (step + 1) / reach
            weights[length - 1 - step] *= (step + 1) / reach
    return weights
