"""Brightness made different: levels, exposure, contrast, steps of tone and dither."""

from __future__ import annotations

import numpy
import torch
from torch import Tensor

from nodegraph import GraphError
from nodes.images.light import luma

CHANNELS = ("all", "red", "green", "blue")
DITHERS = ("floyd-steinberg", "ordered", "noise", "none")


def levels(
    colour: Tensor, black: float, white: float, gamma: float, low: float, high: float, channel: str
) -> Tensor:
    """Display values from `black`..`white` stretched to `low`..`high`: `((x - black) / (white - black))^(1 / gamma)`.

    `channel` is one of CHANNELS; the others stay. Raises GraphError where `white` is not above `black`.
    """
    if white <= black:
        raise GraphError(
            "The white point {white} is not above the black point {black}; raise `white` or lower `black`.",
            white=white,
            black=black,
        )
    part = colour if channel == "all" else colour[..., CHANNELS.index(channel) - 1 : CHANNELS.index(channel)]
    done = part.sub(black).div_(white - black).clamp_(0, 1)
    if gamma != 1:
        done.pow_(1 / gamma)
    done.mul_(high - low).add_(low)
    if channel == "all":
        return done
    whole = colour.clone()
    whole[..., CHANNELS.index(channel) - 1 : CHANNELS.index(channel)] = done
    return whole


def exposed(light: Tensor, stops: float) -> Tensor:
    """Linear light times 2 to the power of `stops`."""
    done: Tensor = light * 2.0**stops
    return done


def contrasted(colour: Tensor, brightness: float, contrast: float, pivot: float) -> Tensor:
    """Display values moved by `brightness` and then away from `pivot`, `contrast` times as far as they were."""
    return colour.add(brightness - pivot).mul_(contrast).add_(pivot)


def posterised(colour: Tensor, steps: int) -> Tensor:
    """Display values rounded to `steps` equally spaced ones, 0 and 1 among them."""
    return colour.mul(steps - 1).round_().div_(steps - 1)


def thresholded(colour: Tensor, level: float, softness: float) -> Tensor:
    """White where the brightness is at least `level`, black below; a ramp of the width `softness` lies around it."""
    brightness = luma(colour)
    if softness <= 0:
        return (brightness >= level).float().expand_as(colour)
    return brightness.sub_(level).div_(softness).add_(0.5).expand_as(colour)


def dithered(colour: Tensor, steps: int, method: str, seed: int) -> Tensor:
    """`[B, H, W, 3]` at `steps` values a channel, with the error spread so that the eye sees the tones between.

    "ordered" adds an 8 x 8 Bayer pattern, "noise" white noise of one step from `seed`, "floyd-steinberg" passes the
    error on to the right and below (Floyd and Steinberg 1976).
    """
    top = steps - 1
    if method == "floyd-steinberg":
        return torch.stack([_diffused(picture, top) for picture in colour])
    scaled = colour * top
    if method == "ordered":
        height, width = colour.shape[1:3]
        pattern = bayer(8).repeat(-(-height // 8), -(-width // 8))[:height, :width]
        scaled.add_(pattern[..., None]).sub_(0.5)
    elif method == "noise":
        random = torch.Generator().manual_seed(seed)
        scaled.add_(torch.rand(colour.shape, generator=random)).sub_(0.5)
    return scaled.round_().clamp_(0, top).div_(top)


def bayer(side: int) -> Tensor:
    """The ordered dither pattern `[side, side]` (Bayer 1973), its values the middles of side^2 equal parts."""
    pattern = torch.zeros(1, 1)
    while len(pattern) < side:
        pattern = torch.cat(
            [torch.cat([4 * pattern, 4 * pattern + 2], 1), torch.cat([4 * pattern + 3, 4 * pattern + 1], 1)]
        )
    return (pattern + 0.5) / side**2


def _diffused(picture: Tensor, top: int) -> Tensor:
    """Floyd-Steinberg for one picture `[H, W, 3]`.

    A pixel depends on the one before it and three above it, so all pixels with one value of x + 2 y are independent of
    each other: those diagonals are worked on one after the other, each at once.
    """
    values = picture.numpy().astype(numpy.float32) * top
    height, width = values.shape[:2]
    # A margin at each side and below takes the error that leaves the picture.
    room = numpy.zeros((height + 1, width + 2, 3), numpy.float32)
    room[:height, 1 : width + 1] = values
    flat = room.reshape(-1, 3)
    across = width + 2
    for diagonal in range(width + 2 * (height - 1)):
        first = max(0, -(-(diagonal - width + 1) // 2))
        rows = numpy.arange(first, min(height - 1, diagonal // 2) + 1)
        place = rows * across + diagonal - 2 * rows + 1
        old = flat[place]
        new = old.round().clip(0, top)
        flat[place] = new
        error = (old - new) / 16
        flat[place + 1] += 7 * error
        flat[place + across - 1] += 3 * error
        flat[place + across] += 5 * error
        flat[place + across + 1] += error
    return torch.from_numpy(room[:height, 1 : width + 1] / top)
