"""How a model's guidance works, as a change of the model: any sampler then follows it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from nodegraph import Advanced, GraphError, Help, Range, node
from nodes.guidance.guiders import PREFIX
from nodes.types import Model, Scalar

TheModel = Annotated[Model, Help("The model; it stays as it is, the result guides differently.")]
CATEGORY = "model/guidance"
INTERVAL = ("start", "end")


def with_options(model: Model, **options: Scalar) -> Model:
    """The model with options set, each in the place of one of the same name."""
    kept = tuple((name, value) for name, value in model.options if name not in options)
    return replace(model, options=(*kept, *options.items()))


def with_method(model: Model, method: str, **settings: float) -> Model:
    """The model with another way to join the two sides of guidance; its interval is kept."""
    interval = tuple(PREFIX + name for name in INTERVAL)
    others = tuple((n, v) for n, v in model.options if n in interval or not n.startswith(PREFIX))
    given = tuple((PREFIX + name, value) for name, value in settings.items())
    return replace(model, options=(*others, (PREFIX + "method", method), *given))


@node(
    "GuidanceRescale",
    title="Rescaled guidance",
    category=CATEGORY,
    keywords=("cfg", "rescale", "overexposed"),
)
def guidance_rescale(
    model: TheModel,
    *,
    share: Annotated[
        float, Range(0, 1, 0.01), Help("How much contrast is taken back; 0 nothing, 0.7 is usual.")
    ] = 0.7,
) -> Model:
    """Take back the burnt contrast that a high cfg brings. For models of the v and zero-SNR kind, it is a must."""
    return with_method(model, "rescale", share=share)


@node(
    "GuidanceAPG",
    title="Adaptive projected guidance",
    category=CATEGORY,
    keywords=("apg", "cfg", "saturation"),
)
def guidance_apg(
    model: TheModel,
    *,
    parallel: Annotated[
        float,
        Range(-10, 10, 0.01),
        Help("How much of the part that only saturates is kept; 1 is plain guidance."),
    ] = 0.0,
    longest: Annotated[
        float, Range(0, 100, 0.1), Help("The largest push in one step; 0 sets no limit.")
    ] = 15.0,
    momentum: Annotated[
        float, Range(-1, 1, 0.01), Help("Below 0 pushes against what the last steps did, which calms.")
    ] = -0.5,
    by_whole_cfg: Annotated[
        bool, Advanced(), Help("On pushes by cfg, as ComfyUI does; off by cfg - 1, as in the paper.")
    ] = False,
) -> Model:
    """Follow the prompt strongly without oversaturated colours: guidance without its part along the picture."""
    more = {"extra": 1.0} if by_whole_cfg else {}
    return with_method(model, "apg", parallel=parallel, longest=longest, momentum=momentum, **more)


@node(
    "GuidanceNorm", title="Normed guidance", category=CATEGORY, keywords=("cfg norm", "qwen", "edit", "limit")
)
def guidance_norm(
    model: TheModel,
    *,
    strength: Annotated[
        float, Range(0, 100, 0.01), Help("By what the result is multiplied; 1 leaves it as it is.")
    ] = 1.0,
) -> Model:
    """Keep guidance from making any place stronger than the prompt alone would: calmer edits with Qwen-Image."""
    return with_method(model, "norm", strength=strength)


@node("GuidanceThreshold", title="Dynamic thresholding", category=CATEGORY, keywords=("cfg", "mimic", "clip"))
def guidance_threshold(
    model: TheModel,
    *,
    mimic_scale: Annotated[float, Range(0, 100, 0.1), Help("The cfg whose range of values is kept.")] = 7.0,
    percentile: Annotated[
        float, Range(0.5, 1, 0.001), Help("How many of the values count; the rest is cut off.")
    ] = 0.995,
) -> Model:
    """Use a very high cfg with the colours of a moderate one: values are bent back into its range."""
    return with_method(model, "threshold", mimic_scale=mimic_scale, percentile=percentile)


@node("GuidanceZeroStar", title="CFG-Zero*", category=CATEGORY, keywords=("cfg zero", "flow", "flux", "sd3"))
def guidance_zero_star(
    model: TheModel,
    *,
    still: Annotated[int, Range(0, 10), Help("At how many first steps the picture waits; 1 is usual.")] = 1,
) -> Model:
    """Better first steps for flow models such as Stable Diffusion 3: both sides are fitted, then compared."""
    return with_method(model, "zero_star", still=float(still))


@node(
    "GuidanceInterval",
    title="Guidance interval",
    category=CATEGORY,
    keywords=("cfg", "range", "limit", "faster"),
)
def guidance_interval(
    model: TheModel,
    *,
    start: Annotated[
        float, Range(0, 1, 0.01), Help("When guidance sets in, as a share of the sampling.")
    ] = 0.2,
    end: Annotated[
        float, Range(0, 1, 0.01), Help("When it stops; without it, steps take half the time.")
    ] = 0.8,
) -> Model:
    """Guide only in the middle of the sampling: more variety, natural colours, and less time."""
    if start > end:
        raise GraphError(
            "Guidance starts at {start:g}, after its end at {end:g}; exchange them.", start=start, end=end
        )
    return with_options(model, **{PREFIX + "start": start, PREFIX + "end": end})
