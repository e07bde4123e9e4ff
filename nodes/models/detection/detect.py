"""What a model file or folder is, from its header alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from nodegraph.support.errors import LoadError
from nodes.models.architectures.controlnets import control_part
from nodes.models.architectures.encoders import encoder_parts, lone_encoder
from nodes.models.architectures.families import families
from nodes.models.architectures.vaes import tiny, vae_in
from nodes.models.detection.diffusers_folder import is_folder, recognise_folder
from nodes.models.detection.recognised import Recognised
from nodes.models.files.header import read_header
from nodes.models.files.parts import Part, under
from nodes.models.patches.names import is_change

if TYPE_CHECKING:
    from pathlib import Path

    from nodes.models.architectures.family import Facts, Family
    from nodes.models.files.header import Header
    from nodes.models.files.parts import Shapes

NETWORK_PREFIXES = ("model.diffusion_model.", "diffusion_model.", "model.", "")
VAE_PREFIXES = ("first_stage_model.", "vae.", "")


def recognise(path: Path) -> Recognised:
    """Say what a safetensors file or a diffusers folder is; `LoadError` for one that cannot be read."""
    if path.is_dir():
        if is_folder(path):
            return recognise_folder(path)
        raise LoadError(
            "{path} is a folder without a model: model_index.json or config.json is missing.", path=path
        )
    header = read_header(path)
    parts, family, facts = _file_parts(header)
    return Recognised(
        path,
        _kind(parts, header),
        family.name if family else "",
        parts,
        facts,
        main_dtype(header),
        sum(info.end - info.start for info in header.tensors.values()),
        header.metadata,
    )


def main_dtype(header: Header) -> str:
    """The type that most bytes are in."""
    bytes_of: Counter[str] = Counter()
    for info in header.tensors.values():
        bytes_of[info.dtype] += info.end - info.start
    return max(bytes_of, key=bytes_of.__getitem__, default="")


def _file_parts(header: Header) -> tuple[dict[str, Part], Family | None, Facts | None]:
    shapes = {name: info.shape for name, info in header.tensors.items()}
    if is_lora(shapes):
        return {}, None, None
    if control := control_part(shapes):
        return {"controlnet": replace(control, tensors=header.tensors)}, None, None
    parts: dict[str, Part] = {}
    family = None
    if found := find_network(shapes):
        family, parts["network"] = found
        parts |= encoder_parts(shapes, family)
    elif encoder := lone_encoder(shapes):
        parts[encoder.kind] = encoder
    elif decoder := tiny.recognise(shapes):
        parts[decoder.kind] = decoder
    if vae := find_vae(shapes):
        parts["vae"] = vae
    parts = {kind: replace(part, tensors=header.tensors) for kind, part in parts.items()}
    return parts, family, family.facts(parts["network"]) if family else None


def is_lora(shapes: Shapes) -> bool:
    """Whether tensors are changes to a network rather than a network."""
    return any(is_change(name) for name in shapes)


def find_network(shapes: Shapes) -> tuple[Family, Part] | None:
    """The denoising network among the tensors, and its family."""
    for prefix in NETWORK_PREFIXES:
        inner = under(shapes, prefix) if prefix else shapes
        for family in families().values():
            part = family.recognise(inner) if inner else None
            if part:
                return family, part.within(prefix)
    return None


def find_vae(shapes: Shapes) -> Part | None:
    """The autoencoder among the tensors."""
    for prefix in VAE_PREFIXES:
        if part := vae_in(under(shapes, prefix)):
            return part.within(prefix)
    return None


def _kind(parts: dict[str, Part], header: Header) -> str:
    if "controlnet" in parts:
        return "controlnet"
    if "network" in parts:
        return "checkpoint" if len(parts) > 1 else "diffusion_model"
    for kind, name in (("vae", "vae"), ("tiny", "preview_decoder")):
        if kind in parts:
            return name
    if parts:
        return "text_encoder"
    shapes = {name: info.shape for name, info in header.tensors.items()}
    if is_lora(shapes):
        return "lora"
    if tiny.is_encoder(shapes):
        return "preview_encoder"
    return "embedding" if shapes and all(len(shape) == 2 for shape in shapes.values()) else "unknown"
