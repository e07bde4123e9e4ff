"""Loaders: files are named with / on every system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nodegraph.formats.comfyui.node_mapping import (
    Converted,
    NodeMapping,
    Part,
    Translation,
    Untranslatable,
    read_widgets,
)
from nodegraph.formats.comfyui.source_graph import SourceNode

KINDS = {"sdxl": "sdxl", "sd3": "sd3", "flux": "flux"}
ALONE = {"sd3": "sd3", "chroma": "chroma", "flux2": "flux2", "qwen_image": "qwen_image"}
"""Where the type of a single encoder says more than its file does."""


def file_name(value: Any) -> Any:
    """A model's name within its folder, which ComfyUI writes with the separator of the machine it ran on."""
    return value.replace("\\", "/") if isinstance(value, str) else value


def _single(old: SourceNode) -> Converted:
    values, _ = read_widgets(old, "clip_name type device")
    kind = values.get("type", "stable_diffusion")
    params = {
        "file": file_name(values.get("clip_name", "")),
        "kind": ALONE.get(kind, "auto") if isinstance(kind, str) else "auto",
    }
    return Converted({"": Part("ClipLoader", params)}, {"clip_name": (("", "file"),)}, (("", "clip"),))


def _joined(old: SourceNode, count: int, kind: str) -> Converted:
    names = [f"clip_name{number}" for number in range(1, count + 1)]
    values, _ = read_widgets(old, " ".join(names))
    parts = {
        f"part_{number}": Part("ClipLoader", {"file": file_name(values.get(name, "")), "kind": kind})
        for number, name in enumerate(names, 1)
    }
    joined = Part("ClipJoin", {"kind": kind}, {"clips": tuple((name, "clip") for name in parts)})
    ports = {name: ((part, "file"),) for name, part in zip(names, parts, strict=True)}
    return Converted({"": joined, **parts}, ports, (("", "clip"),))


def _two(old: SourceNode) -> Converted:
    values, _ = read_widgets(old, "clip_name1 clip_name2 type device")
    kind = values.get("type", "sdxl")
    if not isinstance(kind, str) or kind not in KINDS:
        raise Untranslatable(f"the type {kind!r} has no equal")
    return _joined(old, 2, KINDS[kind])


FILE = {
    "ckpt_name": file_name,
    "vae_name": file_name,
    "unet_name": file_name,
    "lora_name": file_name,
    "control_net_name": file_name,
}

SAME: Mapping[str, Translation] = {
    "CheckpointLoaderSimple": NodeMapping(
        "CheckpointLoader", "ckpt_name=checkpoint", "", "model clip vae", FILE
    ),
    "CheckpointLoader": NodeMapping(
        "CheckpointLoader", "config_name= ckpt_name=checkpoint", "", "model clip vae", FILE
    ),
    "UNETLoader": NodeMapping("DiffusionModelLoader", "unet_name=file weight_dtype=", "", "model", FILE),
    "VAELoader": NodeMapping("VaeLoader", "vae_name=file", "", "vae", FILE),
    "CLIPLoader": _single,
    "DualCLIPLoader": _two,
    "TripleCLIPLoader": lambda old: _joined(old, 3, "sd3"),
    "LoraLoader": NodeMapping(
        "LoraLoader",
        "lora_name=lora strength_model=strength strength_clip=clip_strength",
        "model clip",
        "model clip",
        FILE,
    ),
    "LoraLoaderModelOnly": NodeMapping(
        "LoraLoader", "lora_name=lora strength_model=strength", "model", "model", FILE
    ),
    "ControlNetLoader": NodeMapping(
        "ControlNetLoader", "control_net_name=controlnet", "", "controlnet", FILE
    ),
}
