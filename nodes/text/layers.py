"""Layers that compute in the precision of their input, whatever precision their weights are kept in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nodes.text.chunks import Token


class Linear(nn.Linear):
    """`nn.Linear` that casts its weights as it runs: half the memory of a float32 copy."""

    def forward(self, input: Tensor) -> Tensor:
        """`[..., in]` to `[..., out]`."""
        bias = None if self.bias is None else self.bias.to(input.dtype)
        return functional.linear(input, self.weight.to(input.dtype), bias)


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
