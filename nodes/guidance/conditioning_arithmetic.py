"""Reckoning with what prompts mean, token by token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional

from nodegraph import GraphError
from nodes.images.scaling import slerp_channels
from nodes.types import Condition

Join = Callable[[Tensor, Tensor], Tensor]


def lengthened(tokens: Tensor, length: int) -> Tensor:
    """`[B, L, D]` with zeros after its tokens, or without its last ones, so that there are `length`."""
    return functional.pad(tokens, (0, 0, 0, length - tokens.shape[1]))


def combined(first: Condition, second: Condition, join: Join) -> Condition:
    """The first condition with its vectors joined with the second's, token by token; the shorter is padded."""
    if first.cond.shape[-1] != second.cond.shape[-1]:
        raise GraphError(
            "Prompts of {shape} and {shape2} numbers a word do not mix; "
            "read both with the text encoder of one model.",
            shape=first.cond.shape[-1],
            shape2=second.cond.shape[-1],
        )
    length = max(first.cond.shape[1], second.cond.shape[1])
    cond = join(lengthened(first.cond, length), lengthened(second.cond, length))
    pooled = first.pooled
    if pooled is not None and second.pooled is not None and pooled.shape[1:] == second.pooled.shape[1:]:
        pooled = join(pooled, second.pooled)
    return replace(first, cond=cond, pooled=pooled)


def lerp_conditions(first: Condition, second: Condition, share: float) -> Condition:
    """Straight from `first` (share 0) to the vectors of `second` (1)."""
    return combined(first, second, lambda a, b: torch.lerp(a, b.expand_as(a), share))


def slerp_conditions(first: Condition, second: Condition, share: float) -> Condition:
    """From `first` (share 0) to `second` (1) on the sphere of each token's vector."""

    def join(a: Tensor, b: Tensor) -> Tensor:
        moved = slerp_channels(a.movedim(-1, 1), b.expand_as(a).movedim(-1, 1), torch.tensor(share))
        return moved.movedim(1, -1)

    return combined(first, second, join)
