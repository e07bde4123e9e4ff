"""Guidance by a weakened network, and a network bent for better pictures: changes of the model, for any sampler."""

from __future__ import annotations

from typing import Annotated

from nodegraph import Advanced, Choice, GraphError, Help, Range, node
from nodes.definitions.guidance import CATEGORY, with_options
from nodes.guidance.network_blocks import MIDDLE, numbers
from nodes.guidance.weakened_network import FREEU, PERTURBED, SELF, SKIP
from nodes.types import Model, Scalar

TheModel = Annotated[Model, Help("The model; it stays as it is, and shares its weights with the result.")]
Layers = Annotated[
    str, Help("Which blocks, counted from 0 and divided by commas; in a UNet also the word middle.")
]


def with_extra(model: Model, prefix: str, **options: Scalar) -> Model:
    """The model with the options of one of these nodes, in the place of those of an earlier one."""
    return with_options(model, **{prefix + name: value for name, value in options.items()})


def checked(layers: str) -> str:
    """Names of blocks, if they can be some; else GraphError."""
    return layers if layers.strip() == MIDDLE else ", ".join(map(str, numbers(layers)))


@node(
    "GuidanceSkipLayer",
    title="Skip-layer guidance",
    category=CATEGORY,
    keywords=("slg", "sd3.5", "anatomy", "layers"),
)
def guidance_skip_layer(
    model: TheModel,
    *,
    layers: Layers = "7, 8, 9",
    single: Annotated[
        str, Advanced(), Help("Which of Flux's later, single blocks; other models have none.")
    ] = "",
    scale: Annotated[
        float, Range(0, 10, 0.1), Help("How far to move away from the answer with fewer blocks; 0 is off.")
    ] = 3.0,
    start: Annotated[float, Range(0, 1, 0.001), Help("When it sets in, as a share of the sampling.")] = 0.01,
    end: Annotated[
        float, Range(0, 1, 0.001), Help("When it stops; early, for it is about anatomy and composition.")
    ] = 0.15,
    rescale: Annotated[
        float, Range(0, 1, 0.01), Advanced(), Help("How much contrast is taken back before; 0 nothing.")
    ] = 0.0,
) -> Model:
    """Steadier bodies and hands: asks again with some blocks left out, and moves away from what came out worse.

    Known from Stable Diffusion 3.5 Medium; Hyung et al. 2024 have the idea for video. It costs a network call in
    each step while it is on.
    """
    if start > end:
        raise GraphError(
            "Skip-layer guidance starts at {start:g}, after its end at {end:g}; exchange them.",
            start=start,
            end=end,
        )
    found = checked(layers), checked(single)
    return with_extra(
        model, SKIP, layers=found[0], single=found[1], scale=scale, start=start, end=end, rescale=rescale
    )


@node(
    "GuidancePerturbedAttention",
    title="Perturbed attention guidance",
    category=CATEGORY,
    keywords=("pag", "structure", "sharper"),
)
def guidance_perturbed_attention(
    model: TheModel,
    *,
    scale: Annotated[
        float, Range(0, 100, 0.01), Help("How far to move away from the incoherent answer; 0 is off.")
    ] = 3.0,
    layers: Layers = "middle",
) -> Model:
    """Clearer structure, even without a prompt: asks again with places that cannot see each other, and moves away.

    Ahn et al. 2024, for UNets; in Stable Diffusion 3 and Flux name blocks by number. It costs a network call in
    each step.
    """
    return with_extra(model, PERTURBED, scale=scale, layers=checked(layers))


@node(
    "GuidanceSelfAttention",
    title="Self-attention guidance",
    category=CATEGORY,
    keywords=("sag", "detail", "sharper"),
)
def guidance_self_attention(
    model: TheModel,
    *,
    scale: Annotated[
        float, Range(-2, 5, 0.01), Help("How far to move away from the blurred answer; 0 is off.")
    ] = 0.5,
    blur: Annotated[float, Range(0, 10, 0.1), Help("How strong the blur is, in latent pixels.")] = 2.0,
) -> Model:
    """Finer detail where the network looks: blurs those places, asks again, and moves away from the blurred answer.

    Hong et al. 2022, for Stable Diffusion 1, 2 and XL. It costs a network call in each step.
    """
    return with_extra(model, SELF, scale=scale, blur=blur)


@node("FreeU", title="FreeU", category=CATEGORY, keywords=("backbone", "skip", "free", "quality"))
def freeu(
    model: TheModel,
    *,
    version: Annotated[
        str, Choice(("2", "1")), Help("2 follows the picture's content, 1 treats all of it alike.")
    ] = "2",
    b1: Annotated[
        float, Range(0, 10, 0.01), Help("How loud the coarsest features are; above 1 is steadier forms.")
    ] = 1.3,
    b2: Annotated[float, Range(0, 10, 0.01), Help("How loud the next finer features are.")] = 1.4,
    s1: Annotated[
        float, Range(0, 10, 0.01), Help("How loud coarse shading from the input is; below 1 is less haze.")
    ] = 0.9,
    s2: Annotated[float, Range(0, 10, 0.01), Help("The same for the next finer level.")] = 0.2,
    levels: Annotated[
        str,
        Choice(("widest two", "by first level")),
        Advanced(),
        Help("Which levels are meant; by first level is ComfyUI's way, and differs for unusual networks."),
    ] = "widest two",
) -> Model:
    """Steadier forms and cleaner details at no cost, by rebalancing what a UNet knows against what it copies.

    Si et al. 2023, for Stable Diffusion 1, 2 and XL. Good values: 1.3, 1.4, 0.9, 0.2.
    """
    by_first = levels == "by first level"
    return with_extra(
        model, FREEU, adaptive=version == "2", b1=b1, b2=b2, s1=s1, s2=s2, by_first_level=by_first
    )
