"""What prompts mean: combined, placed, timed, and reckoned with."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import torch

from nodegraph import Choice, GraphError, Help, Range, node
from nodes.guidance.conditioning_arithmetic import combined, lengthened, lerp_conditions, slerp_conditions
from nodes.images.batches import to_length
from nodes.types import Area, Condition, Conditioning, Mask

TheConditioning = Annotated[Conditioning, Help("The conditioning to change; it stays as it is.")]
First = Annotated[Conditioning, Help("The first conditioning.")]
Second = Annotated[Conditioning, Help("The second conditioning.")]
Strength = Annotated[float, Range(0, 10, 0.01), Help("How much it counts against others in the same place.")]
FRACTION = Range(0, 1, 0.01)
PIXELS = Range(0, 16384, 8)
CATEGORY = "conditioning"
ARITHMETIC = "conditioning/arithmetic"


@node(
    "ConditioningCombine", title="Combine prompts", category=CATEGORY, keywords=("and", "mix", "both", "join")
)
def conditioning_combine(
    conditionings: Annotated[
        tuple[Conditioning, ...], Help("The conditionings, each counted by its strength.")
    ],
) -> Conditioning:
    """Several prompts at once: each is asked for at every step, and their answers are mixed. Costs a call for each."""
    if not conditionings:
        raise GraphError("No conditioning is linked; link at least one.")
    return Conditioning(tuple(condition for each in conditionings for condition in each))


@node(
    "ConditioningConcat",
    title="Concatenate prompts",
    category=CATEGORY,
    keywords=("append", "longer", "break"),
)
def conditioning_concat(first: First, second: Second) -> Conditioning:
    """One long prompt of two, each read by itself, so that the words of one do not colour the other's."""
    tail = _single(second, "second").cond
    return _each(first, lambda c: replace(c, cond=torch.cat([c.cond, to_length(tail, c.cond.shape[0])], 1)))


@node(
    "ConditioningAverage",
    title="Average prompts",
    category=CATEGORY,
    keywords=("mix", "blend", "morph", "between"),
)
def conditioning_average(
    first: First,
    second: Second,
    *,
    share: Annotated[float, FRACTION, Help("How much of the first: 1 is only it, 0 only the second.")] = 0.5,
) -> Conditioning:
    """One prompt between two: half a cat, half a fish. Costs no more than one."""
    other = _single(second, "second")

    def mixed(condition: Condition) -> Condition:
        fitted = replace(other, cond=lengthened(other.cond, condition.cond.shape[1]))
        return lerp_conditions(condition, fitted, 1 - share)

    return _each(first, mixed)


@node(
    "ConditioningArea", title="Place prompt (pixels)", category=CATEGORY, keywords=("region", "area", "where")
)
def conditioning_area(
    conditioning: TheConditioning,
    *,
    width: Annotated[int, Range(8, 16384, 8), Help("Width of the area in pixels.")] = 64,
    height: Annotated[int, Range(8, 16384, 8), Help("Height of the area in pixels.")] = 64,
    x: Annotated[int, PIXELS, Help("Left edge of the area in pixels.")] = 0,
    y: Annotated[int, PIXELS, Help("Top edge of the area in pixels.")] = 0,
    strength: Strength = 1.0,
) -> Conditioning:
    """Let a prompt hold in one rectangle only. Combine it with a prompt for the whole picture."""
    area = Area(float(x), float(y), float(width), float(height))
    return _each(conditioning, lambda c: replace(c, area=area, strength=strength))


@node(
    "ConditioningAreaFraction",
    title="Place prompt (shares)",
    category=CATEGORY,
    keywords=("region", "percent", "where"),
)
def conditioning_area_fraction(
    conditioning: TheConditioning,
    *,
    width: Annotated[float, FRACTION, Help("Width of the area; 1 is the whole picture.")] = 0.5,
    height: Annotated[float, FRACTION, Help("Height of the area; 1 is the whole picture.")] = 1.0,
    x: Annotated[float, FRACTION, Help("Left edge of the area; 0.5 is the middle.")] = 0.0,
    y: Annotated[float, FRACTION, Help("Top edge of the area; 0.5 is the middle.")] = 0.0,
    strength: Strength = 1.0,
) -> Conditioning:
    """Let a prompt hold in one rectangle, given in shares, so that it fits a picture of any size."""
    area = Area(x, y, width, height, relative=True)
    return _each(conditioning, lambda c: replace(c, area=area, strength=strength))


@node(
    "ConditioningMask",
    title="Place prompt (mask)",
    category=CATEGORY,
    keywords=("region", "mask", "paint", "where"),
)
def conditioning_mask(
    conditioning: TheConditioning,
    mask: Annotated[Mask, Help("White is where the prompt holds, grey where it holds in part.")],
    *,
    strength: Annotated[float, Range(0, 10, 0.01), Help("How much it counts inside the mask.")] = 1.0,
    bounds_only: Annotated[
        bool, Help("On draws the mask's rectangle alone, quicker, but without sight of the rest.")
    ] = False,
) -> Conditioning:
    """Let a prompt hold where a mask is white: regions of any form, with soft edges."""
    planes = mask if mask.ndim == 3 else mask[None]
    changes: dict[str, Any] = {"mask": planes, "mask_strength": strength, "bounded": bounds_only}
    return _each(conditioning, lambda c: replace(c, **changes))


