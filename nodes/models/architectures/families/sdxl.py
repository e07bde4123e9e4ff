"""SDXL (Podell et al. 2023): base and its offspring, read by CLIP-L and OpenCLIP's ViT-bigG together."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from nodes.models.architectures.family import Facts, Family, LatentFormat, Use, normed
from nodes.models.architectures.key_maps.unet import unet_original
from nodes.models.architectures.unets import build_unet, call_unet, control_unet, unet_part
from nodes.models.files.header import read_floats

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nodes.models.files.parts import Part, Shapes
    from nodes.text_encoders.encode import Encoded

LATENT_SCALE = 0.13025
PLAYGROUND_SCALE = 0.5
REFINER_VECTOR = 2560
LEAST, LARGEST = 0.002, 120.0
"""CosXL's noise levels where the file does not say them."""


def recognise(shapes: Shapes) -> Part | None:
    """A UNet with a size vector that is not the refiner's."""
    part = unet_part(shapes, None)
    if part is None or part.config.get("projection_class_embeddings_input_dim") in (None, REFINER_VECTOR):
        return None
    return part


def facts(part: Part) -> Facts:
    """Noise prediction; tensors of certain names in the file say otherwise.

    `v_pred` and `ztsnr` are those of fine-tunes, `edm_vpred.sigma_max` CosXL's (Stability AI 2024), `edm_mean` and
    `edm_std` those of Playground 2.5 (Li et al. 2024), whose latents have a mean and a spread of their own.
    """
    channels = part.config["out_channels"]
    latent = LatentFormat(channels, LATENT_SCALE)
    levels = None
    v, zero = "v_pred" in part.tensors, "ztsnr" in part.tensors
    space = ("zsnr_v" if zero else "sd2_v") if v else ("zsnr" if zero else "sdxl")
    if "edm_mean" in part.tensors and "edm_std" in part.tensors:
        space = "playground"
        means, spreads = (read_floats(part.tensors[name]) for name in ("edm_mean", "edm_std"))
        if len(means) != channels or len(spreads) != channels or not all(spreads):
            raise ValueError("edm_mean and edm_std do not fit its latents")
        latent = normed(replace(latent, scale=PLAYGROUND_SCALE), means, spreads)
    elif "edm_vpred.sigma_max" in part.tensors:
        # The space of other networks that predict v at any noise level, between levels of its own.
        space = "svd"
        least, largest = (
            _one_float(part, f"edm_vpred.sigma_{end}", usual)
            for end, usual in (("min", LEAST), ("max", LARGEST))
        )
        levels = least, largest
        if not 0 < least < largest < math.inf:
            raise ValueError("edm_vpred.sigma_min and edm_vpred.sigma_max are no range")
    inputs = part.config["in_channels"]
    return Facts("sdxl", latent, space, inputs, raw_beside=inputs == 2 * channels, levels=levels)


def _one_float(part: Part, name: str, usual: float) -> float:
    """The number that a tensor of the file holds, or the usual one where there is none."""
    found = read_floats(part.tensors[name]) if name in part.tensors else []
    return found[0] if len(found) == 1 else usual


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
