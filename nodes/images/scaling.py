"""Planes `[B, C, h, w]` at other sizes."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

METHODS = ("nearest", "bilinear", "bicubic", "area", "bislerp")
MODES = {"nearest": "nearest-exact", "bilinear": "bilinear", "bicubic": "bicubic", "area": "area"}


def scale(planes: Tensor, width: int, height: int, method: str) -> Tensor:
    """Planes at a new size; latents are interpolated without a low-pass filter, as other programs do."""
    if planes.shape[-2:] == (height, width):
        return planes
    if method == "bislerp":
        return bislerp(planes.float(), width, height).to(planes.dtype)
    return functional.interpolate(planes.float(), size=(height, width), mode=MODES[method]).to(planes.dtype)


def centred(planes: Tensor, width: int, height: int) -> Tensor:
    """The largest centred part with the proportions width : height."""
    old_height, old_width = planes.shape[-2:]
    cut_x = _cut(old_width, old_height * width / height)
    cut_y = _cut(old_height, old_width * height / width)
    return planes[..., cut_y : old_height - cut_y, cut_x : old_width - cut_x]


def _cut(length: int, wanted: float) -> int:
    """How much to take off at each end; something is always left."""
    return min(max(round((length - wanted) / 2), 0), (length - 1) // 2)


def bislerp(planes: Tensor, width: int, height: int) -> Tensor:
    """Interpolated on the sphere of each pixel's channels, first along x and then along y.

    Plain interpolation shortens the vectors between two pixels, which looks washed out; this keeps their length.
    """
    return _slerp_rows(_slerp_rows(planes, width).transpose(-1, -2), height).transpose(-1, -2).contiguous()


def _slerp_rows(planes: Tensor, length: int) -> Tensor:
    old = planes.shape[-1]
    step = torch.arange(length, dtype=torch.float32, device=planes.device)
    place = ((step + 0.5) * (old / length) - 0.5).clamp(0, old - 1)
    left = place.floor().long()
    right = (left + 1).clamp(max=old - 1)
    return slerp_channels(planes[..., left], planes[..., right], place - left)


def slerp_channels(first: Tensor, second: Tensor, share: Tensor) -> Tensor:
    """From `first` (share 0) to `second` (1) along the sphere of the channel axis 1 (Shoemake 1985).

    Nearly equal directions give `first`, opposite ones a straight mix; lengths are mixed linearly.
    """
    length_a, length_b = (t.norm(dim=1, keepdim=True) for t in (first, second))
    unit_a, unit_b = (t / length.clamp(min=1e-20) for t, length in ((first, length_a), (second, length_b)))
    cosine = (unit_a * unit_b).sum(1, keepdim=True)
    angle = cosine.clamp(-1, 1).acos()
    sine = angle.sin().clamp(min=1e-20)
    mixed = (((1 - share) * angle).sin() * unit_a + (share * angle).sin() * unit_b) / sine
    mixed = mixed * (length_a * (1 - share) + length_b * share)
    mixed = torch.where(cosine > 1 - 1e-5, first, mixed)
    return torch.where(cosine < 1e-5 - 1, first * (1 - share) + second * share, mixed)


def sized_mask(mask: Tensor, width: int, height: int) -> Tensor:
    """A mask `[B, H, W]` (or `[H, W]`) at another size, bilinear."""
    planes = (mask if mask.ndim == 3 else mask[None])[:, None].float()
    if planes.shape[-2:] == (height, width):
        return planes[:, 0]
    return functional.interpolate(planes, size=(height, width), mode="bilinear")[:, 0]
