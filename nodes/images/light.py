"""Display values and linear light, brightness, and work on colour that keeps transparency."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from nodes.images.batches import alike
from nodes.images.scaling import sized_mask

LUMA = (0.2126, 0.7152, 0.0722)
"""The share of red, green and blue in brightness (ITU-R BT.709)."""


def to_linear(values: Tensor) -> Tensor:
    """Light, 0..1, of sRGB display values 0..1 (IEC 61966-2-1)."""
    bent = values.add(0.055).div_(1.055).clamp_(min=0).pow_(2.4)
    return torch.where(values <= 0.04045, values / 12.92, bent)


def to_display(light: Tensor) -> Tensor:
    """sRGB display values, 0..1, of light; values below 0 and above 1 are clipped."""
    light = light.clamp(0, 1)
    bent = light.pow(1 / 2.4).mul_(1.055).sub_(0.055)
    return torch.where(light <= 0.0031308, light * 12.92, bent)


def luma(colour: Tensor) -> Tensor:
    """`[..., 1]`: the BT.709 brightness of `[..., 3]`, in whatever space the values are."""
    return colour @ torch.tensor(LUMA)[:, None]


def colour_and_alpha(image: Tensor) -> tuple[Tensor, Tensor | None]:
    """`[B, H, W, 3]` and, where the picture has it, `[B, H, W, 1]`; grey pictures of 1 or 2 channels are spread."""
    channels = image.shape[-1]
    if channels >= 3:
        return image[..., :3], image[..., 3:4] if channels > 3 else None
    return image[..., :1].expand(*image.shape[:-1], 3), image[..., 1:2] if channels > 1 else None


def joined(colour: Tensor, alpha: Tensor | None) -> Tensor:
    """Colour with its transparency, contiguous, every value within 0..1."""
    colour = colour.clamp(0, 1)
    return colour.contiguous() if alpha is None else torch.cat([colour, alpha], dim=-1)


def on_colour(image: Tensor, work: Callable[[Tensor], Tensor], mask: Tensor | None = None) -> Tensor:
    """`work` done on the colours `[B, H, W, 3]` of a picture; transparency stays.

    Where a `mask` `[B or 1, h, w]` is given, it is done only as far as the mask is white; the mask is brought to the
    picture's size, and of two batches the shorter starts over.
    """
    colour, alpha = colour_and_alpha(image)
    return within_mask(image, joined(work(colour), alpha), mask)


PIXELS_AT_ONCE = 2**13
"""A point operation works on so many pixels at a time: its temporaries stay in the processor's cache, and torch, which
shares work of 32,768 values and more between threads, does not make them wait for each other."""


def on_pixels(image: Tensor, work: Callable[[Tensor], Tensor], mask: Tensor | None = None) -> Tensor:
    """The same as `on_colour` for point operations: `work` takes and gives colours `[n, 3]`, wherever they lie."""
    alpha = colour_and_alpha(image)[1]
    channels = 3 if alpha is None else 4
    done = torch.empty(*image.shape[:-1], channels)
    target = done.view(-1, channels)
    pixels = image.reshape(-1, image.shape[-1])
    for source, goal in zip(
        torch.split(pixels, PIXELS_AT_ONCE), torch.split(target, PIXELS_AT_ONCE), strict=True
    ):
        part, _ = colour_and_alpha(source)
        torch.clamp(work(part.contiguous()), 0, 1, out=goal if alpha is None else goal[:, :3])
    if alpha is not None:
        done[..., 3:] = alpha
    return within_mask(image, done, mask)


def in_linear_light(work: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """The same work on display values: done in linear light, where light adds up as it does in the world."""
    return lambda colour: to_display(work(to_linear(colour)))


def within_mask(before: Tensor, after: Tensor, mask: Tensor | None) -> Tensor:
    """`after` where the mask is white and `before` where it is black; pictures `[B, H, W, C]` of one size."""
    if mask is None:
        return after
    if before.shape[-1] != after.shape[-1]:
        colour, alpha = colour_and_alpha(before)
        if alpha is None and after.shape[-1] == 4:
            alpha = torch.ones_like(colour[..., :1])
        before = joined(colour, alpha)
    shown = sized_mask(mask, after.shape[2], after.shape[1])
    after, shown = alike(after, shown)
    before, after = alike(before, after)
    return torch.lerp(before, after, shown[..., None].expand_as(after))


def premultiplied(image: Tensor) -> Tensor:
    """Colours times alpha; what is transparent has no colour to spread. Without alpha it is the colours alone."""
    colour, alpha = colour_and_alpha(image)
    return colour if alpha is None else torch.cat([colour * alpha, alpha], dim=-1)


def unmultiplied(image: Tensor) -> Tensor:
    """The inverse of `premultiplied`; fully transparent pixels become black."""
    colour, alpha = colour_and_alpha(image)
    if alpha is None:
        return colour.clamp(0, 1)
    shown = torch.where(alpha > 1e-6, colour / alpha.clamp(min=1e-6), 0.0)
    return joined(shown, alpha.clamp(0, 1))


def spread(image: Tensor, work: Callable[[Tensor], Tensor], *, linear: bool) -> Tensor:
    """Work that mixes neighbouring pixels, done on premultiplied values so that transparent pixels bleed no colour.

    `work` takes and gives `[B, C, H, W]`, C being 3 or 4; with `linear` it mixes light instead of display values.
    """
    colour, alpha = colour_and_alpha(image)
    values = joined(to_linear(colour) if linear else colour, alpha)
    done = work(premultiplied(values).movedim(-1, 1)).movedim(1, -1)
    colour, alpha = colour_and_alpha(unmultiplied(done))
    return joined(to_display(colour) if linear else colour, alpha)
