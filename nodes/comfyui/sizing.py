"""Sizes of pictures, and pictures gathered, parted and laid into each other."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nodegraph.formats.comfyui.node_mapping import (
    Converted,
    NodeMapping,
    Part,
    Translation,
    Untranslatable,
    read_widgets,
)
from nodegraph.formats.comfyui.source_graph import SourceNode
from nodes.comfyui.pictures import SAMPLED

METHOD = {"upscale_method": SAMPLED}
COLORS = {
    "white": "#ffffff", "black": "#000000", "red": "#ff0000", "green": "#00ff00", "blue": "#0000ff",
}  # fmt: skip
RESIZE = {
    "scale by multiplier": ("ImageScaleBy", {"multiplier": "factor"}, {}),
    "scale longer dimension": ("ImageScaleToSide", {"longer_size": "length"}, {"side": "longer"}),
    "scale shorter dimension": ("ImageScaleToSide", {"shorter_size": "length"}, {"side": "shorter"}),
    "scale width": ("ImageScaleToSide", {"width": "length"}, {"side": "width"}),
    "scale height": ("ImageScaleToSide", {"height": "length"}, {"side": "height"}),
    "scale total pixels": ("ImageScaleToPixels", {"megapixels": "megapixels"}, {}),
    "scale dimensions": ("ImageResize", {"width": "width", "height": "height", "crop": "fit"}, {}),
}
"""ResizeImageMaskNode's ways: our node, its widgets in their order, and what follows from the way."""


def _resize(old: SourceNode) -> Converted:
    """One node with many ways to resize: here they are nodes of their own."""
    values, _ = read_widgets(old, "resize_type")
    way = values.get("resize_type", "scale dimensions")
    if way not in RESIZE:
        raise Untranslatable(f"its way to resize, {way!r}, has no equal")
    if old.input_types.get("input", "IMAGE") == "MASK" or old.output_types == ("MASK",):
        raise Untranslatable("resizing a mask this way has no equal")
    kind, names, fixed = RESIZE[str(way)]
    words = " ".join(f"resize_type.{theirs}={ours}" for theirs, ours in names.items())
    plain = NodeMapping(
        kind,
        f"resize_type= {words} scale_method=method",
        "input=image",
        "image",
        {"scale_method": SAMPLED, "resize_type.crop": {"disabled": "stretch", "center": "crop"}},
        fixed,
    )
    return plain(old)


def _proportions(old: SourceNode) -> Converted:
    """A size chosen by proportions, which stand in the text before words in brackets."""
    values, _ = read_widgets(old, "aspect_ratio megapixels multiple")
    found = re.match(r"\d+:\d+", str(values.get("aspect_ratio", "1:1")))
    if found is None:
        raise Untranslatable(f"the proportions {values['aspect_ratio']!r} are of a kind that has no equal")
    params = {"proportions": found[0], "megapixels": values.get("megapixels", 1.0)}
    params["multiple"] = values.get("multiple", 8)
    ports = {name: (("", name),) for name in ("megapixels", "multiple")}
    return Converted({"": Part("SizeFromProportions", params)}, ports, (("", "width"), ("", "height")))


def _gathered(kind: str, prefix: str, ours: str, output: str) -> Translation:
    """A node with as many numbered inputs as are linked, which all lead to one of ours."""

    def translate(old: SourceNode) -> Converted:
        names = [name for name in {**old.input_types, **old.links} if name.startswith(prefix)]
        names.sort(key=lambda name: int(digits[0]) if (digits := re.findall(r"\d+", name)) else 0)
        return Converted({"": Part(kind)}, dict.fromkeys(names, (("", ours),)), (("", output),))

    return translate


def _mask_preview(old: SourceNode) -> Converted:
    """Masks are shown as pictures."""
    shown = Part("PreviewImage", {}, {"image": (("picture", "image"),)})
    return Converted({"": shown, "picture": Part("MaskToImage")}, {"mask": (("picture", "mask"),)}, ("mask",))


