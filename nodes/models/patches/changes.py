"""The kinds of change a file can make to a weight, each as the formula of its paper."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from nodes.models.memory.loading import part_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

DELTAS = ("down", "hada_w1_a", "lokr_w1", "lokr_w1_a", "diff")
"""A change is of the kind of the first of these tensors that it has."""


@dataclass(frozen=True, eq=False)
class Change:
    """What a file says about one weight: its tensors by role, in the order that `delta` reads them.

    Where the file gives an `alpha`, the whole change is multiplied by it and divided by the rank, or, where it is
    `rooted` (rsLoRA, Kalajdzievski 2023), by the root of the rank. An alpha that is not given is the rank.
    """

    tensors: Mapping[str, Tensor]
    alpha: float | None = None
    rooted: bool = False

    def applied(self, weight: Tensor, strength: float, rows: tuple[int, int] | None, form: str) -> Tensor:
        """`weight` (float32) with this change at a strength.

        Where the weight is only part of what the file speaks of, `rows` and `form` say which (as in `Piece`).
        Raises RuntimeError where the shapes do not fit.
        """
        change = self.delta().to(weight.device)
        change = widened(part_of(change, rows, form), weight.shape).reshape(weight.shape)
        if "dora" not in self.tensors:
            return change.mul_(strength).add_(weight)
        return weight + strength * (self._decomposed(weight + change, rows) - weight)

    def delta(self) -> Tensor:
        """The change at strength 1, float32, in the shape of the weight or one that holds as many numbers."""
        kind = next(role for role in DELTAS if role in self.tensors)
        make = {"down": _low_rank, "hada_w1_a": _hadamard, "diff": _whole}.get(kind, _kronecker)
        value, rank = make({role: tensor.float() for role, tensor in self.tensors.items()})
        if rank is None or (self.alpha is None and not self.rooted):
            return value
        alpha = rank if self.alpha is None else self.alpha
        return value * (alpha / (math.sqrt(rank) if self.rooted else rank))

    def _decomposed(self, changed: Tensor, rows: tuple[int, int] | None) -> Tensor:
        """DoRA (Liu et al. 2024, eq. 5): the changed weight's direction at a learned magnitude.

        The magnitudes belong to the outputs, or, in files of older trainers, to the inputs.
        """
        magnitude = self.tensors["dora"].to(changed.device).float()
        outputs = magnitude.ndim == 1 or magnitude.shape[0] > 1
        if rows and outputs:
            magnitude = magnitude[rows[0] : rows[1]]
        facing = changed if outputs else changed.transpose(0, 1)
        norm = facing.flatten(1).norm(dim=1).clamp_min(torch.finfo(torch.float32).eps)
        scale = magnitude.flatten() / norm
        result: Tensor = changed * scale.reshape([-1, *[1] * (changed.ndim - 1 - (not outputs))])
        return result


def widened(change: Tensor, shape: torch.Size) -> Tensor:
    """A change to the first convolution over fewer channels than this one takes, with zeros for the others.

    Variants that repaint or edit see a mask or a picture beside the latent, in channels behind its own.
    """
    if change.ndim != 4 or len(shape) != 4 or change.shape[1] >= shape[1]:
        return change
    if (change.shape[0], *change.shape[2:]) != (shape[0], *shape[2:]):
        return change
    return functional.pad(change, (0, 0, 0, 0, 0, shape[1] - change.shape[1]))


def _low_rank(t: Mapping[str, Tensor]) -> tuple[Tensor, float | None]:
    """LoRA (Hu et al. 2021): up times down; with a core in between (Yeh et al. 2023, Tucker)."""
    up, down = t["up"], t["down"]
    rank = down.shape[0]
    if "mid" in t:
        return _tucker(t["mid"], up.flatten(1).t(), down.flatten(1)), rank
    return (up.flatten(1) @ down.flatten(1)).reshape(up.shape[0], *down.shape[1:]), rank


def _hadamard(t: Mapping[str, Tensor]) -> tuple[Tensor, float | None]:
    """LoHa (Hyeon-Woo et al. 2022, FedPara): the elementwise product of two low-rank products."""
    rank = t["hada_w1_b"].shape[0]
    factors = []
    for at in "12":
        left, right = t[f"hada_w{at}_a"], t[f"hada_w{at}_b"]
        core = t.get(f"hada_t{at}")
        factors.append(left @ right if core is None else _tucker(core, left, right))
    return factors[0] * factors[1], rank


def _kronecker(t: Mapping[str, Tensor]) -> tuple[Tensor, float | None]:
    """LoKr (Yeh et al. 2023): the Kronecker product of two factors, each whole or of low rank."""
    rank: float | None = None
    factors = []
    for at in "12":
        factor = t.get(f"lokr_w{at}")
        if factor is None:
            left, right = t[f"lokr_w{at}_a"], t[f"lokr_w{at}_b"]
            core = t.get(f"lokr_t{at}")
            rank = right.shape[0]
            factor = left @ right.flatten(1) if core is None else _tucker(core, left, right)
            if core is None and right.ndim > 2:
                factor = factor.reshape(left.shape[0], *right.shape[1:])
        factors.append(factor)
    first, second = factors
    return torch.kron(first.reshape(*first.shape, *[1] * (second.ndim - first.ndim)), second), rank


def _whole(t: Mapping[str, Tensor]) -> tuple[Tensor, float | None]:
    return t["diff"], None


def _tucker(core: Tensor, left: Tensor, right: Tensor) -> Tensor:
    """A convolution from a core `[r, r, kh, kw]` and factors `[r, out]` and `[r, in]`."""
    return torch.einsum("ijkl,jr,ip->prkl", core, right, left)
