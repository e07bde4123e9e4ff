"""The refiner of SDXL: conditioned on an aesthetic score, read by OpenCLIP's ViT-bigG alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodes.models.architectures.families.sdxl import LATENT_SCALE, REFINER_VECTOR
from nodes.models.architectures.family import Facts, Family, LatentFormat, Use
from nodes.models.architectures.key_maps.unet import unet_original
from nodes.models.architectures.unets import build_unet, call_unet, control_unet, only, unet_part

if TYPE_CHECKING:
    from nodes.models.files.parts import Part, Shapes


def recognise(shapes: Shapes) -> Part | None:
    """A UNet with the refiner's shorter size vector."""
    part = unet_part(shapes, None)
    if part is None or part.config.get("projection_class_embeddings_input_dim") != REFINER_VECTOR:
        return None
    return part


def facts(part: Part) -> Facts:
    """Noise prediction on SDXL's latents."""
    latent = LatentFormat(part.config["out_channels"], LATENT_SCALE)
    return Facts("sdxl_refiner", latent, "sdxl", part.config["in_channels"])


FAMILY = Family(
    name="sdxl_refiner",
    title="SDXL refiner",
    tiny="taesdxl",
    recognise=recognise,
    facts=facts,
    build=build_unet,
    call=call_unet,
    control=control_unet,
    original=unet_original,
    repeats=True,
    encoders=(
        Use(
            "clip_g",
            "text_encoder_2",
            ("conditioner.embedders.0.model.",),
            layer=-2,
            norm=False,
            pad=0,
            projected=True,
        ),
    ),
    join=only("clip_g"),
)
