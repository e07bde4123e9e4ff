"""Diffusers folders: model_index.json and a folder for each network, or one network and its config.json."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nodegraph.support.errors import LoadError
from nodes.models.architectures.controlnets import control_part
from nodes.models.architectures.encoders import encoder_part, is_clip
from nodes.models.architectures.families import families
from nodes.models.architectures.family import normed
from nodes.models.architectures.key_maps.vae import vae_same
from nodes.models.detection.leftovers import left_over
from nodes.models.detection.recognised import Recognised
from nodes.models.detection.unread import unread_kind
from nodes.models.files.header import read_header
from nodes.models.files.parts import Part
from nodes.models.files.tensor_info import TensorInfo

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nodes.models.architectures.family import Facts, Family
    from nodes.models.files.parts import Shapes

CONFIG_LIMIT = 4 * 2**20
WEIGHTS = ("diffusion_pytorch_model", "model")
VARIANTS = (".fp16", "", ".bf16", ".non_ema")


def is_folder(path: Path) -> bool:
    """Whether a folder holds a model in diffusers' layout."""
    return (path / "model_index.json").is_file() or (path / "config.json").is_file()


def recognise_folder(path: Path) -> Recognised:
    """Say what a diffusers folder is; raises `LoadError` for one that cannot be read."""
    if not (path / "model_index.json").is_file():
        return _single(path)
    folder = "unet" if (path / "unet").is_dir() else "transformer"
    network = _weights(path / folder)
    for family in families().values():
        part = family.recognise({name: info.shape for name, info in network.items()})
        if part:
            break
    else:
        raise LoadError("{value} holds no network of a known family.", value=path / folder)
    part = replace(part, config=_config(path / folder), tensors=network)
    parts = {"network": part} | _encoders(path, family)
    if (path / "vae").is_dir():
        parts["vae"] = vae_part(path / "vae")
    sizes = [file.stat().st_size for file in path.rglob("*.safetensors")]
    dtype = next(iter(network.values())).dtype
    facts = _facts(path, family, part)
    more = tuple(name for each in parts.values() for name in left_over(each.tensors, [each], family))
    return Recognised(path, "checkpoint", family.name, parts, facts, dtype, sum(sizes), leftovers=more)


def vae_part(path: Path) -> Part:
    """The autoencoder in a folder of its own."""
    infos = _weights(path)
    return Part("vae", _config(path), vae_same(infos), infos)


def _single(path: Path) -> Recognised:
    infos = _weights(path)
    if title := unread_kind(infos):
        raise LoadError("{path} is {title}, which is not read here.", path=path, title=title)
    shapes = {name: info.shape for name, info in infos.items()}
    kind, family, part = _one(shapes, infos, _config(path))
    part = replace(part, tensors=infos)
    return Recognised(
        path,
        kind,
        family.name if family else "",
        {part.kind: part},
        family.facts(part) if family else None,
        next(iter(infos.values())).dtype,
        sum(info.end - info.start for info in infos.values()),
        leftovers=left_over(infos, [part], family),
    )


def _one(
    shapes: Shapes, infos: Mapping[str, TensorInfo], config: dict[str, Any]
) -> tuple[str, Family | None, Part]:
    """The one network of a folder: what kind of file it counts as, its family where it has one, and itself."""
    if control := control_part(shapes, config):
        return "controlnet", None, control
    if "decoder.conv_in.weight" in shapes:
        return "vae", None, Part("vae", config, vae_same(infos))
    for family in families().values():
        if found := family.recognise(shapes):
            return "diffusion_model", family, replace(found, config=config)
    if encoder := encoder_part(shapes, ""):
        return "text_encoder", None, encoder
    path = next((info.path.parent for info in infos.values()), "The folder")
    raise LoadError("{path} holds no network of a known family.", path=path)


def _encoders(path: Path, family: Family) -> dict[str, Part]:
    found: dict[str, Part] = {}
    for use in family.encoders:
        if not (path / use.folder).is_dir():
            continue
        infos = _weights(path / use.folder)
        part = encoder_part({name: info.shape for name, info in infos.items()}, use.kind)
        if part is None and any(other.folder == use.folder for other in family.encoders if other != use):
            continue
        if part is None:
            raise LoadError(
                "{value} holds no text encoder of {title}.", value=path / use.folder, title=family.title
            )
        if is_clip(use.kind):
            part = replace(part, config={**part.config, **_clip_facts(_config(path / use.folder), use.kind)})
        found[use.kind] = replace(part, tensors=infos)
    return found


def _clip_facts(config: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """What shapes do not tell about a CLIP text model. Folders leave out the last layer of CLIP-H."""
    facts = {"heads": config.get("num_attention_heads"), "activation": config.get("hidden_act")}
    facts["dropped"] = int(kind == "clip_h")
    return {name: value for name, value in facts.items() if value}


def _facts(path: Path, family: Family, part: Part) -> Facts:
    facts = family.facts(part)
    if (path / "vae" / "config.json").is_file():
        vae = read_json(path / "vae" / "config.json")
        scale, shift = vae.get("scaling_factor"), vae.get("shift_factor")
        latent = replace(facts.latent, scale=float(scale or facts.latent.scale), shift=float(shift or 0.0))
        means, spreads = vae.get("latents_mean"), vae.get("latents_std")
        if scale and means and spreads:
            latent = normed(latent, means, spreads)
        facts = replace(facts, latent=latent)
    scheduler = path / "scheduler" / "scheduler_config.json"
    return replace(facts, scheduler=read_json(scheduler)) if scheduler.is_file() else facts


def _config(path: Path) -> dict[str, Any]:
    config = read_json(path / "config.json")
    return {name: value for name, value in config.items() if not name.startswith("_")}


def read_json(path: Path) -> dict[str, Any]:
    """A JSON table of a few megabytes at most; raises `LoadError`."""
    try:
        if path.stat().st_size > CONFIG_LIMIT:
            raise LoadError("{path} is too large for a configuration.", path=path)
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise LoadError("{path} cannot be read as JSON: {error}.", path=path, error=error) from error
    if not isinstance(value, dict):
        raise LoadError("{path} holds no table of settings.", path=path)
    return value


def _weights(path: Path) -> dict[str, TensorInfo]:
    """The tensors of a network's folder; half precision where both are there."""
    for stem in WEIGHTS:
        for variant in VARIANTS:
            file = path / f"{stem}{variant}.safetensors"
            if file.is_file():
                return dict(read_header(file).tensors)
            index = path / f"{stem}.safetensors.index{variant}.json"
            if index.is_file():
                return _shards(path, index)
    raise LoadError(
        "{path} holds no weights: {weights}.safetensors is missing.", path=path, weights=WEIGHTS[0]
    )


def _shards(path: Path, index: Path) -> dict[str, TensorInfo]:
    where = read_json(index).get("weight_map")
    names = sorted({str(name) for name in where.values()}) if isinstance(where, dict) else []
    for name in names:
        if "/" in name or "\\" in name or name.startswith("."):
            raise LoadError("{index} names {name!r}, which is not a file beside it.", index=index, name=name)
    headers = [read_header(path / name) for name in names]
    return {name: info for header in headers for name, info in header.tensors.items()}
