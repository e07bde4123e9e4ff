"""From weighted tokens to conditioning tensors, and how families join several encoders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping, Sequence

    from nodes.text.chunks import Token, Weighted

Encoder: TypeAlias = "Callable[[Sequence[Sequence[Token]]], tuple[Tensor, Tensor]]"
"""Encodes equally long chunks: hidden states `[B, L, D]` and pooled `[B, P]`."""

BATCH = 16


@dataclass(frozen=True, eq=False)
class Encoded:
    """What one encoder says about a prompt: `cond` `[1, L, D]` and `pooled` `[1, P]`, float32."""

    cond: Tensor
    pooled: Tensor


def encode(
    encoder: Encoder,
    chunks: Sequence[Sequence[Weighted]],
    blank: Sequence[Weighted],
    *,
    keep_mean: bool = False,
    known: MutableMapping[tuple[Token, ...], Tensor] | None = None,
) -> Encoded:
    """Encode chunks one by one and join them along the tokens.

    A token's weight w moves its state away from that of the empty prompt `blank`, `e + w (z - e)`; with `keep_mean`
    it multiplies the state, and each chunk is then scaled back to its mean. The pooled state is the first chunk's and
    is not weighted. `known` keeps what the encoder says of the empty prompt for the next one.
    """
    weights = torch.tensor([[weight for _, weight in chunk] for chunk in chunks])
    parts = [
        encoder([[token for token, _ in chunk] for chunk in chunks[at : at + BATCH]])
        for at in range(0, len(chunks), BATCH)
    ]
    states = torch.cat([hidden for hidden, _ in parts])
    if bool((weights != 1).any()) and keep_mean:
        weighted = states * weights.to(states.device)[..., None]
        before, after = (each.mean((1, 2), keepdim=True) for each in (states, weighted))
        states = torch.where(after == 0, weighted, weighted * (before / after))
    elif bool((weights != 1).any()):
        base = _said_of(encoder, tuple(token for token, _ in blank), {} if known is None else known)
        weights = weights.to(states.device)[..., None]
        states = torch.where(weights == 1, states, base + weights * (states - base))
    return Encoded(states.flatten(0, 1)[None], parts[0][1][:1])


def _said_of(
    encoder: Encoder, blank: tuple[Token, ...], known: MutableMapping[tuple[Token, ...], Tensor]
) -> Tensor:
    if blank not in known:
        known.clear()
        known[blank] = encoder([blank])[0]
    return known[blank]


def join_sdxl(clip_l: Encoded, clip_g: Encoded) -> Encoded:
    """SDXL: features side by side, as long as the shorter; pooled from CLIP-G alone."""
    length = min(clip_l.cond.shape[1], clip_g.cond.shape[1])
    return Encoded(torch.cat([clip_l.cond[:, :length], clip_g.cond[:, :length]], -1), clip_g.pooled)


def join_sd3(
    clip_l: Encoded | None, clip_g: Encoded | None, t5: Tensor | None, widths: tuple[int, int, int]
) -> Encoded:
    """Stable Diffusion 3: CLIP-L beside CLIP-G, widened with zeros to T5's width, followed by T5.

    `widths` are those of CLIP-L, CLIP-G and T5; an encoder that is None counts as zeros.
    """
    clips = [clip_l, clip_g]
    length = min((part.cond.shape[1] for part in clips if part), default=0 if t5 is not None else 77)
    missing = [Encoded(torch.zeros(1, length, width), torch.zeros(1, width)) for width in widths]
    left, right = clip_l or missing[0], clip_g or missing[1]
    cond = torch.cat([left.cond[:, :length], right.cond[:, :length]], -1)
    cond = functional.pad(cond, (0, widths[2] - cond.shape[-1]))
    pooled = torch.cat([left.pooled, right.pooled], -1)
    return Encoded(cond if t5 is None else torch.cat([cond, t5], 1), pooled)


def join_flux(clip_l: Encoded | None, t5: Encoded | None) -> Encoded:
    """FLUX.1: the states of T5, and CLIP-L's pooled state; an encoder that is None counts as zeros."""
    cond = torch.zeros(1, 256, 4096) if t5 is None else t5.cond
    return Encoded(cond, torch.zeros(1, 768) if clip_l is None else clip_l.pooled)
