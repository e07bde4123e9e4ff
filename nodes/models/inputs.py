"""Conditions made into one network call: repeated, joined, cast."""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from nodes.models.family import Inputs

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from torch import Tensor

    from nodes.models.denoiser import Denoiser
    from nodes.types import Condition

CONCAT = ("concat_mask", "concat_latent")
"""Extras of networks that also see a mask and the picture under it."""


def likeness(condition: Condition) -> tuple[Hashable, ...]:
    """What conditions must agree in to share a call, besides length and control."""
    pooled = None if condition.pooled is None else condition.pooled.shape[1:]
    plain = tuple(sorted((n, v) for n, v in condition.extras.items() if isinstance(v, int | float | str)))
    tensors = tuple(sorted((n, id(v)) for n, v in condition.extras.items() if isinstance(v, torch.Tensor)))
    return condition.cond.shape[2:], pooled, condition.guidance is None, plain, tensors


def gather(denoiser: Denoiser, x: Tensor, sigma: Tensor, conditions: Sequence[Condition]) -> Inputs:
    """One call for all conditions: the latents once for each, in the network's scale and precision."""
    many, batch, dtype = len(conditions), x.shape[0], denoiser.dtype
    length = lcm(*(condition.cond.shape[1] for condition in conditions))
    contexts = [to_batch(c.cond, batch).repeat(1, length // c.cond.shape[1], 1) for c in conditions]
    pooled = [to_batch(c.pooled, batch) for c in conditions if c.pooled is not None]
    scaled = denoiser.space.network_input(x, sigma)
    missing = denoiser.facts.inputs - scaled.shape[1]
    if missing > 0:
        scaled = torch.cat([scaled, beside(denoiser, scaled, conditions[0], missing)], 1)
    guidance = [c.guidance for c in conditions if c.guidance is not None]
    return Inputs(
        x=scaled.repeat(many, *[1] * (x.ndim - 1)).to(dtype),
        time=denoiser.space.timestep(sigma).repeat(many),
        context=torch.cat(contexts).to(x.device, dtype),
        pooled=torch.cat(pooled).to(x.device, dtype) if pooled else None,
        guidance=torch.tensor(guidance, device=x.device).repeat_interleave(batch) if guidance else None,
        extras=conditions[0].extras,
    )


def to_batch(tensor: Tensor, batch: int) -> Tensor:
    """`tensor` with its first axis repeated or cut to `batch`."""
    if tensor.shape[0] == batch:
        return tensor
    times = -(-batch // tensor.shape[0])
    return tensor.repeat(times, *[1] * (tensor.ndim - 1))[:batch]


def beside(denoiser: Denoiser, x: Tensor, condition: Condition, channels: int) -> Tensor:
    """The channels that inpainting networks see beside the latent: the mask (1 where they paint), then the
    latent of the masked picture. Without them: paint everything, over nothing."""
    extras: dict[str, Any] = dict(condition.extras)
    given: Tensor | None = extras.get("concat_latent")
    latent = torch.zeros_like(x) if given is None else denoiser.scaled(given.to(x))
    mask: Tensor | None = extras.get("concat_mask")
    if mask is None:
        mask = torch.ones(1, 1, *x.shape[-2:])
    mask = functional.interpolate(mask.reshape(-1, 1, *mask.shape[-2:]).to(x), x.shape[-2:], mode="bilinear")
    parts = [to_batch(mask.round(), x.shape[0]), to_batch(latent, x.shape[0])]
    return torch.cat(parts[-1:] if channels == latent.shape[1] else parts, 1)
