"""Where, when and how strongly a condition holds, worked out once before sampling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from nodegraph import GraphError
from nodes.guidance.mask_bounds import bounds
from nodes.images.batches import to_length
from nodes.images.scaling import sized_mask
from nodes.sampling.intervals import is_within
from nodes.types import Area, Condition

FADE = 8
"""Latent pixels over which an area without a mask fades at edges inside the picture."""

NEAR = 1e-6
"""Shares of steps closer than this are one moment."""

Window = tuple[int, int, int, int]
"""Top, left, height and width in latent pixels."""


@dataclass(frozen=True, eq=False)
class Region:
    """A condition while sigma is from `start` down to `end`, in `window` (None: everywhere).

    `weight` is its share in each latent pixel of the window: a number, or `[B or 1, 1, h, w]`.
    """

    condition: Condition
    window: Window | None
    weight: float | Tensor
    start: float
    end: float

    def active(self, sigma: float, share: float = 0.0) -> bool:
        """Whether it holds at `sigma`, in the step before which this share of the steps is done."""
        spans = self.condition.spans
        return is_within(sigma, self.start, self.end) and (
            not spans or any(start - NEAR <= share < end - NEAR for start, end in spans)
        )

    def cut(self, planes: Tensor) -> Tensor:
        """The part of `[..., h, w]` in its window."""
        if self.window is None:
            return planes
        top, left, height, width = self.window
        return planes[..., top : top + height, left : left + width]


def window_of(area: Area, rows: int, columns: int, pixel: int = 8) -> Window:
    """An area in latent pixels, cut off at the picture's edge; raises GraphError if nothing of it is inside."""
    if area.relative:
        height, width = max(1, round(area.height * rows)), max(1, round(area.width * columns))
        top, left = round(area.y * rows), round(area.x * columns)
    else:
        height, width = max(1, int(area.height) // pixel), max(1, int(area.width) // pixel)
        top, left = int(area.y) // pixel, int(area.x) // pixel
    if top >= rows or left >= columns or top < 0 or left < 0:
        raise GraphError(
            "An area of a conditioning begins at x {value}, y {value2}, outside the picture of "
            "{value3} x {value4} pixels; move it inside.",
            value=left * pixel,
            value2=top * pixel,
            value3=columns * pixel,
            value4=rows * pixel,
        )
    return top, left, min(height, rows - top), min(width, columns - left)


def faded(window: Window, rows: int, columns: int) -> Tensor:
    """Ones `[1, 1, h, w]` that fall off towards those edges of the window that lie inside the picture."""
    top, left, height, width = window
    weight = torch.ones(1, 1, height, width)
    for axis, start, size, whole in ((2, top, height, rows), (3, left, width, columns)):
        reach = min(FADE, size // 4)
        for step in range(reach):
            fade = (step + 1) / reach
            if start:
                weight.narrow(axis, step, 1).mul_(fade)
            if start + size < whole:
                weight.narrow(axis, size - 1 - step, 1).mul_(fade)
    return weight


def region(condition: Condition, like: Tensor, start: float, end: float, pixel: int = 8) -> Region:
    """A condition over latents shaped as `like` `[B, C, h, w]`, between two sigmas."""
    batch, rows, columns = like.shape[0], like.shape[-2], like.shape[-1]
    window = window_of(condition.area, rows, columns, pixel) if condition.area else None
    found = Region(condition, window, condition.strength, start, end)
    if condition.mask is not None:
        mask = sized_mask(condition.mask, columns, rows)[:, None]
        mask = to_length(mask, batch) if mask.shape[0] > 1 else mask
        weight = found.cut(mask) * (condition.mask_strength * condition.strength)
        return replace(found, weight=weight.to(like))
    if window is not None:
        return replace(found, weight=(faded(window, rows, columns) * condition.strength).to(like))
    return found


def with_bounds(condition: Condition, like: Tensor, pixel: int = 8) -> Condition:
    """The condition with the area around its mask, if that is where it holds, over latents shaped as `like`."""
    if not condition.bounded or condition.mask is None:
        return condition
    rows, columns = like.shape[-2:]
    return replace(condition, area=bounds(sized_mask(condition.mask, columns, rows), pixel), bounded=False)


def with_shared_controls(sides: Sequence[Sequence[Condition]], negative: int | None) -> list[list[Condition]]:
    """The sides with the shared controls of the positive one on the negative one, where that has none of its own.

    The controls of the first condition go to the first of the other side, and so on around; conditions with an area
    take no part.
    """
    found = [list(side) for side in sides]
    if negative is None or len(found) < 2:
        return found
    positive = 0 if negative else 1
    shared = [
        controls
        for each in found[positive]
        if each.area is None and (controls := tuple(c for c in each.controls if c.shared))
    ]
    open_ones = [at for at, each in enumerate(found[negative]) if each.area is None]
    if not open_ones or any(found[negative][at].controls for at in open_ones):
        return found
    for number, controls in enumerate(shared):
        at = open_ones[number % len(open_ones)]
        side = found[negative]
        if side[at].controls:
            side.append(replace(side[at], controls=controls))
        else:
            side[at] = replace(side[at], controls=controls)
    return found


def with_matching_areas(sides: Sequence[Sequence[Condition]]) -> list[list[Condition]]:
    """Each side with a condition for every area of the other sides, so that guidance compares like with like.

    Such a condition says what the side's smallest area around it says, or else its condition without an area.
    """
    result = [list(side) for side in sides]
    for at, side in enumerate(sides):
        for condition in side:
            for other in range(len(sides)):
                if other != at and condition.area is not None:
                    _match(result[other], condition, condition.area)
    return result


def _match(side: list[Condition], condition: Condition, area: Area) -> None:
    around = [each for each in side if each.area is None or _holds(each.area, area)]
    if not around:
        return
    smallest = min(around, key=_extent)
    if smallest.area != area:
        said = {name: getattr(smallest, name) for name in ("cond", "pooled", "guidance", "extras")}
        side.append(replace(condition, **said))


def _extent(condition: Condition) -> float:
    area = condition.area
    return float("inf") if area is None else area.width * area.height


def _holds(outer: Area, inner: Area) -> bool:
    return (
        outer.relative == inner.relative
        and outer.x <= inner.x
        and outer.y <= inner.y
        and outer.x + outer.width >= inner.x + inner.width
        and outer.y + outer.height >= inner.y + inner.height
    )
