"""SDXL (Podell et al. 2023): base and its offspring, read by CLIP-L and OpenCLIP's ViT-bigG together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodes.models.architectures.family import Facts, Family, LatentFormat, Use
from nodes.models.architectures.key_maps.unet import unet_original
from nodes.models.architectures.unets import build_unet, call_unet, control_unet, unet_part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nodes.models.files.parts import Part, Shapes
    from nodes.text_encoders.encode import Encoded

LATENT_SCALE = 0.13025
REFINER_VECTOR = 2560


def recognise(shapes: Shapes) -> Part | None:
    """A UNet with a size vector that is not the refiner's."""
    part = unet_part(shapes, None)
    if part is None or part.config.get("projection_class_embeddings_input_dim") in (None, REFINER_VECTOR):
        return None
    return part


def facts(part: Part) -> Facts:
    """Noise prediction; tensors named `v_pred` and `ztsnr` in the file say otherwise."""
    latent = LatentFormat(part.config["out_channels"], LATENT_SCALE)
    v, zero = "v_pred" in part.tensors, "ztsnr" in part.tensors
    space = ("zsnr_v" if zero else "sd2_v") if v else ("zsnr" if zero else "sdxl")
    inputs = part.config["in_channels"]
    return Facts("sdxl", latent, space, inputs, raw_beside=inputs == 2 * latent.channels)


def join(said: Mapping[str, Encoded]) -> Encoded:
    """Both encoders' features side by side; pooled from the second."""
    from nodes.text_encoders.encode import join_sdxl

    return join_sdxl(said["clip_l"], said["clip_g"])


FAMILY = Family(
    name="sdxl",
    title="SDXL",
    tiny="taesdxl",
    recognise=recognise,
    facts=facts,
    build=build_unet,
    call=call_unet,
    control=control_unet,
    original=unet_original,
    repeats=True,
    encoders=(
        Use("clip_l", "text_encoder", ("conditioner.embedders.0.transformer.",), layer=-2, norm=False),
        Use(
            "clip_g",
            "text_encoder_2",
            ("conditioner.embedders.1.model.", "conditioner.embedders.1.transformer."),
            layer=-2,
            norm=False,
            pad=0,
            projected=True,
        ),
    ),
    join=join,
)
