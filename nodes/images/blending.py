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


def vivid_light(below: Tensor, above: Tensor) -> Tensor:
    """Burns where the upper layer is dark and dodges where it is bright."""
    return torch.where(
        above <= 0.5, _BLENDS["burn"](below, 2 * above), _BLENDS["dodge"](below, 2 * above - 1)
    )


def pin_light(below: Tensor, above: Tensor) -> Tensor:
    """Darkens with the upper layer where it is dark, lightens where it is bright."""
    return torch.where(above <= 0.5, torch.minimum(below, 2 * above), torch.maximum(below, 2 * above - 1))


def _brightness(colour: Tensor) -> Tensor:
    """The W3C's luminosity of `[..., 3]`."""
    return colour[..., :1] * 0.3 + colour[..., 1:2] * 0.59 + colour[..., 2:] * 0.11


def _with_brightness(colour: Tensor, brightness: Tensor) -> Tensor:
    """A colour moved to a brightness, then drawn toward grey until it lies within 0..1."""
    moved = colour + (brightness - _brightness(colour))
    low, high = moved.amin(-1, keepdim=True), moved.amax(-1, keepdim=True)
    raised = brightness + (moved - brightness) * brightness / (brightness - low).clamp(min=1e-6)
    moved = torch.where(low < 0, raised, moved)
    lowered = brightness + (moved - brightness) * (1 - brightness) / (high - brightness).clamp(min=1e-6)
    return torch.where(high > 1, lowered, moved).clamp(0, 1)


def _with_saturation(colour: Tensor, other: Tensor) -> Tensor:
    """The hue of a colour with the saturation (max - min) of another; grey has no hue and becomes black."""
    low, high = colour.amin(-1, keepdim=True), colour.amax(-1, keepdim=True)
    wanted = other.amax(-1, keepdim=True) - other.amin(-1, keepdim=True)
    return torch.where(high > low, (colour - low) * wanted / (high - low).clamp(min=1e-6), 0.0)


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
    "exclusion": lambda below, above: below + above - 2 * below * above,
    "linear burn": lambda below, above: (below + above - 1).clamp(min=0),
    "linear light": lambda below, above: (below + 2 * above - 1).clamp(0, 1),
    "vivid light": vivid_light,
    "pin light": pin_light,
    "divide": lambda below, above: torch.where(below <= 0, 0, (below / above.clamp(min=1e-6)).clamp(max=1)),
    "hue": lambda below, above: _with_brightness(_with_saturation(above, below), _brightness(below)),
    "saturation": lambda below, above: _with_brightness(_with_saturation(below, above), _brightness(below)),
    "colour": lambda below, above: _with_brightness(above, _brightness(below)),
    "luminosity": lambda below, above: _with_brightness(below, _brightness(above)),
}

BLENDS: tuple[str, ...] = tuple(_BLENDS)


def blend(mode: str, below: Tensor, above: Tensor) -> Tensor:
    """The layer `above` as it looks over `below`, both 0..1 and of one shape `[..., 3]`.

    Raises KeyError for an unknown mode.
    """
    return _BLENDS[mode](below, above)
