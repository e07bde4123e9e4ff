"""Pictures laid over each other: Porter-Duff operators with blend modes, layers with offsets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from nodes.images.batches import alike, to_length
from nodes.images.blending import blend
from nodes.images.light import colour_and_alpha
from nodes.images.scaling import sized_mask
from nodes.types import Layer

Share = tuple[float, float]

_OPERATORS: Mapping[str, tuple[Share, Share]] = {
    "over": ((1, 0), (1, -1)),
    "under": ((1, -1), (1, 0)),
    "in": ((0, 1), (0, 0)),
    "held by": ((0, 0), (0, 1)),
    "out": ((1, -1), (0, 0)),
    "erase": ((0, 0), (1, -1)),
    "atop": ((0, 1), (1, -1)),
    "under atop": ((1, -1), (0, 1)),
    "xor": ((1, -1), (1, -1)),
    "copy": ((1, 0), (0, 0)),
    "keep": ((0, 0), (1, 0)),
    "clear": ((0, 0), (0, 0)),
}
"""Name -> how much of the source counts and how much of what is below it, each as (constant, factor) of the other's
alpha: the twelve operators of Porter and Duff 1984 (source-over, destination-over, source-in, destination-in,
source-out, destination-out, source-atop, destination-atop, xor, source, destination, clear)."""

OPERATORS: tuple[str, ...] = tuple(_OPERATORS)


def composed(below: Tensor, above: Tensor, operator: str, mode: str) -> Tensor:
    """Two pictures `[B, H, W, 4]` of one size, straight alpha, as one (W3C Compositing and Blending Level 1).

    The blend mode makes the colour of `above` where both are, the operator says how much of each counts.
    Fully transparent pixels of the result are black.
    """
    (above_constant, above_factor), (below_constant, below_factor) = _OPERATORS[operator]
    below_colour, below_alpha = below[..., :3], below[..., 3:]
    above_colour, above_alpha = above[..., :3], above[..., 3:]
    if mode != "normal":
        above_colour = torch.lerp(
            above_colour, blend(mode, below_colour, above_colour), below_alpha.expand_as(above_colour)
        )
    above_part = above_alpha * (above_constant + above_factor * below_alpha)
    below_part = below_alpha * (below_constant + below_factor * above_alpha)
    alpha = above_part + below_part
    colour = above_part * above_colour + below_part * below_colour
    colour = torch.where(alpha > 1e-6, colour / alpha.clamp(min=1e-6), 0.0)
    return torch.cat([colour.clamp(0, 1), alpha.clamp(0, 1)], dim=-1)


def flattened(ground: Tensor, layers: Sequence[Layer]) -> Tensor:
    """Layers over a picture `[B, H, W, C]`, the first lowest; it has alpha where the ground had.

    What reaches beyond the ground is cut off. Of batches of different length the shorter start over.
    """
    colour, alpha = colour_and_alpha(ground)
    result = torch.cat([colour, torch.ones_like(colour[..., :1]) if alpha is None else alpha], dim=-1)
    for layer in layers:
        result, above = alike(result, placed(layer, result.shape[2], result.shape[1]))
        result = composed(result, above, layer.operator, layer.mode)
    if alpha is not None:
        return result
    if bool((result[..., 3] >= 1).all()):
        return result[..., :3].contiguous()
    return result


def placed(layer: Layer, width: int, height: int) -> Tensor:
    """A layer as a picture `[B, height, width, 4]`, transparent where it is not; mask and opacity are in its alpha."""
    colour, alpha = colour_and_alpha(layer.image)
    shown = (torch.ones_like(colour[..., :1]) if alpha is None else alpha) * layer.opacity
    if layer.mask is not None:
        mask = sized_mask(layer.mask, colour.shape[2], colour.shape[1])
        length = max(len(mask), len(colour))
        colour, shown = to_length(colour, length), to_length(shown, length)
        shown = shown * to_length(mask, length)[..., None]
    whole = torch.zeros(len(colour), height, width, 4)
    left, top = max(layer.x, 0), max(layer.y, 0)
    right, bottom = min(layer.x + colour.shape[2], width), min(layer.y + colour.shape[1], height)
    if right > left and bottom > top:
        part = (slice(None), slice(top - layer.y, bottom - layer.y), slice(left - layer.x, right - layer.x))
        whole[:, top:bottom, left:right] = torch.cat([colour[part], shown[part]], dim=-1)
    return whole
