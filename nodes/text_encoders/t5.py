"""T5's encoder (Raffel et al. 2020), with the gated feed-forward of version 1.1 (Shazeer 2020)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from nodes.text_encoders.layers import Linear, embed
from nodes.text_encoders.tokenizers.t5 import END, PAD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nodes.text.chunks import Token, Weighted
    from nodes.text_encoders.config import T5Config

FARTHEST = 128
EPSILON = 1e-6


def t5_chunk(pieces: Sequence[list[Weighted]], minimum: int) -> list[Weighted]:
    """All pieces in one chunk, the end token after them, padded to `minimum` tokens; nothing is cut off."""
    body: list[Weighted] = [token for piece in pieces for token in piece]
    padding: list[Weighted] = [(PAD, 1.0)] * (minimum - len(body) - 1)
    return [*body, (END, 1.0), *padding]


class T5Encoder(nn.Module):
    """The network, with the parameter names of the transformers library."""

    def __init__(self, config: T5Config) -> None:
        super().__init__()
        self.shared = nn.Embedding(config.vocabulary, config.width)
        self.encoder = _Stack(config)

    def forward(self, chunks: Sequence[Sequence[Token]]) -> tuple[Tensor, Tensor]:
        """Encode equally long chunks in float32: states `[B, L, D]`, and their first as a stand-in for pooled
        ones, which T5 has not."""
        states: Tensor = self.encoder(embed(self.shared.weight, chunks))
        return states, states[:, 0]


class _Stack(nn.Module):
    def __init__(self, config: T5Config) -> None:
        super().__init__()
        self.block = nn.ModuleList(_Block(config, index == 0) for index in range(config.layers))
        self.final_layer_norm = _Norm(config.width)

    def forward(self, states: Tensor) -> Tensor:
        bias: Tensor | None = None
        for block in self.block:
            states, bias = block(states, bias)
        output: Tensor = self.final_layer_norm(states)
        return output


class _Block(nn.Module):
    def __init__(self, config: T5Config, first: bool) -> None:
        super().__init__()
        biased = first or config.every_layer
        self.layer = nn.ModuleList([_AttentionLayer(config, biased), _FeedForwardLayer(config)])

    def forward(self, states: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor]:
        attend, feed = self.layer
        states, bias = attend(states, bias)
        return feed(states), bias


class _AttentionLayer(nn.Module):
    def __init__(self, config: T5Config, biased: bool) -> None:
        super().__init__()
        self.biased = biased
        self.layer_norm = _Norm(config.width)
        self.SelfAttention = _Attention(config, biased)

    def forward(self, states: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor]:
        """The states, and the position bias that this layer or one before it has made."""
        if self.biased or bias is None:
            bias = self.SelfAttention.bias(states.shape[1])
        return states + self.SelfAttention(self.layer_norm(states), bias), bias


class _FeedForwardLayer(nn.Module):
    def __init__(self, config: T5Config) -> None:
        super().__init__()
        self.layer_norm = _Norm(config.width)
        self.DenseReluDense = _Gated(config) if config.gated else _Plain(config)

    def forward(self, states: Tensor) -> Tensor:
        output: Tensor = states + self.DenseReluDense(self.layer_norm(states))
        return output


class _Norm(nn.Module):
    """Scales to a root mean square of 1 (Zhang and Sennrich 2019)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(width))

    def forward(self, states: Tensor) -> Tensor:
        scale = torch.rsqrt(states.pow(2).mean(-1, keepdim=True) + EPSILON)
        return self.weight.to(states.dtype) * (states * scale)


class _Attention(nn.Module):
    """Attention without scaling, with a learned bias for each range of distances."""

    def __init__(self, config: T5Config, biased: bool) -> None:
        super().__init__()
        self.heads, self.buckets = config.heads, config.buckets
        self.q = Linear(config.width, config.inner, bias=False)
        self.k = Linear(config.width, config.inner, bias=False)
        self.v = Linear(config.width, config.inner, bias=False)
        self.o = Linear(config.inner, config.width, bias=False)
        if biased:
            self.relative_attention_bias = nn.Embedding(config.buckets, config.heads)

    def forward(self, states: Tensor, bias: Tensor) -> Tensor:
        projected = (self.q(states), self.k(states), self.v(states))
        q, k, v = (p.unflatten(-1, (self.heads, -1)).transpose(1, 2) for p in projected)
        mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=bias, scale=1.0)
        output: Tensor = self.o(mixed.transpose(1, 2).flatten(2))
        return output

    def bias(self, length: int) -> Tensor:
        """What is added to the attention between every two places, float32 `[1, H, L, L]`."""
        table = self.relative_attention_bias.weight.float()
        places = torch.arange(length, device=table.device)
        return table[buckets(places[None, :] - places[:, None], self.buckets)].movedim(-1, 0)[None]


def buckets(distance: Tensor, count: int) -> Tensor:
    """The bucket of each signed distance: half for each sign; of those half exact, the rest logarithmic up to
    128 (Raffel et al. 2020, section 2.1)."""
    half = count // 2
    exact = half // 2
    far = distance.abs()
    scaled = (far.clamp(min=1).float() / exact).log() / math.log(FARTHEST / exact) * (half - exact)
    wide = (exact + scaled.long()).clamp(max=half - 1)
    return torch.where(distance > 0, half, 0) + torch.where(far < exact, far, wide)


class _Gated(nn.Module):
    def __init__(self, config: T5Config) -> None:
        super().__init__()
        self.wi_0 = Linear(config.width, config.hidden, bias=False)
        self.wi_1 = Linear(config.width, config.hidden, bias=False)
        self.wo = Linear(config.hidden, config.width, bias=False)

    def forward(self, states: Tensor) -> Tensor:
        gate = functional.gelu(self.wi_0(states), approximate="tanh")
        output: Tensor = self.wo(gate * self.wi_1(states))
        return output


class _Plain(nn.Module):
    def __init__(self, config: T5Config) -> None:
        super().__init__()
        self.wi = Linear(config.width, config.hidden, bias=False)
        self.wo = Linear(config.hidden, config.width, bias=False)

    def forward(self, states: Tensor) -> Tensor:
        output: Tensor = self.wo(self.wi(states).relu())
        return output
