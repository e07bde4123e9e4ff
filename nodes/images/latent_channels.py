"""A latent channel by channel: what an eye sees of each, and its figures."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from nodes.types import Latent

MOST = 1 << 20
"""So many values are shown at most, of all channels together."""
WIDE = 3.0
"""A channel is shown from minus to plus so many times its root mean square; what is beyond looks the same."""

Figures = tuple[float, float, float, float, float, float]


def channels_of(value: Any, item: int, size: int) -> tuple[Tensor, list[Figures], int] | None:
    """The planes of one item as uint8 `[C, h, w]`, each at most `size` long, their figures, and the number of items.

    0 marks what is NaN or infinite, 1 to 255 are -span to span. The figures are minimum, maximum, mean and deviation
    of what is finite, the count of what is not, and the span. The frames of a latent `[B, C, T, h, w]` are items.
    None for a value that is no latent.
    """
    if not isinstance(value, Latent):
        return None
    samples = value.samples
    items = samples.transpose(1, 2).flatten(0, 1) if samples.ndim == 5 else samples
    if items.ndim != 4 or not items.numel():
        return None
    chosen = items[max(0, min(item, len(items) - 1))].float().cpu()
    sick = ~torch.isfinite(chosen)
    figures = [_figures(plane, bad) for plane, bad in zip(chosen, sick, strict=True)]
    spans = torch.tensor([row[-1] for row in figures]).reshape(-1, 1, 1)
    side = min(size, int((MOST / len(chosen)) ** 0.5))
    seen, lost = _fitted(chosen.masked_fill(sick, 0.0), sick, side)
    planes = (seen / spans).clamp(-1, 1).mul(127).round().add(128).to(torch.uint8)
    return planes.masked_fill(lost, 0).contiguous(), figures, len(items)


def _figures(plane: Tensor, sick: Tensor) -> Figures:
    known = plane[~sick].double()
    if not known.numel():
        return 0.0, 0.0, 0.0, 0.0, float(sick.sum()), 1.0
    low, high, mean = known.min().item(), known.max().item(), known.mean().item()
    reach = min(max(abs(low), abs(high)), WIDE * known.square().mean().sqrt().item())
    return low, high, mean, known.std(correction=0).item(), float(sick.sum()), reach or 1.0


def _fitted(planes: Tensor, sick: Tensor, side: int) -> tuple[Tensor, Tensor]:
    """Planes no larger than `side`; a spot that is not finite is kept, however small it becomes."""
    height, width = planes.shape[1:]
    longest = max(height, width)
    if longest <= side:
        return planes, sick
    shape = (max(1, height * side // longest), max(1, width * side // longest))
    small = torch.nn.functional.interpolate(planes.unsqueeze(0), shape, mode="area")[0]
    return small, torch.nn.functional.adaptive_max_pool2d(sick.float(), shape) > 0
