"""Pictures and masks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nodegraph.formats.comfyui.node_mapping import (
    BothWays,
    End,
    Made,
    Part,
    Same,
    Translation,
    Untranslatable,
    read_widgets,
)
from nodegraph.formats.comfyui.source_graph import Old
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


def _mask_file(old: Old) -> Made:
    values, _ = read_widgets(old, "image channel upload")
    channel = values.get("channel", "alpha")
    file = Part("LoadImage", {"image": _picture(values.get("image", ""))})
    if channel == "alpha":
        return Made({"": file}, {"image": (("", "image"),)}, (("", "mask"),))
    if channel not in CHANNELS:
        raise Untranslatable(f"the channel {channel!r} has no equal")
    mask = Part("MaskFromImage", {"channel": channel}, {"image": (("file", "image"),)})
    return Made({"": mask, "file": file}, {"image": (("file", "image"),)}, (("", "mask"),))


def _solid_mask(old: Old) -> Made:
    values, _ = read_widgets(old, "value width height")
    width, height = values.get("width", 512), values.get("height", 512)
    params = {"width": width, "height": height, "x": 0, "y": 0, "inner_width": width, "inner_height": height}
    params["value"] = values.get("value", 1.0)
    ports: dict[str, tuple[End, ...]] = {
        name: (("", name), ("", f"inner_{name}")) for name in ("width", "height")
    }
    ports["value"] = (("", "value"),)
    return Made({"": Part("MaskRectangle", params)}, ports, (("", "mask"),))


SAME: Mapping[str, Translation] = {
    "LoadImage": Same("LoadImage", "image upload=", "", "image mask", {"image": _picture}),
    "LoadImageMask": _mask_file,
    "SaveImage": Same(
        "SaveImage", "filename_prefix=prefix", "images=image", "<images", {"filename_prefix": file_name}
    ),
    "PreviewImage": Same("PreviewImage", "", "images=image", "image"),
    "EmptyImage": Same("SolidColor", "width height batch_size color", "", "image", {"color": _color}),
    "ImageScale": Same(
        "ImageResize",
        "upscale_method=method width height crop=fit",
        "image",
        "image",
        {"upscale_method": SAMPLED, "crop": {"disabled": "stretch", "center": "crop"}},
    ),
    "ImageInvert": Same("ImageInvert", "", "image", "image"),
    "ImageBlend": Same(
        "ImageBlend",
        "blend_factor=strength blend_mode=mode",
        "image1=image image2=over",
        "image",
        {"blend_mode": MODES},
        {"fit": "crop"},
    ),
    "ImagePadForOutpaint": Same(
        "OutpaintPad", "left top right bottom feathering=feather", "image", "image mask"
    ),
    "Canny": Same(
        "CannyEdges",
        "low_threshold=low high_threshold=high",
        "image",
        "image",
        {"low_threshold": _edge, "high_threshold": _edge},
        remark="edges are found in whole steps of brightness here and in fractions there, so some lines differ",
    ),
    "InvertMask": Same("MaskInvert", "", "mask", "mask"),
    "GrowMask": Same(
        "MaskGrow",
        "expand=pixels tapered_corners=brush",
        "mask",
        "mask",
        {"tapered_corners": {True: "diamond", False: "square"}},
    ),
    "ImageToMask": Same("MaskFromImage", "channel", "image", "mask"),
    "MaskToImage": Same("MaskToImage", "", "mask", "image"),
    "SolidMask": BothWays(
        _solid_mask, "MaskRectangle", "value=value width=width height=height", "", _solid_mask_back
    ),
}
