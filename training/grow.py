"""A denoiser for pictures twice as wide from one that is trained: a finer level is put around its own.

The levels of the old denoiser become the inner levels of the new one and keep their weights, so that what it
has learnt of words, places and colours need not be learnt again (Karras et al. 2018 grew networks this way).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diffusers import UNet2DConditionModel
    from torch import Tensor


def grow(small: UNet2DConditionModel, large: UNet2DConditionModel) -> None:
    """Put the weights of `small` into `large`, which has one finer level more.

    A tensor whose shape differs takes over the corner that both have: in a decoder's first convolutions that
    is the part which reads the coarser level. What only `large` has stays as it is.
    Raises `ValueError` unless `large` has exactly one level more.
    """
    before, after = (len(one.config.block_out_channels) for one in (small, large))
    if after != before + 1:
        raise ValueError(f"a denoiser of {before} levels grows to {before + 1} levels, not to {after}")
    old, new = small.state_dict(), large.state_dict()
    for name, value in old.items():
        if (moved := inner_name(name)) in new:
            _copy_corner(value, new[moved])
    large.load_state_dict(new)


def inner_name(name: str) -> str:
    """What a weight is called once a finer level stands around its own; decoder levels count from within."""
    return re.sub(r"^down_blocks\.(\d+)", lambda found: f"down_blocks.{int(found[1]) + 1}", name)


@torch.no_grad()
def _copy_corner(value: Tensor, into: Tensor) -> None:
    corner = tuple(slice(0, min(one, other)) for one, other in zip(value.shape, into.shape, strict=True))
    into[corner].copy_(value[corner])


def same_shapes(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> bool:
    """Whether two sets of weights have the same names and shapes."""
    return {name: value.shape for name, value in one.items()} == {
        name: value.shape for name, value in other.items()
    }
