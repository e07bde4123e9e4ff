"""The start noise that a Noise describes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from nodegraph import GraphError
from nodes.images.batches import to_length
from nodes.images.scaling import scale
from nodes.sampling.noise import are_places_of, fixed_noise, noise_from_seeds, prepare_noise, vary_noise
from nodes.types import BatchPlaces, Noise

if TYPE_CHECKING:
    from collections.abc import Sequence


def noise_for(
    noise: Noise,
    shape: tuple[int, ...],
    batch_index: tuple[int, ...] | None,
    places: BatchPlaces | None = None,
) -> Tensor:
    """Noise `[B, C, h, w]` for latents of this shape, which may be some of a batch: then the noise they have there.

    Raises GraphError where the noise has other channels.
    """
    found = _plain(noise, shape, batch_index, places)
    for seed, strength in noise.variations:
        found = vary_noise(found, seed, strength, batch_index, places)
    return found


def _plain(
    noise: Noise, shape: tuple[int, ...], batch_index: tuple[int, ...] | None, places: BatchPlaces | None
) -> Tensor:
    index: Sequence[int] = range(shape[0])
    count = shape[0]
    if are_places_of(places, shape):
        index, count = places.index, places.count
    match noise.kind:
        case "none":
            return torch.zeros(shape)
        case "same":
            return fixed_noise(shape, noise.seeds[0])
        case "seeds":
            return noise_from_seeds(shape, tuple(noise.seeds[i % len(noise.seeds)] for i in index))
        case "given" if noise.samples is not None:
            return _fitted(noise.samples, (count, *shape[1:]))[list(index)]
    return prepare_noise(shape, noise.seeds[0], batch_index, places)


def _fitted(samples: Tensor, shape: tuple[int, ...]) -> Tensor:
    if samples.shape[1] != shape[1]:
        raise GraphError(
            "The noise has {shape} channels and the model takes {shape2}; "
            "make it from a latent of the same family of models.",
            shape=samples.shape[1],
            shape2=shape[1],
        )
    return to_length(scale(samples, shape[-1], shape[-2], "nearest"), shape[0])
