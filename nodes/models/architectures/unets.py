"""What the families around the UNet of Rombach et al. (2022) share: making, conditioning and calling it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodes.models.architectures.key_maps.unet import unet_config, unet_pieces
from nodes.models.diffusers_classes import diffusers_class
from nodes.models.files.parts import Part, same, shapes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor, nn

    from nodes.models.architectures.family import Inputs
    from nodes.models.files.parts import Shapes
    from nodes.text_encoders.encode import Encoded


FINER, POORER = 6.0, 2.5
"""The aesthetic scores that the refiner is told where nothing is said, and on the negative side."""


def unet_part(shapes: Shapes, heads: int | None) -> Part | None:
    """The UNet in a bare network of original or diffusers names; None if it is another network."""
    if "input_blocks.0.0.weight" in shapes and "out.2.weight" in shapes:
        pieces = unet_pieces(shapes)
    elif "conv_in.weight" in shapes and "down_blocks.0.resnets.0.conv1.weight" in shapes:
        pieces = same(shapes)
    else:
        return None
    return Part("network", unet_config(shapes_of(pieces, shapes), heads), pieces)


def build_unet(config: Mapping[str, Any]) -> nn.Module:
    """diffusers' UNet2DConditionModel."""
    UNet2DConditionModel = diffusers_class("unets.unet_2d_condition", "UNet2DConditionModel")

    network: nn.Module = UNet2DConditionModel.from_config(dict(config))
    return network


def call_unet(network: nn.Module, inputs: Inputs) -> Tensor:
    """Run the UNet."""
    output: Tensor = network(
        inputs.x,
        inputs.time,
        inputs.context,
        added_cond_kwargs=added(network, inputs),
        return_dict=False,
        **inputs.residuals,
    )[0]
    return output


def added(network: nn.Module, inputs: Inputs) -> dict[str, Tensor] | None:
    """The size vector of SDXL: height, width, crop from the top and left, target height and width.

    The refiner has an aesthetic score in place of the target. What conditions leave out follows the latent.
    """
    config: Any = network.config
    if config.addition_embed_type != "text_time" or inputs.pooled is None:
        return None
    import torch

    count = (
        config.projection_class_embeddings_input_dim - inputs.pooled.shape[1]
    ) // config.addition_time_embed_dim
    sides = inputs.x.shape[-2] * 8, inputs.x.shape[-1] * 8
    ids = torch.tensor([size_ids(extras, *sides, count) for extras in inputs.extras], dtype=torch.float32)
    share = inputs.x.shape[0] // len(inputs.extras)
    return {"text_embeds": inputs.pooled, "time_ids": ids.repeat_interleave(share, 0).to(inputs.x.device)}


def size_ids(extras: Mapping[str, Any], height: float, width: float, count: int) -> list[float]:
    """The numbers of a condition's size vector, six for the base network and five for the refiner.

    `height` and `width`, in pixels, stand in for those that it does not name.
    """
    height, width = float(extras.get("height", height)), float(extras.get("width", width))
    crops = [float(extras.get("crop_h", 0)), float(extras.get("crop_w", 0))]
    if count == 5:
        usual = POORER if extras.get("side") == "negative" else FINER
        return [height, width, *crops, float(extras.get("aesthetic_score", usual))]
    target = [float(extras.get("target_height", height)), float(extras.get("target_width", width))]
    return [height, width, *crops, *target]


def control_unet(network: nn.Module, inputs: Inputs, hint: Tensor, strength: float) -> dict[str, Any]:
    """What a ControlNet adds to the UNet's skips; `hint` is `[B, 3, H, W]`, 0..1."""
    down, middle = network(
        inputs.x,
        inputs.time,
        inputs.context,
        controlnet_cond=hint,
        conditioning_scale=strength,
        added_cond_kwargs=added(network, inputs),
        return_dict=False,
    )
    return {"down_block_additional_residuals": tuple(down), "mid_block_additional_residual": middle}


def only(kind: str) -> Any:
    """Joining for families with one encoder: what it said."""

    def join(said: Mapping[str, Encoded]) -> Encoded:
        return said[kind]

    return join
