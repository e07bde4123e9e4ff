"""Prompts and what is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nodegraph.formats.comfyui.node_mapping import (
    BothWays,
    Converted,
    NodeMapping,
    Part,
    Translation,
    Untranslatable,
    read_widgets,
)
from nodegraph.formats.comfyui.source_graph import SourceNode
from nodes.comfyui.choices import WithChoices

PLAIN = "conditioning"
SDXL = "width height crop_w crop_h target_width target_height text_g text_l"
SYSTEM = {
    "superior": "You are an assistant designed to generate superior images with the superior degree of image-text "
    "alignment based on textual prompts or user prompts.",
    "alignment": "You are an assistant designed to generate high-quality images with the highest degree of image-text "
    "alignment based on textual prompts.",
}
"""What Lumina 2 was trained with before each prompt, as its authors published it."""


def _own(old: SourceNode, values: Mapping[str, Any], name: str, shared: str) -> object:
    """The own text of an encoder: none where it is the shared one, a blank where the encoder reads an empty text."""
    text = values.get(name, "")
    is_same = shared not in old.links and text == values.get(shared, "")
    return "" if is_same and name not in old.links else text or " "


def _sd3(old: SourceNode) -> Converted:
    values, _ = read_widgets(old, "clip_l clip_g t5xxl empty_padding")
    if values.get("empty_padding", "none") == "none" and not all(
        values.get(n) or n in old.links for n in ("clip_l", "clip_g", "t5xxl")
    ):
        raise Untranslatable("an empty prompt with the padding 'none' has no equal")
    shared = values.get("t5xxl", "")
    params = {"text": shared, **{name: _own(old, values, name, "t5xxl") for name in ("clip_l", "clip_g")}}
    ports = {
        "clip": (("", "clip"),),
        "clip_l": (("", "clip_l"),),
        "clip_g": (("", "clip_g"),),
        "t5xxl": (("", "t5"),),
    }
    return Converted({"": Part("TextEncodeSD3", params)}, ports, (("", PLAIN),))


def _flux(old: SourceNode) -> Converted:
    values, _ = read_widgets(old, "clip_l t5xxl guidance")
    shared = values.get("t5xxl", "")
    params = {
        "text": shared,
        "clip_l": _own(old, values, "clip_l", "t5xxl"),
        "guidance": values.get("guidance", 3.5),
    }
    ports = {
        "clip": (("", "clip"),),
        "clip_l": (("", "clip_l"),),
        "t5xxl": (("", "text"),),
        "guidance": (("", "guidance"),),
    }
    return Converted({"": Part("TextEncodeFlux", params)}, ports, (("", PLAIN),))


def _sdxl(old: SourceNode) -> Converted:
    values, _ = read_widgets(old, SDXL)
    names = {"crop_w": "crop_x", "crop_h": "crop_y", "text_g": "text"}
    params = {names.get(name, name): value for name, value in values.items()}
    params["text_l"] = _own(old, values, "text_l", "text_g")
    ports = {name: (("", names.get(name, name)),) for name in (*SDXL.split(), "clip")}
    return Converted({"": Part("TextEncodeSDXL", params)}, ports, (("", PLAIN),))


def _theirs(own: Any, shared: Any) -> Any:
    """What ComfyUI's encoder reads where ours has a text of its own, the shared one, or a blank for none."""
    return shared if own == "" else "" if isinstance(own, str) and not own.strip() else own


def _sdxl_back(held: Mapping[str, Any], linked: frozenset[str]) -> Mapping[str, Any] | None:
    if "text" in linked and held.get("text_l") == "":
        return None
    names = {"crop_w": "crop_x", "crop_h": "crop_y", "text_g": "text"}
    values = {name: held.get(names.get(name, name)) for name in SDXL.split()}
    return {**values, "text_l": _theirs(held.get("text_l"), held.get("text"))}


def _flux_back(held: Mapping[str, Any], linked: frozenset[str]) -> Mapping[str, Any] | None:
    if "text" in linked and held.get("clip_l") == "":
        return None
    own = _theirs(held.get("clip_l"), held.get("text"))
    return {"clip_l": own, "t5xxl": held.get("text"), "guidance": held.get("guidance")}


def _sd3_back(held: Mapping[str, Any], linked: frozenset[str]) -> Mapping[str, Any] | None:
    if "text" in linked:
        return None
    pairs = {"clip_l": "clip_l", "clip_g": "clip_g", "t5xxl": "t5"}
    values = {theirs: _theirs(held.get(ours), held.get("text")) for theirs, ours in pairs.items()}
    is_full = all(values[theirs] or ours in linked for theirs, ours in pairs.items())
    return {**values, "empty_padding": "none" if is_full else "empty_prompt"}


