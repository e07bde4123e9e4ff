"""Where a mask is not empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodes.types import Area

if TYPE_CHECKING:
    from torch import Tensor


def bounds(mask: Tensor) -> Area:
    """The smallest rectangle around all that is above 0 in `[B, H, W]`, in shares; the whole where nothing is."""
    shown = (mask > 0).any(0)
    if not shown.any():
        return Area(0.0, 0.0, 1.0, 1.0, relative=True)
    height, width = shown.shape
    rows, columns = (shown.any(axis).nonzero()[:, 0] for axis in (1, 0))
    top, bottom = int(rows[0]) / height, (int(rows[-1]) + 1) / height
    left, right = int(columns[0]) / width, (int(columns[-1]) + 1) / width
    return Area(left, top, right - left, bottom - top, relative=True)
