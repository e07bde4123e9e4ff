"""What lenses and film do to a picture: grain, vignette, colour fringes, glow, distortion."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nodes.images.filters import gaussian
from nodes.images.geometry import sampled
from nodes.images.light import luma

OUTSIDE_EDGE = "edge"


def grained(colour: Tensor, amount: float, size: float, saturation: float, seed: int) -> Tensor:
    """Display values `[B, H, W, 3]` with grain from `seed`: another for each picture of a batch.

    `amount` is the standard deviation in the midtones; it falls to half of it at black and white. `size` is the size of
    a grain in pixels, `saturation` 0 makes it grey and 1 independent for red, green and blue.
    """
    batch, height, width, _ = colour.shape
    margin = math.ceil(2 * size) if size > 1 else 0
    random = torch.Generator().manual_seed(seed)
    noise = torch.randn(batch, 4, height + 2 * margin, width + 2 * margin, generator=random)
    if margin:
        place = torch.arange(-margin, margin + 1)
        weights = torch.exp(-2 * (place / size) ** 2)
        # What is left of a deviation of 1 along each axis is the root of the sum of the squared weights.
        noise = gaussian(noise, size) * (weights.sum() ** 2 / weights.square().sum())
        noise = noise[..., margin : margin + height, margin : margin + width]
    mixed = (1 - saturation) * noise[:, :1] + saturation * noise[:, 1:]
    mixed = mixed / math.hypot(1 - saturation, saturation)
    brightness = luma(colour)
    weight = 0.5 + 2 * brightness * (1 - brightness)
    return colour + amount * weight * mixed.movedim(1, -1)


def vignetted(
    light: Tensor, stops: float, size: float, softness: float, roundness: float, centre: tuple[float, float]
) -> Tensor:
    """Linear light `[B, H, W, 3]` made `stops` brighter, or darker below 0, toward the corners.

    `size` is the distance from the centre, 1 being the corner, from where it is half as strong; `softness` is the width
    of the change. `roundness` 0 follows the picture's proportions, 1 is a circle. `centre` is in fractions.
    """
    height, width = light.shape[1:3]
    y = (torch.arange(height) + 0.5) / height - centre[1]
    x = (torch.arange(width) + 0.5) / width - centre[0]
    diagonal = math.hypot(width, height)
    wide = math.sqrt(2) + roundness * (2 * width / diagonal - math.sqrt(2))
    high = math.sqrt(2) + roundness * (2 * height / diagonal - math.sqrt(2))
    distance = torch.hypot(x[None, :] * wide, y[:, None] * high)
    if softness > 0:
        share = ((distance - size) / softness + 0.5).clamp(0, 1)
        share = share * share * (3 - 2 * share)
    else:
        share = (distance >= size).float()
    return light * torch.exp2(stops * share)[..., None]


def fringed(planes: Tensor, red: float, blue: float) -> Tensor:
    """`[B, 3, H, W]` with red and blue moved outward by so many pixels at the corners; green stays.

    This is lateral chromatic aberration: the colours are pictures of slightly different size.
    """
    height, width = planes.shape[-2:]
    half = math.hypot(width, height) / 2
    done = [planes[:, :1], planes[:, 1:2], planes[:, 2:]]
    for channel, pixels in ((0, red), (2, blue)):
        if pixels:
            x, y = _centred(height, width)
            factor = half / (half + pixels)
            done[channel] = sampled(
                planes[:, channel : channel + 1],
                x * factor + width / 2,
                y * factor + height / 2,
                OUTSIDE_EDGE,
            )
    return torch.cat(done, dim=1)


def glowing(
    light: Tensor, threshold: float, radius: float, strength: float, tint: tuple[float, float, float]
) -> Tensor:
    """Linear light `[B, H, W, 3]` with light spread from what is brighter than `threshold` (linear).

    Three Gaussians of a quarter, half and the whole of the radius add up to a soft fall-off. It is laid over by screen,
    so that nothing clips.
    """
    bright = (luma(light) - threshold).clamp(min=0) / max(1 - threshold, 1e-3)
    source = (light * bright.clamp(max=1)).movedim(-1, 1)
    spread = torch.stack([gaussian(source, radius * part) for part in (0.25, 0.5, 1.0)]).mean(0)
    glow = (strength * spread.movedim(1, -1) * torch.tensor(tint)).clamp(0, 1)
    return 1 - (1 - light.clamp(0, 1)) * (1 - glow)


def distorted(planes: Tensor, first: float, second: float, zoom: float, outside: str) -> Tensor:
    """`[B, C, H, W]` with radial distortion by Brown's model: what is at a distance r comes from
    `r (1 + first r^2 + second r^4) / zoom`, r being 1 at the corners. Above 0 it is a barrel, below 0 a pincushion."""
    height, width = planes.shape[-2:]
    half = math.hypot(width, height) / 2
    x, y = _centred(height, width)
    square = (x * x + y * y) / (half * half)
    factor = (1 + square * (first + second * square)) / zoom
    return sampled(planes, x * factor + width / 2, y * factor + height / 2, outside)


def _centred(height: int, width: int) -> tuple[Tensor, Tensor]:
    """The places of all pixels from the middle, `[H, W]` each for x and y."""
    y = torch.arange(height) + 0.5 - height / 2
    x = torch.arange(width) + 0.5 - width / 2
    return x[None, :].expand(height, width), y[:, None].expand(height, width)
