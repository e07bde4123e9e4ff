"""The noise a picture starts from: drawn from a seed on the CPU, so that every machine gets the same."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from typing import TypeGuard

    from nodes.types import BatchPlaces

SEEDS = 2**64
MOST_INDEX = 4096
"""Images of a batch beyond this are refused: their noise is drawn one after another to reach them."""


def generator(seed: int, device: torch.device | str = "cpu") -> torch.Generator:
    """A random generator of its own; seeds outside 0 to 2^64 - 1 wrap around."""
    return torch.Generator(device).manual_seed(seed % SEEDS)


def prepare_noise(
    latent_shape: Sequence[int],
    seed: int,
    batch_index: Sequence[int] | None = None,
    places: "BatchPlaces | None" = None,
) -> Tensor:
    """Normal noise in float32 of the shape of a latent batch `[B, C, h, w]` (or `[B, C, t, h, w]`).

    `batch_index` says which image of the seed's batch each one is, so that one image can be made again alone.
    Indices that repeat share their noise; where they are fewer than the images, they start over. With `places` the
    noise of the whole batch is drawn at once, which for odd sizes is other noise than image by image.
    """
    shape = tuple(latent_shape)
    random = generator(seed)
    if are_places_of(places, shape) and (batch_index is None or tuple(batch_index) == places.index):
        return torch.randn((places.count, *shape[1:]), generator=random)[list(places.index)]
    if batch_index is None:
        return torch.randn(shape, generator=random)
    if not batch_index or min(batch_index) < 0 or max(batch_index) > MOST_INDEX:
        raise ValueError(f"A batch index must be a list of numbers from 0 to {MOST_INDEX}.")
    wanted = [batch_index[i % len(batch_index)] for i in range(shape[0])]
    drawn: dict[int, Tensor] = {}
    for i in range(max(wanted) + 1):
        image = torch.randn((1, *shape[1:]), generator=random)
        if i in wanted:
            drawn[i] = image
    return torch.cat([drawn[i] for i in wanted])


def are_places_of(places: "BatchPlaces | None", shape: Sequence[int]) -> "TypeGuard[BatchPlaces]":
    """Whether `places` are those of latents of this shape; ValueError where their batch is too large to draw."""
    if places is None or len(places.index) != shape[0]:
        return False
    if not all(0 <= i < places.count <= MOST_INDEX + 1 for i in places.index):
        raise ValueError(f"Pictures of a batch must have places from 0 to {MOST_INDEX}.")
    return True


def fixed_noise(latent_shape: Sequence[int], seed: int) -> Tensor:
    """The same noise for each image of the batch: that of the seed's first image."""
    return prepare_noise(latent_shape, seed, [0])


def noise_from_seeds(latent_shape: Sequence[int], seeds: Sequence[int]) -> Tensor:
    """Noise with a seed of its own for each image of the batch, which must have as many images as seeds."""
    batch, *rest = latent_shape
    if len(seeds) != batch:
        raise ValueError(f"A batch of {batch} images needs {batch} seeds, not {len(seeds)}.")
    return torch.cat([prepare_noise((1, *rest), seed) for seed in seeds])


def slerp(a: Tensor, b: Tensor, strength: float | Tensor) -> Tensor:
    """From each image of `a` to that of `b` along the sphere (Shoemake 1985), for strengths from 0 to 1.

    Lengths go over linearly. Nearly parallel or opposite images are mixed linearly.
    """
    shape = (-1, *(1,) * (a.ndim - 1))
    length_a, length_b = (t.flatten(1).norm(dim=1).clamp(min=1e-20).reshape(shape) for t in (a, b))
    unit_a, unit_b = a / length_a, b / length_b
    cosine = (unit_a * unit_b).flatten(1).sum(1).clamp(-1, 1).reshape(shape)
    angle = cosine.acos()
    sine = angle.sin()
    curved = ((1 - strength) * angle).sin() * unit_a + (strength * angle).sin() * unit_b
    straight = (1 - strength) * unit_a + strength * unit_b
    direction = torch.where(sine > 1e-4, curved / sine.clamp(min=1e-4), straight)
    length: Tensor = (1 - strength) * length_a + strength * length_b
    return direction * length


def vary_noise(
    noise: Tensor,
    seed: int,
    strength: float,
    batch_index: Sequence[int] | None = None,
    places: "BatchPlaces | None" = None,
) -> Tensor:
    """Noise turned toward that of another seed: 0 keeps it, 1 replaces it, a little varies the picture.

    `batch_index` and `places` are as for `prepare_noise`.
    """
    if not 0.0 <= strength <= 1.0:
        raise ValueError(f"Variation strength must be from 0 to 1, not {strength}.")
    if strength == 0.0:
        return noise
    other = prepare_noise(noise.shape, seed, batch_index, places).to(noise)
    return slerp(noise, other, strength)
