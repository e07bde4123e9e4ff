"""Pictures and masks."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from nodegraph.formats.comfyui.node_mapping import (
    BothWays,
    Converted,
    End,
    NodeMapping,
    Part,
    Translation,
    Untranslatable,
    read_widgets,
)
from nodegraph.formats.comfyui.source_graph import SourceNode
from nodes.comfyui.loading import file_name

METHOD = {"nearest-exact": "nearest", **{name: name for name in ("bilinear", "area", "bicubic", "lanczos")}}


def _solid_mask_back(held: Mapping[str, Any], linked: frozenset[str]) -> Mapping[str, Any] | None:
    """A rectangle that fills its mask is a solid one."""
    fills = held.get("x") == held.get("y") == 0 and all(
        held.get(side) is not None and held.get(side) == held.get(f"inner_{side}")
        for side in ("width", "height")
    )
    return {name: held.get(name) for name in ("value", "width", "height")} if fills else None


SAMPLED = {
    **METHOD,
    "bilinear": "bilinear, unfiltered",
    "bicubic": "bicubic, unfiltered",
    "lanczos": "lanczos, 8 bit",
}
"""ComfyUI's ways to scale a picture: it filters nothing when it makes one smaller, and Lanczos rounds to 8 bits."""

MOST_ALPHA = 5.0
"""The strongest sharpening that ComfyUI's node takes."""

CHANNELS = ("red", "green", "blue", "alpha")
MODES = {
    "soft_light": "soft light",
    "difference": "signed difference",
    **{n: n for n in ("normal", "multiply", "screen", "overlay")},
}


def _picture(value: Any) -> Any:
    """A picture's name without the folder that ComfyUI writes behind it in brackets."""
    return re.sub(r" \[(input|output|temp)\]$", "", file_name(value)) if isinstance(value, str) else value


def _edge(value: Any) -> Any:
    """A threshold of 0..1 as one of 0..255."""
    return round(value * 255) if isinstance(value, int | float) else value


def _color(value: Any) -> Any:
    """A colour counted up from black as #rrggbb."""
    return f"#{value & 0xFFFFFF:06x}" if isinstance(value, int) else value


def _deviation(radius: int, sigma: float) -> float:
    """The standard deviation in pixels of ComfyUI's kernel for blurring and sharpening.

    It has `2 * radius + 1` pixels a side, and `sigma` counts in units of the radius.
    """
    weights = {at: math.exp(-((at / radius) ** 2) / (2 * sigma**2)) for at in range(-radius, radius + 1)}
    return math.sqrt(sum(at * at * weight for at, weight in weights.items()) / sum(weights.values()))


def _kernel(values: Mapping[str, Any], name: str) -> float:
    """The radius of our blur, twice the standard deviation; 0 for no blur. Raises Untranslatable."""
    radius, spread = values.get(name, 1), values.get("sigma", 1.0)
    if type(radius) is not int or not 0 <= radius <= 1024:
        raise Untranslatable(f"{name} {radius!r} has no equal")
    if type(spread) not in (int, float) or not 0.01 <= spread <= 1000:
        raise Untranslatable(f"sigma {spread!r} has no equal")
    return round(2 * _deviation(radius, spread), 3) if radius else 0.0


KERNEL = "its kernel ends sharply there and fades out here, at the same width on the whole; borders differ a little"


def _blur(old: SourceNode) -> Converted:
    values, _ = read_widgets(old, "blur_radius sigma")
    params = {"radius": _kernel(values, "blur_radius"), "linear": False}
    return Converted(
        {"": Part("ImageBlur", params)}, {"image": (("", "image"),)}, (("", "image"),), (KERNEL,)
    )


def _sharpen(old: SourceNode) -> Converted:
    values, _ = read_widgets(old, "sharpen_radius sigma alpha")
    radius, alpha = _kernel(values, "sharpen_radius"), values.get("alpha", 1.0)
    if type(alpha) not in (int, float) or not 0 <= alpha <= MOST_ALPHA:
        raise Untranslatable(f"alpha {alpha!r} has no equal")
    # The picture and ten times alpha of what the blur takes away from it.
    params = {"radius": max(radius, 0.5), "amount": 10 * alpha if radius else 0.0}
    return Converted(
        {"": Part("ImageSharpen", params)}, {"image": (("", "image"),)}, (("", "image"),), (KERNEL,)
    )


