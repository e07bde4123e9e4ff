"""The part of a picture around a mask, and fades at its edges."""

from __future__ import annotations

import torch
from torch import Tensor


def around(mask: Tensor, margin: float, proportion: float) -> tuple[int, int, int, int]:
    """x, y, width and height of a part around all that is above 0 in `[B, H, W]`.

    It is `margin` times as large as the masked part, has width / height near `proportion`, and lies inside.
    """
    shown = (mask > 0).any(0)
    height, width = shown.shape
    rows, columns = (shown.any(axis).nonzero()[:, 0] for axis in (1, 0))
    top, bottom, left, right = (int(v) for v in (rows[0], rows[-1] + 1, columns[0], columns[-1] + 1))
    high, wide = (bottom - top) * margin, (right - left) * margin
    wide, high = max(wide, high * proportion), max(high, wide / proportion)
    shrink = min(1.0, width / wide, height / high) if margin > 1 else 1.0
    w = min(max(round(wide * shrink), right - left), width)
    h = min(max(round(high * shrink), bottom - top), height)
    x = min(max(round((left + right - w) / 2), 0), width - w)
    y = min(max(round((top + bottom - h) / 2), 0), height - h)
    return x, y, w, h


def outer_fade(height: int, width: int, feather: int, sides: tuple[bool, bool, bool, bool]) -> Tensor:
    """A mask `[h, w]`, 0 inside, that rises with the square of the nearness to the sides left, top, right and bottom
    that are extended."""
    if feather <= 0 or 2 * feather >= min(height, width):
        return torch.zeros(height, width)
    left, top, right, bottom = sides
    down, across = _nearness(height, top, bottom), _nearness(width, left, right)
    nearest = torch.minimum(down[:, None], across[None, :])
    return ((feather - nearest).clamp(min=0) / feather) ** 2


def _nearness(length: int, first: bool, last: bool) -> Tensor:
    """The distance of each row from the ends that count."""
    place = torch.arange(length, dtype=torch.float32)
    far = torch.full((length,), float("inf"))
    return torch.minimum(place if first else far, length - place if last else far)
