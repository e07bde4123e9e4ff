"""Muon for matrices, Adam for the rest, in one optimizer.

Muon (Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks") replaces a matrix's
momentum by the nearest matrix with all singular values near one, by a Newton-Schulz iteration; the step is
scaled so that its entries are as large as Adam's (Liu et al. 2025, "Muon is scalable for LLM training"), so
that one learning rate serves both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

QUINTIC = (3.4445, -4.775, 2.0315)
NESTEROV = 0.95
ADAM_LIKE = 0.2


@torch.no_grad()
def orthogonalised(matrix: Tensor, rounds: int = 4) -> Tensor:
    """About the nearest matrix whose singular values are all one, for `[rows, columns]`."""
    a, b, c = QUINTIC
    tall = matrix.shape[0] > matrix.shape[1]
    x = (matrix.T if tall else matrix).bfloat16()
    x = x / (x.norm() + 1e-7)
    for _ in range(rounds):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    found: Tensor = (x.T if tall else x).to(matrix.dtype)
    return found


class Muon(torch.optim.Optimizer):
    """Muon for parameters in groups with `muon=True` (two or more dimensions), AdamW for the other groups."""

    def __init__(self, groups: Iterable[dict[str, Any]], lr: float = 1e-3) -> None:
        super().__init__(groups, {"lr": lr, "muon": False, "decay": 0.0, "betas": (0.9, 0.99)})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]  # no closure
        """Change every parameter that has a gradient."""
        for group in self.param_groups:
            change = self._muon if group["muon"] else self._adam
            for one in group["params"]:
                if one.grad is not None:
                    one.mul_(1 - group["lr"] * group["decay"])
                    change(one, group)

    def _muon(self, weight: nn.Parameter, group: dict[str, Any]) -> None:
        gradient = _required(weight.grad)
        momentum = self._kept(weight, "momentum")
        momentum.lerp_(gradient, 1 - NESTEROV)
        ahead = gradient.lerp(momentum, NESTEROV).flatten(1)
        scale = ADAM_LIKE * max(ahead.shape) ** 0.5
        weight.add_(orthogonalised(ahead).view_as(weight), alpha=-group["lr"] * scale)

    def _adam(self, weight: nn.Parameter, group: dict[str, Any]) -> None:
        gradient = _required(weight.grad)
        mean, square = self._kept(weight, "mean"), self._kept(weight, "square")
        state = self.state[weight]
        state["count"] = state.get("count", 0) + 1
        first, second = group["betas"]
        mean.lerp_(gradient, 1 - first)
        square.mul_(second).addcmul_(gradient, gradient, value=1 - second)
        bound = (square / (1 - second ** state["count"])).sqrt_().add_(1e-8)
        weight.addcdiv_(mean, bound, value=-group["lr"] / (1 - first ** state["count"]))

    def _kept(self, weight: nn.Parameter, name: str) -> Tensor:
        state = self.state[weight]
        if name not in state:
            state[name] = torch.zeros_like(weight)
        kept: Tensor = state[name]
        return kept


def _required(gradient: Tensor | None) -> Tensor:
    if gradient is None:
        raise ValueError("a parameter without a gradient cannot be changed")
    return gradient


def split_groups(
    module: nn.Module, *, decay: float = 0.01, scale: float = 1.0, owned: set[int] | None = None
) -> list[dict[str, Any]]:
    """A module's trained parameters: matrices and kernels for Muon; embeddings, norms and biases for Adam.

    With `owned`, only the parameters with these ids.
    """
    embeddings = {id(one.weight) for one in module.modules() if isinstance(one, nn.Embedding)}
    matrices: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for name, one in module.named_parameters():
        if not one.requires_grad or (owned is not None and id(one) not in owned):
            continue
        hidden = (
            one.ndim >= 2 and id(one) not in embeddings and "conv_in" not in name and "conv_out" not in name
        )
        (matrices if hidden else others).append(one)
    return [
        {"params": matrices, "muon": True, "decay": decay, "scale": scale},
        {"params": others, "muon": False, "decay": 0.0, "scale": scale},
    ]
