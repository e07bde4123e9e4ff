"""Where a mask is not empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodes.types import Area

if TYPE_CHECKING:
    from torch import Tensor

LEAST = 8
"""The least width and height of the rectangle around a mask, in latent pixels: a network needs some around it."""


def bounds(mask: Tensor, pixel: int = 8) -> Area:
    """The smallest rectangle around all that is above 0 in `[B, h, w]`, a mask of latent size.

    In pixels of the picture, at least `LEAST` latent pixels wide and high, which grow to the right and down; a mask
    that is empty gives such a rectangle at the corner.
    """
    shown = (mask > 0).any(0)
    if not shown.any():
        return Area(0.0, 0.0, LEAST * pixel, LEAST * pixel)
    rows, columns = (shown.any(axis).nonzero()[:, 0] for axis in (1, 0))
    top, left = int(rows[0]), int(columns[0])
    height, width = (max(int(side[-1]) - int(side[0]) + 1, LEAST) for side in (rows, columns))
    return Area(left * pixel, top * pixel, width * pixel, height * pixel)
