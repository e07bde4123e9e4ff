"""Large pictures piece by piece: tiles that overlap and fade into each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor


def tiled(
    function: Callable[[Tensor], Tensor], x: Tensor, tile: tuple[int, int], overlap: int, scale: float
) -> Tensor:
    """`function` of `x` `[B, C, h, w]`, a tile (rows, columns) at a time; its result is `scale` times as large.

    Tiles share `overlap` rows and columns, over which one fades into the next. Float32, on the CPU.
    """
    height, width = (round(side * scale) for side in x.shape[-2:])
    total: Tensor | None = None
    weights = torch.zeros(1, 1, height, width)
    for top, rows in places(x.shape[-2], tile[0], overlap):
        for left, columns in places(x.shape[-1], tile[1], overlap):
            found = function(x[..., top : top + rows, left : left + columns]).float().cpu()
            weight = faded(found.shape[-2], found.shape[-1], round(overlap * scale))
            if total is None:
                total = torch.zeros(*found.shape[:2], height, width)
            down, right = round(top * scale), round(left * scale)
            window = (..., slice(down, down + found.shape[-2]), slice(right, right + found.shape[-1]))
            total[window] += found * weight
            weights[window] += weight
    if total is None:
        raise ValueError("A picture without pixels cannot be cut into tiles.")
    return total / weights


def places(length: int, tile: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Start and length of each tile along one axis; at most half of a tile overlaps."""
    tile = min(tile, length)
    overlap = min(overlap, tile // 2)
    for start in range(0, max(length - overlap, 1), max(tile - overlap, 1)):
        yield start, min(tile, length - start)


def faded(height: int, width: int, reach: int) -> Tensor:
    """Weights `[1, 1, h, w]` that grow from every edge over `reach` pixels."""

    def ramp(length: int) -> Tensor:
        steps = torch.arange(1, length + 1)
        return torch.minimum(steps, steps.flip(0)).clamp(max=max(reach, 1)) / max(reach, 1)

    return (ramp(height)[:, None] * ramp(width)[None, :])[None, None]


def averaged(
    function: Callable[[Tensor], Tensor], x: Tensor, tile: int, overlap: int, scale: float
) -> Tensor:
    """The mean of three tilings, square, wide and tall, so that no edge stays where it was."""
    shapes = ((tile, tile), (tile * 2, tile // 2), (tile // 2, tile * 2))
    return sum(
        (tiled(function, x, shape, overlap, scale) for shape in shapes[1:]),
        tiled(function, x, shapes[0], overlap, scale),
    ) / len(shapes)
