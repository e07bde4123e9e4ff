"""Latents: blanks, sizes, mixes, and the way to pictures and back."""

from __future__ import annotations

from collections.abc import Mapping

from nodegraph.formats.comfyui.node_mapping import NodeMapping, Translation

ONE = "samples=latent"
TWO = "samples1=first samples2=second"
METHOD = {"nearest-exact": "nearest", **{name: name for name in ("bilinear", "area", "bicubic", "bislerp")}}
EMPTY = NodeMapping("EmptyLatent", "width height batch_size", "", "latent")

SAME: Mapping[str, Translation] = {
    "EmptyLatentImage": EMPTY,
    "EmptySD3LatentImage": EMPTY,
    "EmptyFlux2LatentImage": EMPTY,
    "LatentUpscale": NodeMapping(
        "LatentScale",
        "upscale_method=method width height crop",
        ONE,
        "latent",
        {"upscale_method": METHOD, "crop": {"disabled": False, "center": True}},
    ),
    "LatentUpscaleBy": NodeMapping(
        "LatentScaleBy", "upscale_method=method scale_by=factor", ONE, "latent", {"upscale_method": METHOD}
    ),
    "LatentComposite": NodeMapping(
        "LatentComposite", "x y feather", "samples_to=latent samples_from=over", "latent"
    ),
    "LatentCompositeMasked": NodeMapping(
        "LatentCompositeMasked", "x y resize_source=resize", "destination=latent source=over mask", "latent"
    ),
    "LatentBlend": NodeMapping("LatentBlend", "blend_factor=share", TWO, "latent"),
    "LatentInterpolate": NodeMapping("LatentInterpolate", "ratio=share", TWO, "latent"),
    "LatentAdd": NodeMapping("LatentAdd", "", TWO, "latent"),
    "LatentSubtract": NodeMapping("LatentSubtract", "", TWO, "latent"),
    "LatentMultiply": NodeMapping("LatentMultiply", "multiplier=factor", ONE, "latent"),
    "LatentCrop": NodeMapping("LatentCrop", "width height x y", ONE, "latent"),
    "LatentFlip": NodeMapping(
        "LatentFlip",
        "flip_method=axis",
        ONE,
        "latent",
        {"flip_method": {"x-axis: vertically": "up-down", "y-axis: horizontally": "left-right"}},
    ),
    "LatentRotate": NodeMapping(
        "LatentRotate",
        "rotation=degrees",
        ONE,
        "latent",
        {"rotation": {"none": "0", "90 degrees": "90", "180 degrees": "180", "270 degrees": "270"}},
    ),
    "LatentBatch": NodeMapping("LatentBatch", "", "samples1=latents samples2=latents", "latent"),
    "LatentFromBatch": NodeMapping("LatentFromBatch", "batch_index=index length", ONE, "latent"),
    "RepeatLatentBatch": NodeMapping("LatentRepeat", "amount", ONE, "latent"),
    "SetLatentNoiseMask": NodeMapping("LatentNoiseMask", "", "samples=latent mask", "latent"),
    "VAEDecode": NodeMapping("VAEDecode", "", "samples=latent vae", "image"),
    "VAEEncode": NodeMapping("VAEEncode", "", "pixels=image vae", "latent"),
    "VAEEncodeForInpaint": NodeMapping(
        "VAEEncodeInpaint", "grow_mask_by=grow", "pixels=image vae mask", "latent"
    ),
    "VAEDecodeTiled": NodeMapping(
        "VAEDecodeTiled",
        "tile_size=tile overlap temporal_size= temporal_overlap=",
        "samples=latent vae",
        "image",
        fixed={"tilings": "three"},
    ),
    "VAEEncodeTiled": NodeMapping(
        "VAEEncodeTiled",
        "tile_size=tile overlap temporal_size= temporal_overlap=",
        "pixels=image vae",
        "latent",
        fixed={"tilings": "three"},
    ),
    "SaveLatent": NodeMapping("SaveLatent", "filename_prefix=prefix", ONE),
    "LoadLatent": NodeMapping("LoadLatent", "latent=file", "", "latent"),
}
