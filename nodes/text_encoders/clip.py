"""CLIP's text transformer (Radford et al. 2021, "Learning Transferable Visual Models", section 2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from nodes.text_encoders.config import ClipConfig
from nodes.text_encoders.layers import LayerNorm, Linear, embed
from nodes.text_encoders.tokenizers.clip import END

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nodes.text.chunks import Token


class ClipText(nn.Module):
    """The network, with the parameter names of the transformers library."""

    def __init__(self, config: ClipConfig) -> None:
        super().__init__()
        self.config = config
        self.text_model = _TextModel(config)
        if config.projection:
            self.text_projection = Linear(config.width, config.projection, bias=False)

    def forward(self, chunks: Sequence[Sequence[Token]], layer: int, norm: bool) -> tuple[Tensor, Tensor]:
        """Encode chunks in float32: states `[B, L, D]` and what the first end token gathered `[B, P]`.

        `layer` counts from the end (-1 is the last); where there are not so many, it is the last with its
        norm. `norm` says whether the final norm is applied to the states. The second result is
        projected where the model has a projection.
        """
        model = self.text_model
        states = model.embeddings(chunks)
        chosen = None
        for index, block in enumerate(model.encoder.layers):
            states = block(states)
            if index - self.config.layers == layer:
                chosen = model.final_layer_norm(states) if norm else states
        last = model.final_layer_norm(states)
        ends = torch.tensor([_first_end(chunk) for chunk in chunks], device=last.device)
        pooled = last[torch.arange(len(chunks), device=last.device), ends]
        if self.config.projection:
            pooled = self.text_projection(pooled)
        return (last if chosen is None else chosen), pooled


def _first_end(chunk: Sequence[Token]) -> int:
    return next((at for at, token in enumerate(chunk) if isinstance(token, int) and token == END), -1)


class _TextModel(nn.Module):
    def __init__(self, config: ClipConfig) -> None:
        super().__init__()
        self.embeddings = _Embeddings(config)
        self.encoder = _Encoder(config)
        self.final_layer_norm = LayerNorm(config.width)


class _Embeddings(nn.Module):
    def __init__(self, config: ClipConfig) -> None:
        super().__init__()
        self.token_embedding = nn.Embedding(config.vocabulary, config.width)
        self.position_embedding = nn.Embedding(config.positions, config.width)

    def forward(self, chunks: Sequence[Sequence[Token]]) -> Tensor:
        positions = self.position_embedding.weight[: len(chunks[0])].float()
        return embed(self.token_embedding.weight, chunks) + positions


class _Encoder(nn.Module):
    def __init__(self, config: ClipConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_Block(config) for _ in range(config.layers))


class _Block(nn.Module):
    def __init__(self, config: ClipConfig) -> None:
        super().__init__()
        self.layer_norm1 = LayerNorm(config.width)
        self.self_attn = _Attention(config)
        self.layer_norm2 = LayerNorm(config.width)
        self.mlp = _FeedForward(config)

    def forward(self, states: Tensor) -> Tensor:
        states = states + self.self_attn(self.layer_norm1(states))
        output: Tensor = states + self.mlp(self.layer_norm2(states))
        return output


class _Attention(nn.Module):
    def __init__(self, config: ClipConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.q_proj = Linear(config.width, config.width)
        self.k_proj = Linear(config.width, config.width)
        self.v_proj = Linear(config.width, config.width)
        self.out_proj = Linear(config.width, config.width)

    def forward(self, states: Tensor) -> Tensor:
        projected = (self.q_proj(states), self.k_proj(states), self.v_proj(states))
        q, k, v = (p.unflatten(-1, (self.heads, -1)).transpose(1, 2) for p in projected)
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        output: Tensor = self.out_proj(mixed.transpose(1, 2).flatten(2))
        return output


class _FeedForward(nn.Module):
    def __init__(self, config: ClipConfig) -> None:
        super().__init__()
        self.quick = config.activation == "quick_gelu"
        self.fc1 = Linear(config.width, config.hidden)
        self.fc2 = Linear(config.hidden, config.width)

    def forward(self, states: Tensor) -> Tensor:
        hidden = self.fc1(states)
        active = hidden * torch.sigmoid(1.702 * hidden) if self.quick else functional.gelu(hidden)
        output: Tensor = self.fc2(active)
        return output
