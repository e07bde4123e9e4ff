"""Stable Diffusion 2.x: the UNet of 1.x with linear projections, read by OpenCLIP's ViT-H."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodes.models.family import Facts, Family, LatentFormat, Use
from nodes.models.keys.unet import unet_original
from nodes.models.unets import build_unet, call_unet, control_unet, only, unet_part

if TYPE_CHECKING:
    from nodes.models.parts import Part, Shapes


def recognise(shapes: Shapes) -> Part | None:
    """A UNet with linear projections and without a size vector."""
    part = unet_part(shapes, None)
    if part is None or not part.config["use_linear_projection"] or "addition_embed_type" in part.config:
        return None
    return part


def facts(part: Part) -> Facts:
    """Noise prediction; that a file predicts v instead no shape tells."""
    channels = part.config["out_channels"]
    return Facts("sd2", LatentFormat(channels), "sd2", part.config["in_channels"])


FAMILY = Family(
    name="sd2",
    title="Stable Diffusion 2.x",
    recognise=recognise,
    facts=facts,
    build=build_unet,
    call=call_unet,
    control=control_unet,
    original=unet_original,
    repeats=True,
    encoders=(
        Use("clip_h", "text_encoder", ("cond_stage_model.model.", "cond_stage_model."), layer=-2, pad=0),
    ),
    join=only("clip_h"),
)
