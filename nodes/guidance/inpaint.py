"""Keeping what a noise mask protects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from nodes.images.batches import to_length
from nodes.images.scaling import sized_mask
from nodes.sampling.run import Denoise, Prediction

if TYPE_CHECKING:
    from torch import Tensor

    from nodes.sampling.spaces import SigmaSpace


def mask_for(mask: Tensor, like: Tensor) -> Tensor:
    """A noise mask `[B or 1, H, W]` as `[B, 1, h, w]` for latents `[B, C, h, w]`."""
    planes = sized_mask(mask, like.shape[-1], like.shape[-2])[:, None]
    return to_length(planes, like.shape[0]).to(like)


def masked(denoise: Denoise, mask: Tensor, latent: Tensor, noise: Tensor, space: SigmaSpace) -> Denoise:
    """A denoiser that sees, and gives back, `latent` where `mask` is 0; 1 is painted anew."""
    kept = latent * (1 - mask)

    def predict(x: Tensor, sigma: Tensor) -> Prediction:
        seen = x * mask + space.noised(latent, noise, float(sigma[0])) * (1 - mask)
        found = denoise(seen, sigma)
        return Prediction(found.x0 * mask + kept, found.x0_uncond)

    return predict


def differential(
    denoise: Denoise,
    mask: Tensor,
    latent: Tensor,
    noise: Tensor,
    space: SigmaSpace,
    sigmas: Tensor,
    strength: float = 1.0,
) -> Denoise:
    """As `masked`, but a grey mask sets from which moment each place may change (Levin and Fried 2023).

    White changes from the first step on, darker greys later and so less; `strength` below 1 mixes with the plain mask.
    """
    ends = space.timestep(sigmas[[0, -1]].clamp(min=space.sigma_min))
    last, whole = ends[1], ends[0] - ends[1]

    def predict(x: Tensor, sigma: Tensor) -> Prediction:
        # In float32 like the mask: a grey that is at the threshold may change.
        threshold = (space.timestep(sigma[:1])[0] - last) / whole if whole else torch.zeros_like(last)
        hard = (mask >= threshold).to(mask)
        return masked(denoise, hard * strength + mask * (1 - strength), latent, noise, space)(x, sigma)

    return predict
