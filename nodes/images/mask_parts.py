"""Masks `[B, H, W]` by colour and brightness, their holes, parts and bounds."""

from __future__ import annotations

import numpy
import torch
from torch import Tensor

from nodes.images.batches import alike
from nodes.images.scaling import sized_mask

COMBINATIONS = ("union", "intersection", "subtract", "difference", "multiply", "add")


def thresholded(mask: Tensor, level: float, softness: float) -> Tensor:
    """1 from `level` on, 0 below; a ramp of the width `softness` lies around it."""
    if softness <= 0:
        return (mask >= level).float()
    return ((mask - level) / softness + 0.5).clamp(0, 1)


def near_colour(
    colour: Tensor, wanted: tuple[float, float, float], tolerance: float, softness: float
) -> Tensor:
    """`[B, H, W]`: 1 where `[B, H, W, 3]` is within `tolerance` of a colour, falling to 0 over `softness` more.

    The distance is Euclidean in display values, 1 being that of black and white.
    """
    distance = (colour - torch.tensor(wanted)).square().sum(-1).div(3).sqrt()
    if softness <= 0:
        return (distance <= tolerance + 1e-6).float()
    return (1 - (distance - tolerance) / softness).clamp(0, 1)


def within_range(values: Tensor, low: float, high: float, softness: float) -> Tensor:
    """1 where values lie in `low`..`high`, falling to 0 over `softness` outside."""
    if softness <= 0:
        return ((values >= low) & (values <= high)).float()
    return (1 - torch.maximum(low - values, values - high) / softness).clamp(0, 1)


def combined(first: Tensor, second: Tensor, how: str) -> Tensor:
    """Two masks as one, by a name of COMBINATIONS; the second is brought to the size of the first."""
    first, second = alike(first, sized_mask(second, first.shape[2], first.shape[1]))
    match how:
        case "union":
            return torch.maximum(first, second)
        case "intersection":
            return torch.minimum(first, second)
        case "subtract":
            return torch.minimum(first, 1 - second)
        case "difference":
            return (first - second).abs()
        case "multiply":
            return first * second
    return (first + second).clamp(max=1)


FILL_LEVELS = 64
"""How finely the holes of soft masks are told apart in brightness."""


def without_holes(mask: Tensor) -> Tensor:
    """Darker parts that brighter ones surround raised to the level of the darkest place in the ring around them.

    For each level the holes of all that is at least as bright are filled; a mask with more than FILL_LEVELS values is
    filled to the next of so many equally spaced levels below.
    """
    from scipy import ndimage

    done = []
    for plane in mask:
        values = plane.numpy()
        levels = numpy.unique(values)
        if len(levels) > FILL_LEVELS:
            levels = numpy.linspace(values.min(), values.max(), FILL_LEVELS + 1, dtype=numpy.float32)
        result = values.copy()
        for level in levels[1:]:
            filled = ndimage.binary_fill_holes(values >= level)
            result = numpy.where(filled, numpy.maximum(result, level), result)
        done.append(torch.from_numpy(result))
    return torch.stack(done)


def largest_parts(mask: Tensor, count: int, level: float, smallest: int) -> Tensor:
    """The mask with only its `count` largest parts left, of at least `smallest` pixels; black elsewhere.

    A part is connected through sides and corners where the mask is at least `level`. Its soft edge, what is darker but
    above 0 and nearer to it than to another part, stays with it. 0 parts keeps all that are large enough.
    """
    import cv2
    from scipy import ndimage

    done = []
    for plane in mask:
        values = plane.numpy()
        found, labels, facts, _ = cv2.connectedComponentsWithStats(
            (values >= max(level, 1e-6)).astype(numpy.uint8), connectivity=8
        )
        sizes = facts[1:, cv2.CC_STAT_AREA]
        order = numpy.argsort(-sizes, kind="stable")
        kept = [index + 1 for index in order[: count or None] if sizes[index] >= smallest]
        if not kept:
            done.append(torch.zeros_like(plane))
            continue
        if found - 1 > len(kept):
            nearest = ndimage.distance_transform_edt(labels == 0, return_distances=False, return_indices=True)
            labels = labels[tuple(nearest)]
            values = numpy.where(numpy.isin(labels, kept), values, 0)
        done.append(torch.from_numpy(values.astype(numpy.float32)))
    return torch.stack(done)


def bounds(mask: Tensor, level: float, margin: int) -> tuple[int, int, int, int] | None:
    """x, y, width and height of the box around all that is above `level` in any mask of a batch, larger by a margin at
    each side but inside the picture; None where nothing is."""
    shown = (mask > level).any(0)
    rows, columns = shown.any(1).nonzero()[:, 0], shown.any(0).nonzero()[:, 0]
    if not len(rows):
        return None
    height, width = shown.shape
    top, left = max(int(rows[0]) - margin, 0), max(int(columns[0]) - margin, 0)
    bottom, right = min(int(rows[-1]) + 1 + margin, height), min(int(columns[-1]) + 1 + margin, width)
    return left, top, right - left, bottom - top
