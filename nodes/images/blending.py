"""How two layers meet (W3C Compositing and Blending Level 1, section 9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

Blend = Callable[[Tensor, Tensor], Tensor]


def soft_light(below: Tensor, above: Tensor) -> Tensor:
    """Darkens or lightens as a diffused lamp would."""
    bright = torch.where(below <= 0.25, ((16 * below - 12) * below + 4) * below, below.clamp(min=0).sqrt())
    darker = below - (1 - 2 * above) * below * (1 - below)
    return torch.where(above <= 0.5, darker, below + (2 * above - 1) * (bright - below))


def hard_light(below: Tensor, above: Tensor) -> Tensor:
    """Multiplies or screens, as the upper layer says."""
    return torch.where(above <= 0.5, 2 * above * below, 1 - 2 * (1 - above) * (1 - below))


_BLENDS: Mapping[str, Blend] = {
    "normal": lambda below, above: above,
    "multiply": lambda below, above: below * above,
    "screen": lambda below, above: 1 - (1 - below) * (1 - above),
    "overlay": lambda below, above: hard_light(above, below),
    "soft light": soft_light,
    "hard light": hard_light,
    "darken": torch.minimum,
    "lighten": torch.maximum,
    "add": lambda below, above: (below + above).clamp(max=1),
    "subtract": lambda below, above: (below - above).clamp(min=0),
    "difference": lambda below, above: (below - above).abs(),
    "signed difference": lambda below, above: below - above,
    "dodge": lambda below, above: torch.where(
        below <= 0, 0, (below / (1 - above).clamp(min=1e-6)).clamp(max=1)
    ),
    "burn": lambda below, above: torch.where(
        below >= 1, 1, 1 - ((1 - below) / above.clamp(min=1e-6)).clamp(max=1)
    ),
}

BLENDS: tuple[str, ...] = tuple(_BLENDS)


def blend(mode: str, below: Tensor, above: Tensor) -> Tensor:
    """The layer `above` as it looks over `below`, both 0..1 and of one shape; raises KeyError for an unknown mode."""
    return _BLENDS[mode](below, above)
