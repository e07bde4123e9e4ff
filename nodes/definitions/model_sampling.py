"""How a model understands noise, where its file does not say or an artist wants it otherwise."""

from __future__ import annotations

from typing import Annotated

from nodegraph import Choice, Help, Range, node
from nodes.definitions.guidance import TheModel, with_options
from nodes.types import Model

KINDS = ("eps", "v", "x0", "edm", "lcm", "image")
CATEGORY = "model/sampling"


@node(
    "ModelSamplingDiscrete",
    title="Model sampling (discrete)",
    category=CATEGORY,
    keywords=("v prediction", "zsnr"),
)
def model_sampling_discrete(
    model: TheModel,
    *,
    prediction: Annotated[
        str,
        Choice(KINDS),
        Help("What the network predicts: eps for most, v where a model says so, lcm if distilled."),
    ] = "eps",
    zero_snr: Annotated[bool, Help("On for models trained down to pure noise (zero terminal SNR).")] = False,
) -> Model:
    """Say how a model of the Stable Diffusion 1, 2 or XL kind was trained, where its pictures are grey or noisy."""
    return with_options(model, prediction=prediction, zsnr=zero_snr)


@node(
    "ModelSamplingShift",
    title="Model sampling (shift)",
    category=CATEGORY,
    keywords=("sd3", "flow", "auraflow"),
)
def model_sampling_shift(
    model: TheModel,
    *,
    shift: Annotated[
        float,
        Range(0.01, 100, 0.01),
        Help("Higher spends more steps on the composition; large pictures want more."),
    ] = 3.0,
) -> Model:
    """Move a flow model's steps towards composition or towards detail (Stable Diffusion 3, AuraFlow)."""
    return with_options(model, shift=shift)


@node(
    "ModelSamplingFlux", title="Model sampling (Flux)", category=CATEGORY, keywords=("flux", "shift", "size")
)
def model_sampling_flux(
    model: TheModel,
    *,
    max_shift: Annotated[float, Range(0, 100, 0.01), Help("The shift for a picture of 1024 x 1024.")] = 1.15,
    base_shift: Annotated[float, Range(0, 100, 0.01), Help("The shift for a picture of 256 x 256.")] = 0.5,
    width: Annotated[int, Range(16, 16384, 8), Help("Width of the picture in pixels.")] = 1024,
    height: Annotated[int, Range(16, 16384, 8), Help("Height of the picture in pixels.")] = 1024,
) -> Model:
    """Fit Flux's steps to the size of the picture, as its makers do: small pictures get more steps for detail."""
    slope = (max_shift - base_shift) / (4096 - 256)
    return with_options(model, mu=(width * height / 256) * slope + base_shift - 256 * slope)
