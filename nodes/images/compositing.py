"""One plane laid into another."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.images.batches import to_length


def feathered(height: int, width: int, feather: int, edges: tuple[bool, bool, bool, bool]) -> Tensor:
    """A mask `[h, w]` of ones that fades over `feather` rows at the edges left, top, right and bottom where true."""
    mask = torch.ones(height, width)
    for step in range(min(feather, height, width)):
        fade = (step + 1) / feather
        left, top, right, bottom = edges
        if top:
            mask[step] *= fade
        if bottom:
            mask[height - 1 - step] *= fade
        if left:
            mask[:, step] *= fade
        if right:
            mask[:, width - 1 - step] *= fade
    return mask


def paste(
    below: Tensor, above: Tensor, x: int, y: int, mask: Tensor | None = None, feather: int = 0
) -> Tensor:
    """`below` `[B, C, h, w]` with `above` at column x and row y, cut off where it reaches beyond.

    `mask` `[B or 1, h, w]` of `above`'s size says where it shows.
    """
    height, width = below.shape[-2:]
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + above.shape[-1], width), min(y + above.shape[-2], height)
    if right <= left or bottom <= top:
        return below
    above = to_length(above, below.shape[0])
    part = (..., slice(top - y, bottom - y), slice(left - x, right - x))
    shown = torch.ones(1, 1, *above.shape[-2:]) if mask is None else to_length(mask, below.shape[0])[:, None]
    shown = shown[part].to(below)
    if feather:
        edges = (left > 0, top > 0, right < width, bottom < height)
        shown = shown * feathered(bottom - top, right - left, feather, edges).to(below)
    result = below.clone()
    place = (..., slice(top, bottom), slice(left, right))
    result[place] = below[place] * (1 - shown) + above[part].to(below) * shown
    return result
