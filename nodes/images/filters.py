"""Neighbouring pixels mixed: sharpen, and blurs of four kinds. Planes are float32 `[B, C, H, W]`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy
import torch
from torch import Tensor

if TYPE_CHECKING:
    from numpy.typing import NDArray


def gaussian(planes: Tensor, radius: float) -> Tensor:
    """Gaussian blur with a standard deviation of half the radius in pixels; edges are continued."""
    import cv2

    if radius <= 0:
        return planes
    sigma = radius / 2
    side = 2 * math.ceil(4 * sigma) + 1
    return _each(
        planes, lambda rows: cv2.GaussianBlur(rows, (side, side), sigma, borderType=cv2.BORDER_REPLICATE)
    )


def convolved(planes: Tensor, kernel: Tensor) -> Tensor:
    """Each plane convolved with a kernel `[h, w]` of odd sides and the sum 1; edges are continued."""
    import cv2

    # OpenCV correlates; a turned kernel makes it a convolution.
    turned = kernel.flip(0, 1).contiguous().numpy()
    return _each(planes, lambda rows: cv2.filter2D(rows, -1, turned, borderType=cv2.BORDER_REPLICATE))


def lens_kernel(radius: float, blades: int, rotation: float) -> Tensor:
    """The picture of a point out of focus, sum 1: a disc of a radius in pixels, or a polygon of `blades` from 3 on.

    `rotation` turns the polygon by degrees. Its edge is antialiased by 5 x 5 samples a pixel.
    """
    reach = max(math.ceil(radius), 1)
    samples = torch.arange(5 * (2 * reach + 1), dtype=torch.float64) / 5 - reach - 0.4
    y, x = torch.meshgrid(samples, samples, indexing="ij")
    distance = torch.hypot(x, y)
    if blades >= 3:
        part = 2 * math.pi / blades
        angle = torch.remainder(torch.atan2(y, x) - math.radians(rotation), part) - part / 2
        # A polygon with the corners at `radius`.
        distance = distance * angle.cos() / math.cos(part / 2)
    inside = (distance <= radius).double()
    kernel = inside.reshape(2 * reach + 1, 5, 2 * reach + 1, 5).mean((1, 3))
    total = kernel.sum()
    if total == 0:
        kernel[reach, reach] = total = torch.tensor(1.0, dtype=torch.float64)
    return (kernel / total).float()


def motion_kernel(length: float, angle: float) -> Tensor:
    """The trace of a point that moved `length` pixels, sum 1; `angle` in degrees, anticlockwise from the right."""
    reach = max(math.ceil(length / 2), 1)
    kernel = torch.zeros(2 * reach + 3, 2 * reach + 3, dtype=torch.float64)
    count = 8 * (2 * reach + 1) + 1
    places = torch.linspace(-length / 2, length / 2, count, dtype=torch.float64)
    xs = places * math.cos(math.radians(angle)) + reach + 1
    ys = -places * math.sin(math.radians(angle)) + reach + 1
    left, top = xs.floor().long(), ys.floor().long()
    for down in (0, 1):
        for across in (0, 1):
            share = (1 - (xs - left - across).abs()) * (1 - (ys - top - down).abs())
            kernel.index_put_((top + down, left + across), share, accumulate=True)
    return (kernel / kernel.sum()).float()


def surface(planes: Tensor, radius: float, threshold: float) -> Tensor:
    """Bilateral filter (Tomasi and Manduchi 1998): neighbours count less the further they are, by a Gaussian of half
    the radius, and the more their colour differs, by one of `threshold` in display values. C is 1 or 3."""
    import cv2

    if radius <= 0:
        return planes
    reach = math.ceil(radius)
    side = 2 * reach + 1

    def work(rows: NDArray[numpy.float32]) -> NDArray[numpy.float32]:
        done: NDArray[numpy.float32] = cv2.bilateralFilter(
            rows, side, threshold, radius / 2, borderType=cv2.BORDER_REPLICATE
        )
        return done

    return _each(planes, work)


def sharpened(planes: Tensor, radius: float, amount: float, threshold: float) -> Tensor:
    """Unsharp mask: away from the blurred picture by `amount`, where the two differ by more than `threshold`.

    The difference is shortened by the threshold, so that nothing jumps where it is reached.
    """
    detail = planes - gaussian(planes, radius)
    if threshold > 0:
        detail = detail.sign() * (detail.abs() - threshold).clamp(min=0)
    return torch.add(planes, detail, alpha=amount)


def _each(planes: Tensor, work: Callable[[NDArray[numpy.float32]], NDArray[numpy.float32]]) -> Tensor:
    """`work` done on each item as rows x columns x channels, which is what OpenCV reads."""
    done = []
    for item in planes:
        rows = numpy.ascontiguousarray(item.movedim(0, -1).numpy())
        result = torch.from_numpy(work(rows))
        done.append((result if result.ndim == 3 else result[..., None]).movedim(-1, 0))
    return torch.stack(done)
