"""Pictures turned, tilted, padded and mirrored. Planes are `[B, C, H, W]`, premultiplied where they have alpha."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from nodegraph import GraphError
from nodes.images.light import colour_and_alpha, joined, spread

OUTSIDES = ("transparent", "colour", "edge", "mirror")
PADS = ("colour", "transparent", "edge", "mirror", "wrap")
MOST_SIDE = 16384

Corners = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
"""Top left, top right, bottom right, bottom left; x and y in fractions of the picture."""


def sampled(planes: Tensor, x: Tensor, y: Tensor, outside: str) -> Tensor:
    """Planes read at the places `x`, `y` `[h, w]` in pixels, 0.5 being the middle of the first, by cubic interpolation.

    `outside` is "edge", "mirror", or anything else for zeros, which is transparent where planes have alpha.
    """
    height, width = planes.shape[-2:]
    grid = torch.stack([2 * x / width - 1, 2 * y / height - 1], dim=-1).expand(len(planes), -1, -1, -1)
    padding = {"edge": "border", "mirror": "reflection"}.get(outside, "zeros")
    return functional.grid_sample(planes, grid, mode="bicubic", padding_mode=padding, align_corners=False)


def with_outside(image: Tensor, outside: str) -> Tensor:
    """A picture that can show what lies outside: with an alpha channel where that is transparent or a colour."""
    colour, alpha = colour_and_alpha(image)
    if outside in ("transparent", "colour") and alpha is None:
        alpha = torch.ones_like(colour[..., :1])
    return joined(colour, alpha)


def over_colour(image: Tensor, original: Tensor, outside: str, color: tuple[float, float, float]) -> Tensor:
    """A picture with what lies outside filled where it is to be a colour; the original's own transparency stays."""
    if outside != "colour":
        return image
    colour, alpha = colour_and_alpha(image)
    assert alpha is not None
    filled = torch.lerp(torch.tensor(color).expand_as(colour), colour, alpha.expand_as(colour))
    return (
        filled.contiguous()
        if original.shape[-1] in (1, 3)
        else torch.cat([filled, torch.ones_like(alpha)], -1)
    )


def rotated(
    image: Tensor, degrees: float, expand: bool, outside: str, color: tuple[float, float, float]
) -> Tensor:
    """`[B, H, W, C]` turned clockwise; quarter turns are exact. With `expand` it grows so that nothing is cut off."""
    quarter, rest = divmod(degrees, 90)
    if rest == 0 and (expand or quarter % 2 == 0 or image.shape[1] == image.shape[2]):
        return torch.rot90(image, -int(quarter), (1, 2)).contiguous()
    height, width = image.shape[1:3]
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    new_width, new_height = width, height
    if expand:
        new_width = math.ceil(round(abs(width * cosine) + abs(height * sine), 6))
        new_height = math.ceil(round(abs(width * sine) + abs(height * cosine), 6))
        check_side(new_width, new_height)
    x = (torch.arange(new_width) + 0.5 - new_width / 2)[None, :]
    y = (torch.arange(new_height) + 0.5 - new_height / 2)[:, None]
    places = (x * cosine + y * sine + width / 2, y * cosine - x * sine + height / 2)
    source = with_outside(image, outside)
    turned = spread(source, lambda planes: sampled(planes, *places, outside), linear=False)
    return over_colour(turned, image, outside, color)


def homography(source: Corners, target: Corners) -> Tensor:
    """`[3, 3]`, float64: the projective map that brings the four corners of `source` to those of `target`.

    Raises GraphError where the corners make no convex quadrilateral.
    """
    for corners in (source, target):
        _check_convex(corners)
    rows, values = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    found = torch.linalg.solve(
        torch.tensor(rows, dtype=torch.float64), torch.tensor(values, dtype=torch.float64)
    )
    return torch.cat([found, torch.ones(1, dtype=torch.float64)]).reshape(3, 3)


def _check_convex(corners: Corners) -> None:
    for at in range(4):
        (ax, ay), (bx, by), (cx, cy) = corners[at - 1], corners[at], corners[(at + 1) % 4]
        if (bx - ax) * (cy - by) - (by - ay) * (cx - bx) <= 1e-4:
            raise GraphError(
                "The four corners make no convex shape: {corner} is bent inward or the corners are in another order. "
                "Move it outward.",
                corner=("top left", "top right", "bottom right", "bottom left")[at],
            )


WHOLE: Corners = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def in_perspective(
    image: Tensor, corners: Corners, straighten: bool, outside: str, color: tuple[float, float, float]
) -> Tensor:
    """The picture tilted so that its corners come to `corners`; or with `straighten` what lies between these corners
    brought to the whole picture. The size stays. Raises GraphError for corners that make no convex shape."""
    # Each pixel of the result asks where it comes from.
    back = homography(WHOLE, corners) if straighten else homography(corners, WHOLE)
    height, width = image.shape[1:3]
    x = ((torch.arange(width, dtype=torch.float64) + 0.5) / width)[None, :].expand(height, width)
    y = ((torch.arange(height, dtype=torch.float64) + 0.5) / height)[:, None].expand(height, width)
    u, v, w = (back[row, 0] * x + back[row, 1] * y + back[row, 2] for row in range(3))
    # Behind the horizon there is no picture.
    far = w <= 1e-9
    u, v = (torch.where(far, -1e3, part / torch.where(far, 1.0, w)).clamp(-1e3, 1e3) for part in (u, v))
    places = ((u * width).float(), (v * height).float())
    source = with_outside(image, outside)
    tilted = spread(source, lambda planes: sampled(planes, *places, outside), linear=False)
    return over_colour(tilted, image, outside, color)


def padded(
    image: Tensor,
    sides: tuple[int, int, int, int],
    fill: str,
    color: tuple[float, float, float],
) -> Tensor:
    """`[B, H, W, C]` larger by left, top, right and bottom; pixels of the picture stay exactly as they are."""
    left, top, right, bottom = sides
    height, width = image.shape[1:3]
    check_side(width + left + right, height + top + bottom)
    if fill in ("edge", "mirror", "wrap"):
        rows = _index(height, top, bottom, fill)
        columns = _index(width, left, right, fill)
        return image[:, rows][:, :, columns].contiguous()
    colour, alpha = colour_and_alpha(image)
    if fill == "transparent" and alpha is None:
        alpha = torch.ones_like(colour[..., :1])
    whole = joined(colour, alpha)
    ground = torch.zeros(whole.shape[-1])
    if fill == "colour":
        ground = torch.tensor([*color, 1.0][: whole.shape[-1]])
    result = ground.repeat(len(image), height + top + bottom, width + left + right, 1)
    result[:, top : top + height, left : left + width] = whole
    return result


def _index(length: int, before: int, after: int, fill: str) -> Tensor:
    """Which row each row of the padded picture shows."""
    places = torch.arange(-before, length + after)
    if fill == "edge":
        return places.clamp(0, length - 1)
    if fill == "wrap":
        return places % length
    if length == 1:
        return torch.zeros_like(places)
    turn = places % (2 * length - 2)
    return torch.minimum(turn, 2 * length - 2 - turn)


def check_side(width: int, height: int) -> None:
    """Raise GraphError for a picture too large to be made."""
    if max(width, height) > MOST_SIDE:
        raise GraphError(
            "The picture would be {width} x {height} pixels; {most} a side is the most. Make it smaller first.",
            width=width,
            height=height,
            most=MOST_SIDE,
        )
