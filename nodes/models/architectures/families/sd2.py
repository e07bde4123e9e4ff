"""Stable Diffusion 2.x: the UNet of 1.x with linear projections, read by OpenCLIP's ViT-H."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from nodes.models.architectures.family import Facts, Family, LatentFormat, Use
from nodes.models.architectures.key_maps.unet import unet_original
from nodes.models.architectures.unets import build_unet, call_unet, control_unet, only, unet_part
from nodes.models.files.header import read_floats

if TYPE_CHECKING:
    from nodes.models.files.parts import Part, Shapes


TELLING = "up_blocks.3.attentions.2.transformer_blocks.0.norm1.bias"
WIDE = 0.09


def recognise(shapes: Shapes) -> Part | None:
    """A UNet with linear projections and without a size vector."""
    part = unet_part(shapes, None)
    if part is None or not part.config["use_linear_projection"] or "addition_embed_type" in part.config:
        return None
    return part


def facts(part: Part) -> Facts:
    """Noise prediction, or v; which of them no name or shape tells."""
    channels = part.config["out_channels"]
    space = "sd2_v" if predicts_v(part) else "sd2"
    return Facts("sd2", LatentFormat(channels), space, part.config["in_channels"])


def predicts_v(part: Part) -> bool:
    """Whether the last transformer's first norm has the wide biases that networks trained on v have."""
    piece = part.pieces.get(TELLING)
    info = part.tensors.get(piece.name) if piece else None
    biases = read_floats(info) if info else []
    return len(biases) > 1 and statistics.stdev(biases) > WIDE


FAMILY = Family(
    name="sd2",
    title="Stable Diffusion 2.x",
    tiny="taesd",
    side=768,
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
