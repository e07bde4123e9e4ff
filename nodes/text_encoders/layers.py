"""Layers that compute in the precision of their input, whatever precision their weights are kept in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nodes.text.chunks import Token


ONE_DNN = bool(torch._C._has_mkldnn)

PIECE = 2**20
"""How many numbers of a weight are cast at a time on the CPU. In the processor's cache that costs next to nothing; a
whole large weight cast into new memory costs half as much as multiplying with it."""


class Linear(nn.Linear):
    """`nn.Linear` that casts its weights as it runs: half the memory of a float32 copy."""

    def forward(self, input: Tensor) -> Tensor:
        """`[..., in]` to `[..., out]`."""
        bias = None if self.bias is None else self.bias.to(input.dtype)
        if input.device.type != "cpu":
            return functional.linear(input, self.weight.to(input.dtype), bias)
        if self.weight.dtype == input.dtype:
            return linear(input, self.weight, bias)
        return _by_rows(input, self.weight, bias)


def linear(input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """`functional.linear` on the CPU by oneDNN where torch has it: its float32 products are as exact as those of the
    library that torch takes, and on processors that that library was not made for nearly three times as fast."""
    if input.dtype != torch.float32 or not ONE_DNN:
        return functional.linear(input, weight, bias)
    result: Tensor = torch.ops.mkldnn._linear_pointwise(input, weight, bias, "none", [], "")
    return result


def _by_rows(input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """A linear map whose weight is cast a few rows at a time."""
    rows = max(PIECE // weight.shape[1], 1)
    result = input.new_empty(*input.shape[:-1], len(weight))
    cast = input.new_empty(min(rows, len(weight)), weight.shape[1])
    for at in range(0, len(weight), rows):
        stored = weight[at : at + rows]
        part = None if bias is None else bias[at : at + rows]
        result[..., at : at + rows] = linear(input, cast[: len(stored)].copy_(stored), part)
    return result


class LayerNorm(nn.LayerNorm):
    """`nn.LayerNorm` in the precision of its input."""

    def forward(self, input: Tensor) -> Tensor:
        """Normalise the last axis."""
        weight, bias = self.weight.to(input.dtype), self.bias.to(input.dtype)
        return functional.layer_norm(input, self.normalized_shape, weight, bias, self.eps)


def embed(table: Tensor, chunks: Sequence[Sequence[Token]]) -> Tensor:
    """float32 `[B, L, D]` of equally long chunks: rows of the table, or the vectors that stand for them."""
    ids = [[token if isinstance(token, int) else 0 for token in chunk] for chunk in chunks]
    embedded = functional.embedding(torch.tensor(ids, device=table.device), table).float()
    for row, chunk in enumerate(chunks):
        for column, token in enumerate(chunk):
            if isinstance(token, Tensor):
                embedded[row, column] = token
    return embedded
