"""What noise a custom sampler starts from."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated

from nodegraph import GraphError, Help, Multiline, Range, Seed, node
from nodes.types import Latent, Noise

TheSeed = Annotated[int, Seed(), Help("The same seed gives the same noise.")]
TheNoise = Annotated[Noise, Help("The noise to change; it stays as it is.")]
CATEGORY = "sampling/noise"


@node("SeedNoise", title="Noise from a seed", category=CATEGORY, keywords=("random noise", "seed"))
def seed_noise(*, seed: TheSeed = 0) -> Noise:
    """Noise from a seed, different for each picture of a batch: the usual start."""
    return Noise("seed", (seed,))


@node("NoNoise", title="No noise", category=CATEGORY, keywords=("disable", "zero", "continue"))
def no_noise(
    *, seed: Annotated[int, Seed(), Help("The seed of the noise that some solvers add in each step.")] = 0
) -> Noise:
    """No noise at all, for a latent that still holds some, or to go back from a picture to its noise."""
    return Noise("none", (seed,))


@node("SameNoise", title="Same noise for all", category=CATEGORY, keywords=("fixed", "batch"))
def same_noise(*, seed: TheSeed = 0) -> Noise:
    """The same noise for each picture of a batch, so that only what differs otherwise shows."""
    return Noise("same", (seed,))


@node("SeedListNoise", title="Noise from seeds", category=CATEGORY, keywords=("list", "batch", "seeds"))
def seed_list_noise(
    *,
    seeds: Annotated[
        str, Multiline(), Help("One seed for each picture of the batch; they start over.")
    ] = "0, 1, 2, 3",
) -> Noise:
    """A seed of its own for each picture of a batch, to gather favourites in one run."""
    words = [word for word in re.split(r"[\s,;]+", seeds) if word]
    if not words or not all(word.isdecimal() for word in words):
        raise GraphError("Write seeds as whole numbers from 0 up, divided by commas.")
    return Noise("seeds", tuple(int(word) for word in words))


@node("VaryNoise", title="Vary noise", category=CATEGORY, keywords=("variation", "subseed", "slerp"))
def vary_noise(
    noise: TheNoise,
    *,
    seed: Annotated[int, Seed(), Help("The seed of the variation.")] = 1,
    strength: Annotated[
        float, Range(0, 1, 0.01), Help("0 is the noise itself, 1 that of the other seed.")
    ] = 0.1,
) -> Noise:
    """Turn noise a little towards another seed's: near variations of a picture that is almost right."""
    return replace(noise, variations=(*noise.variations, (seed, strength)))


@node("LatentNoise", title="Noise from a latent", category=CATEGORY, keywords=("image", "inverted", "given"))
def latent_noise(
    latent: Annotated[Latent, Help("What becomes noise: it is brought to the strength that noise has.")],
) -> Noise:
    """Use a latent as noise: one found by going back from a picture, or a picture whose forms should shine through."""
    samples = latent.samples.float()
    dims = tuple(range(1, samples.ndim))
    spread = samples.std(dims, keepdim=True).clamp(min=1e-6)
    return Noise("given", samples=(samples - samples.mean(dims, keepdim=True)) / spread)
