"""What a network is told beside the words of a condition: sizes, its side, and the picture around a mask."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import torch

from nodes.images.scaling import centred, scale

if TYPE_CHECKING:
    from torch import Tensor

    from nodes.guidance.regions import Region
    from nodes.models.architectures.family import Facts
    from nodes.types import Condition

LATENT, MASK = "concat_latent", "concat_mask"
"""Extras of networks that also see another picture, or a mask and the picture under it."""

NEGATIVE = "negative"


@dataclass(frozen=True, eq=False)
class ConditioningContext:
    """What conditions are told unless they say it themselves.

    `like` `[B, C, h, w]` are latents of the picture's size and `raw` what is painted over, unscaled; `mask`
    `[B, 1, h, w]` is 1 where to paint, None where everything is.
    """

    facts: Facts
    like: Tensor
    raw: Tensor | None = None
    mask: Tensor | None = None
    _known: dict[tuple[int, int], tuple[Tensor, Tensor]] = field(default_factory=dict)

    def whole(self, condition: Condition, negative: bool) -> Condition:
        """The condition for the whole picture."""
        height, width = (side * 8 for side in self.like.shape[-2:])
        extras: dict[str, Any] = {"height": height, "width": width, **condition.extras}
        if negative:
            extras["side"] = NEGATIVE
        beside = self.facts.inputs - 2 * self.facts.latent.channels
        if beside == 1 and self.mask is not None and self.raw is not None:
            extras = {LATENT: self.raw, MASK: self.mask, **extras}
        if LATENT in extras:
            extras[LATENT] = self._sized(extras[LATENT], 1)
        if MASK in extras:
            extras[MASK] = self._sized(extras[MASK], round(max(beside, 1) ** 0.5))
        return replace(condition, extras=extras)

    def _sized(self, planes: Tensor, pixels: int) -> Tensor:
        """Planes at the latents' size, each latent pixel so many of theirs a side: the same ones for the same."""
        key = id(planes), pixels
        if key not in self._known:
            height, width = (side * pixels for side in self.like.shape[-2:])
            four = planes if planes.ndim == 4 else planes.reshape(-1, 1, *planes.shape[-2:])
            self._known[key] = planes, scale(centred(four, width, height), width, height, "bilinear")
        return self._known[key][1]


def within(region: Region) -> Region:
    """A region whose condition shows no more of the picture than its window."""
    extras = dict(region.condition.extras)
    planes = [name for name in (LATENT, MASK) if isinstance(extras.get(name), torch.Tensor)]
    if region.window is None or not planes:
        return region
    latent: Any = extras.get(LATENT)
    for name in planes:
        found: Any = extras[name]
        pixels = found.shape[-1] // latent.shape[-1] if latent is not None else 1
        top, left, height, width = (edge * pixels for edge in region.window)
        extras[name] = found[..., top : top + height, left : left + width]
    return replace(region, condition=replace(region.condition, extras=extras))