@node("ConditioningStrength", title="Prompt strength", category=CATEGORY, keywords=("weight", "louder"))
def conditioning_strength(conditioning: TheConditioning, *, strength: Strength = 1.0) -> Conditioning:
    """Let a prompt count more or less against the others it is combined with."""
    return _each(conditioning, lambda c: replace(c, strength=strength))


@node(
    "ConditioningRange",
    title="Time a prompt",
    category=CATEGORY,
    keywords=("timestep", "schedule", "when", "range"),
)
def conditioning_range(
    conditioning: TheConditioning,
    *,
    start: Annotated[float, FRACTION, Help("When it sets in, as a share of the sampling.")] = 0.0,
    end: Annotated[float, FRACTION, Help("When it ends; 1 is the last step.")] = 1.0,
) -> Conditioning:
    """Let a prompt hold during part of the sampling: one for the composition, another for the details."""
    if start > end:
        raise GraphError(
            "The prompt starts at {start:g}, after its end at {end:g}; exchange them.", start=start, end=end
        )
    return _each(conditioning, lambda c: replace(c, start=start, end=end))


@node("ConditioningZeroOut", title="Zero out", category=CATEGORY, keywords=("empty", "null", "unconditional"))
def conditioning_zero_out(conditioning: TheConditioning) -> Conditioning:
    """Silence a prompt entirely: a negative prompt that says nothing, as some models want it."""
    return _scaled(conditioning, 0.0)


@node("ConditioningMultiply", title="Multiply prompt", category=ARITHMETIC, keywords=("scale", "emphasis"))
def conditioning_multiply(
    conditioning: TheConditioning,
    *,
    factor: Annotated[
        float, Range(-10, 10, 0.01), Help("Above 1 is louder, below 1 quieter, below 0 the opposite.")
    ] = 1.0,
) -> Conditioning:
    """Say a whole prompt louder or quieter: for arithmetic with meanings, or to balance what it is added to."""
    return _scaled(conditioning, factor)


@node(
    "ConditioningAdd",
    title="Add prompts",
    category=ARITHMETIC,
    keywords=("plus", "sum", "meaning", "king queen"),
)
def conditioning_add(
    first: First,
    second: Second,
    *,
    amount: Annotated[float, Range(-10, 10, 0.01), Help("How much of the second is added.")] = 1.0,
) -> Conditioning:
    """Add what one prompt means to another: red house - house + boat is a red boat."""
    other = _single(second, "second")
    return _each(first, lambda c: combined(c, other, lambda a, b: a + amount * b))


@node(
    "ConditioningSubtract",
    title="Subtract prompts",
    category=ARITHMETIC,
    keywords=("minus", "difference", "meaning"),
)
def conditioning_subtract(
    first: First,
    second: Second,
    *,
    amount: Annotated[float, Range(-10, 10, 0.01), Help("How much of the second is taken away.")] = 1.0,
) -> Conditioning:
    """Take what one prompt means from another: what is left is their difference, to add elsewhere."""
    other = _single(second, "second")
    return _each(first, lambda c: combined(c, other, lambda a, b: a - amount * b))


@node(
    "ConditioningInterpolate",
    title="Interpolate prompts",
    category=ARITHMETIC,
    keywords=("slerp", "lerp", "morph"),
)
def conditioning_interpolate(
    first: First,
    second: Second,
    *,
    share: Annotated[float, FRACTION, Help("How far from the first (0) to the second (1).")] = 0.5,
    way: Annotated[
        str,
        Choice(("slerp", "lerp")),
        Help("slerp keeps the strength of the words on the way, lerp goes straight."),
    ] = "slerp",
) -> Conditioning:
    """Travel from one prompt to another, for series and morphs."""
    other = _single(second, "second")
    between = slerp_conditions if way == "slerp" else lerp_conditions
    return _each(first, lambda c: between(c, other, share))


def _each(conditioning: Conditioning, change: Any) -> Conditioning:
    return Conditioning(tuple(change(condition) for condition in conditioning))


def _scaled(conditioning: Conditioning, factor: float) -> Conditioning:
    def scaled(condition: Condition) -> Condition:
        pooled = condition.pooled
        return replace(
            condition, cond=condition.cond * factor, pooled=None if pooled is None else pooled * factor
        )

    return _each(conditioning, scaled)


def _single(conditioning: Conditioning, name: str) -> Condition:
    if len(conditioning) != 1:
        raise GraphError(
            "The {name} conditioning holds {count} prompts, where one is needed; "
            "combine them after this node.",
            name=name,
            count=len(conditioning),
        )
    return conditioning[0]