def _control(old: SourceNode) -> Converted:
    """The plain form takes one prompt, and steers the other side of the sampler too."""
    values, _ = read_widgets(old, "strength")
    both = (("", "positive"), ("", "negative"))
    ports = {
        PLAIN: both,
        "control_net": (("", "controlnet"),),
        "image": (("", "image"),),
        "strength": (("", "strength"),),
    }
    return Converted(
        {"": Part("ControlNetApply", {**values, "both_sides": True})}, ports, (("", "positive"),)
    )


CONTROL = NodeMapping(
    "ControlNetApply",
    "strength start_percent=start end_percent=end",
    "positive negative control_net=controlnet image vae=",
    "positive negative",
)

SAME: Mapping[str, Translation] = {
    "CLIPTextEncode": WithChoices(NodeMapping("TextEncode", "text", "clip", PLAIN), "text", "text"),
    "CLIPTextEncodeSDXL": WithChoices(
        BothWays(
            _sdxl,
            "TextEncodeSDXL",
            "width=width height=height crop_w=crop_x crop_h=crop_y target_width=target_width "
            "target_height=target_height text_g=text text_l=text_l",
            "clip=clip",
            _sdxl_back,
        ),
        SDXL,
        "text_g text_l",
    ),
    "CLIPTextEncodeSDXLRefiner": WithChoices(
        NodeMapping("TextEncodeSDXLRefiner", "ascore=score width height text", "clip", PLAIN),
        "ascore width height text",
        "text",
    ),
    "CLIPTextEncodeSD3": WithChoices(
        BothWays(
            _sd3,
            "TextEncodeSD3",
            "clip_l=clip_l clip_g=clip_g t5xxl=t5 empty_padding=",
            "clip=clip",
            _sd3_back,
        ),
        "clip_l clip_g t5xxl",
        "clip_l clip_g t5xxl",
    ),
    "CLIPTextEncodeFlux": WithChoices(
        BothWays(
            _flux, "TextEncodeFlux", "clip_l=clip_l t5xxl=text guidance=guidance", "clip=clip", _flux_back
        ),
        "clip_l t5xxl guidance",
        "clip_l t5xxl",
    ),
    "CLIPTextEncodeLumina2": WithChoices(
        NodeMapping(
            "TextEncodeLumina2",
            "system_prompt=instruction user_prompt=text",
            "clip",
            PLAIN,
            {"system_prompt": SYSTEM},
        ),
        "system_prompt user_prompt",
        "user_prompt",
    ),
    "CLIPSetLastLayer": NodeMapping("ClipSkip", "stop_at_clip_layer=layer", "clip", "clip"),
    "ConditioningCombine": NodeMapping(
        "ConditioningCombine", "", "conditioning_1=conditionings conditioning_2=conditionings", PLAIN
    ),
    "ConditioningConcat": NodeMapping(
        "ConditioningConcat", "", "conditioning_to=first conditioning_from=second", PLAIN
    ),
    "ConditioningAverage": NodeMapping(
        "ConditioningAverage",
        "conditioning_to_strength=share",
        "conditioning_to=first conditioning_from=second",
        PLAIN,
    ),
    "ConditioningSetArea": NodeMapping("ConditioningArea", "width height x y strength", PLAIN, PLAIN),
    "ConditioningSetAreaPercentage": NodeMapping(
        "ConditioningAreaFraction", "width height x y strength", PLAIN, PLAIN
    ),
    "ConditioningSetAreaStrength": NodeMapping("ConditioningStrength", "strength", PLAIN, PLAIN),
    "ConditioningSetMask": NodeMapping(
        "ConditioningMask",
        "strength set_cond_area=bounds_only",
        "conditioning mask",
        PLAIN,
        {"set_cond_area": {"default": False, "mask bounds": True}},
    ),
    "ConditioningSetTimestepRange": NodeMapping("ConditioningRange", "start end", PLAIN, PLAIN),
    "ConditioningZeroOut": NodeMapping("ConditioningZeroOut", "", PLAIN, PLAIN),
    "FluxGuidance": NodeMapping("ConditioningGuidance", "guidance", PLAIN, PLAIN),
    "ControlNetApply": _control,
    "ControlNetApplyAdvanced": CONTROL,
    "ControlNetApplySD3": CONTROL,
    "InpaintModelConditioning": NodeMapping(
        "InpaintConditioning",
        "noise_mask",
        "positive negative vae pixels=image mask",
        "positive negative latent",
    ),
}
