"""Latents: blanks, sizes, mixes, and the way to pictures and back."""

from __future__ import annotations

from collections.abc import Mapping

from nodegraph.formats.comfyui.node_mapping import Same, Translation

ONE = "samples=latent"
TWO = "samples1=first samples2=second"
METHOD = {"nearest-exact": "nearest", **{name: name for name in ("bilinear", "area", "bicubic", "bislerp")}}
EMPTY = Same("EmptyLatent", "width height batch_size", "", "latent")

SAME: Mapping[str, Translation] = {
    "EmptyLatentImage": EMPTY,
    "EmptySD3LatentImage": EMPTY,
    "EmptyFlux2LatentImage": EMPTY,
    "LatentUpscale": Same(
        "LatentScale",
        "upscale_method=method width height crop",
        ONE,
        "latent",
        {"upscale_method": METHOD, "crop": {"disabled": False, "center": True}},
    ),
    "LatentUpscaleBy": Same(
        "LatentScaleBy", "upscale_method=method scale_by=factor", ONE, "latent", {"upscale_method": METHOD}
    ),
    "LatentComposite": Same(
        "LatentComposite", "x y feather", "samples_to=latent samples_from=over", "latent"
    ),
    "LatentCompositeMasked": Same(
        "LatentCompositeMasked", "x y resize_source=resize", "destination=latent source=over mask", "latent"
    ),
    "LatentBlend": Same("LatentBlend", "blend_factor=share", TWO, "latent"),
    "LatentInterpolate": Same("LatentInterpolate", "ratio=share", TWO, "latent"),
    "LatentAdd": Same("LatentAdd", "", TWO, "latent"),
    "LatentSubtract": Same("LatentSubtract", "", TWO, "latent"),
    "LatentMultiply": Same("LatentMultiply", "multiplier=factor", ONE, "latent"),
    "LatentCrop": Same("LatentCrop", "width height x y", ONE, "latent"),
    "LatentFlip": Same(
        "LatentFlip",
        "flip_method=axis",
        ONE,
        "latent",
        {"flip_method": {"x-axis: vertically": "up-down", "y-axis: horizontally": "left-right"}},
    ),
    "LatentRotate": Same(
        "LatentRotate",
        "rotation=degrees",
        ONE,
        "latent",
        {"rotation": {"none": "0", "90 degrees": "90", "180 degrees": "180", "270 degrees": "270"}},
    ),
    "LatentBatch": Same("LatentBatch", "", "samples1=latents samples2=latents", "latent"),
    "LatentFromBatch": Same("LatentFromBatch", "batch_index=index length", ONE, "latent"),
    "RepeatLatentBatch": Same("LatentRepeat", "amount", ONE, "latent"),
    "SetLatentNoiseMask": Same("LatentNoiseMask", "", "samples=latent mask", "latent"),
    "VAEDecode": Same("VAEDecode", "", "samples=latent vae", "image"),
    "VAEEncode": Same("VAEEncode", "", "pixels=image vae", "latent"),
    "VAEEncodeForInpaint": Same("VAEEncodeInpaint", "grow_mask_by=grow", "pixels=image vae mask", "latent"),
    "VAEDecodeTiled": Same(
        "VAEDecodeTiled",
        "tile_size=tile overlap temporal_size= temporal_overlap=",
        "samples=latent vae",
        "image",
        fixed={"tilings": "three"},
    ),
    "VAEEncodeTiled": Same(
        "VAEEncodeTiled",
        "tile_size=tile overlap temporal_size= temporal_overlap=",
        "pixels=image vae",
        "latent",
        fixed={"tilings": "three"},
    ),
    "SaveLatent": Same("SaveLatent", "filename_prefix=prefix", ONE),
    "LoadLatent": Same("LoadLatent", "latent=file", "", "latent"),
}
