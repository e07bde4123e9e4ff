"""Stable Diffusion 1.x (Rombach et al. 2022), with its inpainting and instruction variants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodes.models.architectures.family import Facts, Family, LatentFormat, Use
from nodes.models.architectures.key_maps.unet import unet_original
from nodes.models.architectures.unets import build_unet, call_unet, control_unet, only, unet_part

if TYPE_CHECKING:
    from nodes.models.files.parts import Part, Shapes

HEADS = 8


def recognise(shapes: Shapes) -> Part | None:
    """A UNet whose transformers begin with a convolution, and without a size vector."""
    part = unet_part(shapes, HEADS)
    if part is None or part.config["use_linear_projection"] or "addition_embed_type" in part.config:
        return None
    return part


def facts(part: Part) -> Facts:
    """Noise prediction on latents of four channels."""
    channels = part.config["out_channels"]
    inputs = part.config["in_channels"]
    return Facts("sd1", LatentFormat(channels), "sd15", inputs, raw_beside=inputs == 2 * channels)


FAMILY = Family(
    name="sd1",
    title="Stable Diffusion 1.x",
    tiny="taesd",
    side=512,
    recognise=recognise,
    facts=facts,
    build=build_unet,
    call=call_unet,
    control=control_unet,
    original=unet_original,
    repeats=True,
    encoders=(Use("clip_l", "text_encoder", ("cond_stage_model.transformer.", "cond_stage_model.")),),
    join=only("clip_l"),
)
