"""The start noise that a Noise describes."""

from __future__ import annotations

import torch
from torch import Tensor

from nodegraph import GraphError
from nodes.images.batches import to_length
from nodes.images.scaling import scale
from nodes.sampling.noise import fixed_noise, noise_from_seeds, prepare_noise, vary_noise
from nodes.types import Noise


def noise_for(noise: Noise, shape: tuple[int, ...], batch_index: tuple[int, ...] | None) -> Tensor:
    """Noise `[B, C, h, w]` for latents of this shape; raises GraphError where seeds and batch do not fit."""
    found = _plain(noise, shape, batch_index)
    for seed, strength in noise.variations:
        found = vary_noise(found, seed, strength)
    return found


def _plain(noise: Noise, shape: tuple[int, ...], batch_index: tuple[int, ...] | None) -> Tensor:
    match noise.kind:
        case "none":
            return torch.zeros(shape)
        case "same":
            return fixed_noise(shape, noise.seeds[0])
        case "seeds":
            return noise_from_seeds(shape, tuple(noise.seeds[i % len(noise.seeds)] for i in range(shape[0])))
        case "given" if noise.samples is not None:
            return _fitted(noise.samples, shape)
    return prepare_noise(shape, noise.seeds[0], batch_index)


def _fitted(samples: Tensor, shape: tuple[int, ...]) -> Tensor:
    if samples.shape[1] != shape[1]:
        raise GraphError(
            "The noise has {shape} channels and the model takes {shape2}; "
            "make it from a latent of the same family of models.",
            shape=samples.shape[1],
            shape2=shape[1],
        )
    return to_length(scale(samples, shape[-1], shape[-2], "nearest"), shape[0])
