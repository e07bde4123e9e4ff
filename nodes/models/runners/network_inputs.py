"""Conditions made into one network call: repeated, joined, cast."""

from __future__ import annotations

from math import lcm
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch.nn import functional

from nodegraph.support.errors import LoadError
from nodes.models.architectures.family import Inputs

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from torch import Tensor

    from nodes.models.architectures.family import Facts, Family
    from nodes.sampling.spaces import SigmaSpace
    from nodes.types import Condition

GREY = (0.8223, -0.6876, 0.6364, 0.1380)
"""What Stable Diffusion's autoencoder makes of mid-grey, scaled: the picture under a mask where there is none."""


class ScaledNetwork(Protocol):
    """A denoising network with the scale of its latents; `nodes.models.runners.denoiser.Denoiser` implements it."""

    family: Family
    facts: Facts
    space: SigmaSpace

    @property
    def dtype(self) -> torch.dtype:
        """The precision in which the network computes."""

    def scaled(self, samples: Tensor) -> Tensor:
        """Raw latents in the scale of the network."""


def likeness(condition: Condition) -> tuple[Hashable, ...]:
    """What conditions must agree in to share a call, besides length and control."""
    pooled = None if condition.pooled is None else condition.pooled.shape[1:]
    planes = [(n, v) for n, v in condition.extras.items() if isinstance(v, torch.Tensor)]
    tensors = tuple(sorted((name, plane.data_ptr(), *plane.shape) for name, plane in planes))
    return condition.cond.shape[2:], pooled, condition.guidance is None, tensors


def gather(denoiser: ScaledNetwork, x: Tensor, sigma: Tensor, conditions: Sequence[Condition]) -> Inputs:
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
        extras=[condition.extras for condition in conditions],
    )


def to_batch(tensor: Tensor, batch: int) -> Tensor:
    """`tensor` with its first axis repeated or cut to `batch`."""
    if tensor.shape[0] == batch:
        return tensor
    times = -(-batch // tensor.shape[0])
    return tensor.repeat(times, *[1] * (tensor.ndim - 1))[:batch]


def beside(denoiser: ScaledNetwork, x: Tensor, condition: Condition, channels: int) -> Tensor:
    """The channels that a network sees beside the latent: the latent of another picture, and for inpainting
    a mask (1 where to paint), before it where the mask is one channel and after it where each of its pixels
    has one. Without them: paint everything, over nothing."""
    extras: dict[str, Any] = dict(condition.extras)
    given: Tensor | None = extras.get("concat_latent")
    mask: Tensor | None = extras.get("concat_mask")
    side = channels - x.shape[1]
    pixels = round(max(side, 0) ** 0.5)
    if side < 0 or pixels**2 != side:
        raise LoadError(
            "This network sees {channels} channels beside the latent, which no node makes: it is none for text to "
            "image or inpainting.",
            channels=channels,
        )
    latent = torch.zeros_like(x)
    if side == 1 and mask is None and x.shape[1] == len(GREY):
        latent = x.new_tensor(GREY)[:, None, None].expand_as(x)
    elif given is not None:
        latent = to_batch(given.to(x), x.shape[0])
        latent = latent if denoiser.facts.raw_beside else denoiser.scaled(latent)
    if side == 0:
        return latent
    mask = torch.ones(1, 1, *x.shape[-2:]) if mask is None else mask.reshape(-1, 1, *mask.shape[-2:])
    size = [length * pixels for length in x.shape[-2:]]
    mask = functional.interpolate(mask.to(x), size, mode="bilinear")
    mask = to_batch(functional.pixel_unshuffle(mask.round() if side == 1 else mask, pixels), x.shape[0])
    return torch.cat([mask, latent] if side == 1 else [latent, mask], 1)