def _compare(old: SourceNode) -> Converted:
    """Two pictures with a slider between: here they are shown beside each other."""
    parts = {"": Part("PreviewImage", {}, {"image": (("grid", "image"),)}), "grid": Part("ImageGrid")}
    ports = dict.fromkeys(("image_a", "image_b"), (("grid", "images"),))
    return Converted(parts, ports, ("image_a",), ("the two pictures are shown beside each other",))


def _save(old: SourceNode) -> Converted:
    """A save node whose further widgets depend on the format."""
    values, _ = read_widgets(old, "filename_prefix format")
    kind = str(values.get("format", "png")).lower()
    formats = {"png": "png", "jpg": "jpeg", "jpeg": "jpeg", "webp": "webp"}
    params = {"prefix": values.get("filename_prefix", "picture"), "format": formats.get(kind, "png")}
    depth = old.values.get("format.bit_depth", (*old.listed, "", "", "")[2])
    remarks = [f"it is saved as png, the format {kind} has no equal"] if kind not in formats else []
    remarks += ["it is saved with 8 bits a colour"] if depth not in ("", "8-bit", None) else []
    ports = {"images": (("", "image"),), "filename_prefix": (("", "prefix"),)}
    return Converted({"": Part("SaveImage", params)}, ports, ("images",), tuple(remarks))


SAME: Mapping[str, Translation] = {
    "GetImageSize": NodeMapping("ImageSize", "", "image", "width height pictures"),
    "GetImageSize+": NodeMapping("ImageSize", "", "image", "width height pictures"),
    "ResolutionSelector": _proportions,
    "ImageScaleBy": NodeMapping(
        "ImageScaleBy", "upscale_method=method scale_by=factor", "image", "image", METHOD
    ),
    "ImageScaleToTotalPixels": NodeMapping(
        "ImageScaleToPixels",
        "upscale_method=method megapixels resolution_steps=multiple",
        "image",
        "image",
        METHOD,
    ),
    "ImageScaleToMaxDimension": NodeMapping(
        "ImageScaleToSide", "upscale_method=method largest_size=length", "image", "image", METHOD
    ),
    "ResizeImageMaskNode": _resize,
    "FluxKontextImageScale": NodeMapping("ImageScaleForKontext", "", "image", "image"),
    "ImageCrop": NodeMapping("ImageCrop", "width height x y", "image", "image"),
    "CropMask": NodeMapping("MaskCrop", "x y width height", "mask", "mask"),
    "ImageBatch": NodeMapping("ImageBatch", "", "image1=images image2=images", "image"),
    "BatchImagesNode": _gathered("ImageBatch", "images.", "images", "image"),
    "BatchLatentsNode": _gathered("LatentBatch", "latents.", "latents", "latent"),
    "ImageFromBatch": NodeMapping("ImageFromBatch", "batch_index=index length", "image", "image"),
    "RepeatImageBatch": NodeMapping("ImageRepeat", "amount", "image", "image"),
    "ImageStitch": NodeMapping(
        "ImageStitch",
        "direction=side match_image_size=match_size spacing_width=gap spacing_color=color",
        "image1=image image2=beside",
        "image",
        {"spacing_color": COLORS},
    ),
    "ImageCompositeMasked": NodeMapping(
        "ImageComposite", "x y resize_source=fit", "destination=image source=over mask", "image"
    ),
    "SplitImageWithAlpha": NodeMapping("ImageSplitAlpha", "", "image", "image mask"),
    "JoinImageWithAlpha": NodeMapping("ImageJoinAlpha", "", "image alpha=mask", "image"),
    "FeatherMask": NodeMapping("MaskFeather", "left top right bottom", "mask", "mask"),
    "MaskComposite": NodeMapping("MaskComposite", "x y operation", "destination=mask source=over", "mask"),
    "MaskPreview": _mask_preview,
    "MaskPreview+": _mask_preview,
    "ImageCompare": _compare,
    "Image Comparer (rgthree)": _compare,
    "SaveImageAdvanced": _save,
}