def _mask_file(old: SourceNode) -> Converted:
    values, _ = read_widgets(old, "image channel upload")
    channel = values.get("channel", "alpha")
    file = Part("LoadImage", {"image": _picture(values.get("image", ""))})
    if channel == "alpha":
        return Converted({"": file}, {"image": (("", "image"),)}, (("", "mask"),))
    if channel not in CHANNELS:
        raise Untranslatable(f"the channel {channel!r} has no equal")
    mask = Part("MaskFromImage", {"channel": channel}, {"image": (("file", "image"),)})
    return Converted({"": mask, "file": file}, {"image": (("file", "image"),)}, (("", "mask"),))


def _solid_mask(old: SourceNode) -> Converted:
    values, _ = read_widgets(old, "value width height")
    width, height = values.get("width", 512), values.get("height", 512)
    params = {"width": width, "height": height, "x": 0, "y": 0, "inner_width": width, "inner_height": height}
    params["value"] = values.get("value", 1.0)
    ports: dict[str, tuple[End, ...]] = {
        name: (("", name), ("", f"inner_{name}")) for name in ("width", "height")
    }
    ports["value"] = (("", "value"),)
    return Converted({"": Part("MaskRectangle", params)}, ports, (("", "mask"),))


SAME: Mapping[str, Translation] = {
    "LoadImage": NodeMapping("LoadImage", "image upload=", "", "image mask", {"image": _picture}),
    "LoadImageMask": _mask_file,
    "SaveImage": NodeMapping(
        "SaveImage", "filename_prefix=prefix", "images=image", "<images", {"filename_prefix": file_name}
    ),
    "PreviewImage": NodeMapping("PreviewImage", "", "images=image", "image"),
    "EmptyImage": NodeMapping("SolidColor", "width height batch_size color", "", "image", {"color": _color}),
    "ImageScale": NodeMapping(
        "ImageResize",
        "upscale_method=method width height crop=fit",
        "image",
        "image",
        {"upscale_method": SAMPLED, "crop": {"disabled": "stretch", "center": "crop"}},
    ),
    "ImageInvert": NodeMapping("ImageInvert", "", "image", "image"),
    "ImageBlend": NodeMapping(
        "ImageBlend",
        "blend_factor=strength blend_mode=mode",
        "image1=image image2=over",
        "image",
        {"blend_mode": MODES},
        {"fit": "crop"},
    ),
    "ImagePadForOutpaint": NodeMapping(
        "OutpaintPad", "left top right bottom feathering=feather", "image", "image mask"
    ),
    "Canny": NodeMapping(
        "CannyEdges",
        "low_threshold=low high_threshold=high",
        "image",
        "image",
        {"low_threshold": _edge, "high_threshold": _edge},
        remark="edges are found in whole steps of brightness here and in fractions there, so some lines differ",
    ),
    "ImageBlur": _blur,
    "ImageSharpen": _sharpen,
    "ImageFlip": NodeMapping(
        "ImageFlip",
        "flip_method=direction",
        "image",
        "image",
        {"flip_method": {"x-axis: vertically": "top to bottom", "y-axis: horizontally": "left to right"}},
    ),
    "ImageRotate": NodeMapping(
        "ImageRotate",
        "rotation=angle",
        "image",
        "image",
        {"rotation": {"none": 0.0, "90 degrees": 90.0, "180 degrees": 180.0, "270 degrees": 270.0}},
        {"expand": True},
    ),
    "UpscaleModelLoader": NodeMapping(
        "UpscaleModelLoader", "model_name=file", "", "upscalemodel", {"model_name": file_name}
    ),
    "ImageUpscaleWithModel": NodeMapping("UpscaleImage", "", "upscale_model=upscaler image", "image"),
    "ThresholdMask": NodeMapping(
        "MaskThreshold",
        "value=level",
        "mask",
        "mask",
        remark="what is exactly as bright as its value becomes white here and black there",
    ),
    "InvertMask": NodeMapping("MaskInvert", "", "mask", "mask"),
    "GrowMask": NodeMapping(
        "MaskGrow",
        "expand=pixels tapered_corners=brush",
        "mask",
        "mask",
        {"tapered_corners": {True: "diamond", False: "square"}},
    ),
    "ImageToMask": NodeMapping("MaskFromImage", "channel", "image", "mask"),
    "MaskToImage": NodeMapping("MaskToImage", "", "mask", "image"),
    "SolidMask": BothWays(
        _solid_mask, "MaskRectangle", "value=value width=width height=height", "", _solid_mask_back
    ),
}
