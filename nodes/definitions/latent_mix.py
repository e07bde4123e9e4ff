"""Latents mixed, laid over each other, and gathered in batches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import torch
from torch import Tensor

from nodegraph import GraphError, Help, Range, node
from nodes.definitions.latents import TheLatent
from nodes.images.batches import to_length
from nodes.images.compositing import paste
from nodes.images.scaling import scale, sized_mask
from nodes.types import BatchPlaces, Latent, Mask

if TYPE_CHECKING:
    from collections.abc import Sequence

Below = Annotated[Latent, Help("The latent below.")]
Above = Annotated[Latent, Help("The latent that is laid over it.")]
First = Annotated[Latent, Help("The first latent; the result has its size.")]
Second = Annotated[Latent, Help("The second latent; it is scaled to the first where their sizes differ.")]
X = Annotated[int, Range(-16384, 16384, 8), Help("Where its left edge goes, in pixels.")]
Y = Annotated[int, Range(-16384, 16384, 8), Help("Where its top edge goes, in pixels.")]


@node(
    "LatentComposite",
    title="Composite latents",
    category="latent/mix",
    keywords=("paste", "overlay"),
    size="latent",
)
def latent_composite(
    latent: Below,
    over: Above,
    *,
    x: X = 0,
    y: Y = 0,
    feather: Annotated[int, Range(0, 16384, 8), Help("How softly its edges fade in, in pixels.")] = 0,
) -> Latent:
    """Lay one latent over another and finish them in one sampler: subjects drawn apart, brought into one scene."""
    pixel = latent.pixel
    samples = paste(latent.samples, over.samples, x // pixel, y // pixel, None, feather // pixel)
    return replace(latent, samples=samples)


@node(
    "LatentCompositeMasked",
    title="Composite latents by mask",
    category="latent/mix",
    keywords=("paste", "mask"),
    size="latent",
)
def latent_composite_masked(
    latent: Below,
    over: Above,
    mask: Annotated[Mask | None, Help("Where the upper latent shows: white is all of it.")] = None,
    *,
    x: X = 0,
    y: Y = 0,
    resize: Annotated[
        bool, Help("Whether the upper latent is scaled to the lower one's size first.")
    ] = False,
) -> Latent:
    """Lay one latent over another through a mask, to exchange a part of any form."""
    rows, columns = latent.samples.shape[-2:]
    above = scale(over.samples, columns, rows, "bilinear") if resize else over.samples
    shown = None if mask is None else sized_mask(mask, above.shape[-1], above.shape[-2])
    return replace(latent, samples=paste(latent.samples, above, x // latent.pixel, y // latent.pixel, shown))


@node("LatentBlend", title="Blend latents", category="latent/mix", keywords=("mix", "fade"), size="first")
def latent_blend(
    first: First,
    second: Second,
    *,
    share: Annotated[
        float, Range(0, 1, 0.01), Help("How much of the first: 1 is only it, 0 only the second.")
    ] = 0.5,
) -> Latent:
    """Fade between two latents. Follow it with a sampler at a low denoise to make one picture of both."""
    return replace(first, samples=torch.lerp(_fitted(second, first), first.samples, share))


@node(
    "LatentInterpolate",
    title="Interpolate latents",
    category="latent/mix",
    keywords=("morph", "mix", "between"),
    size="first",
)
def latent_interpolate(
    first: First,
    second: Second,
    *,
    share: Annotated[
        float, Range(0, 1, 0.01), Help("How much of the first: 1 is only it, 0 only the second.")
    ] = 0.5,
) -> Latent:
    """Go from one latent to another by direction and strength apart, which keeps more contrast than a blend."""
    a, b = first.samples, _fitted(second, first)
    length_a, length_b = (t.norm(dim=1, keepdim=True) for t in (a, b))
    mixed = torch.lerp(_unit(b, length_b), _unit(a, length_a), share)
    direction = _unit(mixed, mixed.norm(dim=1, keepdim=True))
    return replace(first, samples=direction * torch.lerp(length_b, length_a, share))


@node("LatentAdd", title="Add latents", category="latent/arithmetic", keywords=("plus", "sum"), size="first")
def latent_add(first: First, second: Second) -> Latent:
    """The sum of two latents. With a difference of two others it carries a change over to a third."""
    return replace(first, samples=first.samples + _fitted(second, first))


@node(
    "LatentSubtract",
    title="Subtract latents",
    category="latent/arithmetic",
    keywords=("minus", "difference"),
    size="first",
)
def latent_subtract(first: First, second: Second) -> Latent:
    """The difference of two latents: what the first has and the second has not."""
    return replace(first, samples=first.samples - _fitted(second, first))


@node(
    "LatentMultiply",
    title="Multiply latent",
    category="latent/arithmetic",
    keywords=("strength", "contrast"),
    size="latent",
)
def latent_multiply(
    latent: TheLatent,
    *,
    factor: Annotated[float, Range(-10, 10, 0.01), Help("Above 1 is stronger, below 1 is weaker.")] = 1.0,
) -> Latent:
    """Make a latent stronger or weaker: a little more or less contrast and colour."""
    return replace(latent, samples=latent.samples * factor)


@node(
    "LatentBatch",
    title="Batch latents",
    category="latent/batch",
    keywords=("join", "list", "combine"),
    size="latents",
)
def latent_batch(latents: Annotated[tuple[Latent, ...], Help("The latents to gather, in order.")]) -> Latent:
    """Gather latents in one batch, which the sampler draws together; others take the size of the first."""
    if not latents:
        raise GraphError("No latent is linked; link at least one.")
    first = latents[0]
    samples = torch.cat([_scaled(latent, first) for latent in latents])
    index = tuple(i for latent in latents for i in _index(latent))
    masks = [latent.noise_mask for latent in latents]
    mask = (
        torch.cat([_mask(latent, first) for latent in latents]) if any(m is not None for m in masks) else None
    )
    return replace(
        first, samples=samples, noise_mask=mask, batch_index=index, places=_places_together(latents)
    )


@node(
    "LatentFromBatch",
    title="Latent from batch",
    category="latent/batch",
    keywords=("pick", "choose", "single"),
    size="latent",
)
def latent_from_batch(
    latent: TheLatent,
    *,
    index: Annotated[int, Range(0, 1023), Help("Which picture of the batch, counted from 0.")] = 0,
    length: Annotated[int, Range(1, 1024), Help("How many from there on.")] = 1,
) -> Latent:
    """Take pictures out of a batch. They remember their place, so that the sampler gives them the same noise alone."""
    count = latent.samples.shape[0]
    if index >= count:
        raise GraphError(
            "The batch has {count} pictures, counted from 0; there is no picture {index}.",
            count=count,
            index=index,
        )
    chosen = slice(index, index + length)
    mask = latent.noise_mask
    if mask is not None and mask.shape[0] > 1:
        mask = to_length(mask, count)[chosen]
    return replace(
        latent,
        samples=latent.samples[chosen],
        noise_mask=mask,
        batch_index=tuple(_index(latent)[chosen]),
        places=_places_in(latent, chosen),
    )


@node(
    "LatentRepeat",
    title="Repeat latent",
    category="latent/batch",
    keywords=("copy", "batch", "variations"),
    size="latent",
)
def latent_repeat(
    latent: TheLatent, *, amount: Annotated[int, Range(1, 256), Help("How often the batch is repeated.")] = 2
) -> Latent:
    """Repeat a latent, to draw several variations of it at once, each with noise of its own."""
    mask, index = latent.noise_mask, latent.batch_index
    if mask is not None and mask.shape[0] > 1:
        mask = to_length(mask, latent.samples.shape[0]).repeat(amount, 1, 1)
    if index is not None:
        stride = max(index) - min(index) + 1
        index = tuple(i + stride * time for time in range(amount) for i in index)
    samples = latent.samples.repeat(amount, *(1,) * (latent.samples.ndim - 1))
    return replace(latent, samples=samples, noise_mask=mask, batch_index=index, places=None)


def _unit(vectors: Tensor, length: Tensor) -> Tensor:
    return torch.nan_to_num(vectors / length, nan=0.0, posinf=0.0, neginf=0.0)


def _scaled(latent: Latent, like: Latent) -> Tensor:
    if latent.samples.shape[1] != like.samples.shape[1]:
        raise GraphError(
            "Latents of {shape} and {shape2} channels do not mix; make both for the same kind of model.",
            shape=like.samples.shape[1],
            shape2=latent.samples.shape[1],
        )
    rows, columns = like.samples.shape[-2:]
    return scale(latent.samples, columns, rows, "bicubic")


def _fitted(latent: Latent, like: Latent) -> Tensor:
    return to_length(_scaled(latent, like), like.samples.shape[0])


def _index(latent: Latent) -> tuple[int, ...]:
    return latent.batch_index if latent.batch_index is not None else tuple(range(latent.samples.shape[0]))


def _places_in(latent: Latent, chosen: slice) -> BatchPlaces:
    """Where pictures lie in the batch that the latent is, or was taken out of."""
    count = latent.samples.shape[0]
    whole = latent.places or BatchPlaces(tuple(range(count)), count)
    return BatchPlaces(whole.index[chosen], whole.count)


def _places_together(latents: Sequence[Latent]) -> BatchPlaces | None:
    """The places of pictures that were all taken out of batches of one size; else they are a batch of their own."""
    places = [latent.places for latent in latents if latent.places is not None]
    if len(places) < len(latents) or len({each.count for each in places}) > 1:
        return None
    return BatchPlaces(tuple(i for each in places for i in each.index), places[0].count)


def _mask(latent: Latent, like: Latent) -> Tensor:
    rows, columns = like.samples.shape[-2:]
    if latent.noise_mask is None:
        return torch.ones(latent.samples.shape[0], rows, columns)
    return to_length(sized_mask(latent.noise_mask, columns, rows), latent.samples.shape[0])
