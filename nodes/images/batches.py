"""Batches of different lengths brought together."""

from __future__ import annotations

import torch
from torch import Tensor


def to_length(batch: Tensor, length: int) -> Tensor:
    """A batch of `length` items, starting over where it is shorter and cut where it is longer."""
    if batch.shape[0] == length:
        return batch
    return batch[torch.arange(length) % batch.shape[0]]


def alike(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """Both batches at the length of the longer one; the shorter starts over."""
    length = max(first.shape[0], second.shape[0])
    return to_length(first, length), to_length(second, length)
