"""What a model file or folder is, from its header alone."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from nodegraph.support.errors import LoadError
from nodes.models.architectures.controlnets import control_part
from nodes.models.architectures.encoders import encoder_parts, encoder_title, lone_encoders, missing_tensor
from nodes.models.architectures.families import families
from nodes.models.architectures.unets import build_unet
from nodes.models.architectures.vaes import tiny, vae_in
from nodes.models.detection.diffusers_folder import is_folder, recognise_folder
from nodes.models.detection.leftovers import left_over
from nodes.models.detection.recognised import Recognised
from nodes.models.detection.unread import is_upscaler, unread_kind
from nodes.models.files.header import read_header
from nodes.models.files.parts import Part, under
from nodes.models.files.quantised import check_quantised
from nodes.models.patches.names import is_change, is_read, unread_change

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nodes.models.architectures.family import Facts, Family
    from nodes.models.files.parts import Shapes
    from nodes.models.files.tensor_info import Header

NETWORK_PREFIXES = ("model.diffusion_model.", "diffusion_model.", "model.", "")
VAE_PREFIXES = ("first_stage_model.", "vae.", "")
SHARD = re.compile(r"-(\d{5})-of-(\d{5})\.\w+$")
"""How the parts of a model that lies in several files are called."""

FAULTS = (LookupError, ArithmeticError, ValueError, TypeError, AttributeError, StopIteration, RuntimeError)
"""What rules over names and shapes raise where tensors are missing or of other shapes."""

UNET = "a UNet of Stable Diffusion"
"""What a network is called where its family cannot be told for what is missing."""

Found = TypeVar("Found")


def recognise(path: Path) -> Recognised:
    """Say what a weights file or a diffusers folder is; `LoadError`, and nothing else, for one that cannot be read."""
    try:
        found = _folder(path) if path.is_dir() else _file(path)
        for part in found.parts.values():
            check_quantised(part)
        if found.kind == "text_encoder":
            _check_encoders(found)
        _check_facts(found)
    except OSError as error:
        raise LoadError(
            "{path} cannot be read: {value}.", path=path, value=error.strerror or error
        ) from error
    except FAULTS as error:
        raise LoadError(
            "{path} is damaged or of an unknown kind: its tensors make no network ({error}).",
            path=path,
            error=_short(error),
        ) from error
    return found


def _folder(path: Path) -> Recognised:
    if is_folder(path):
        return recognise_folder(path)
    raise LoadError(
        "{path} is a folder without a model: model_index.json or config.json is missing.", path=path
    )


def _file(path: Path) -> Recognised:
    header = read_header(path)
    shard = SHARD.search(path.name)
    if shard and int(shard[2]) > 1:
        raise LoadError(
            "{path} is part {at} of {count} of one model: choose the folder that has all of them, with its "
            "config.json and the index.",
            path=path,
            at=int(shard[1]),
            count=int(shard[2]),
        )
    if title := unread_kind(header.tensors):
        raise LoadError("{path} is {title}, which is not read here.", path=path, title=title)
    shapes = {name: info.shape for name, info in header.tensors.items()}
    if (title := unread_change(shapes)) and not is_read(shapes):
        raise LoadError(
            "{path} is {title}, which is not read: choose a LoRA, LoCon, LoHa, LoKr or DoRA.",
            path=path,
            title=title,
        )
    parts, family, facts = _file_parts(header)
    if not parts and (title := unread_kind(header.tensors, alone=True)):
        raise LoadError("{path} is {title}, which is not read here.", path=path, title=title)
    return Recognised(
        path,
        _kind(parts, header),
        family.name if family else "",
        parts,
        facts,
        main_dtype(header),
        sum(info.end - info.start for info in header.tensors.values()),
        header.metadata,
        left_over(header.tensors, parts.values(), family) if parts else (),
        tuple(islice(header.tensors, 3)),
    )


def _check_facts(found: Recognised) -> None:
    """Raise ValueError for sizes that are no numbers, as a folder's settings may have them."""
    facts = found.facts
    if facts is not None and not (isinstance(facts.inputs, int) and isinstance(facts.latent.channels, int)):
        raise ValueError("its channels are no number")


def _check_encoders(found: Recognised) -> None:
    """Raise LoadError for a text encoder that lacks tensors within its layers, as a part of a model does."""
    for part in found.parts.values():
        if name := missing_tensor(part):
            raise LoadError(
                "{path} holds a part of the text encoder {title} only: {name!r} is missing. Choose the folder that has "
                "all its parts, or download the whole file again.",
                path=found.path,
                title=encoder_title(part.kind),
                name=name,
            )


def _short(error: BaseException) -> str:
    if isinstance(error, KeyError) and error.args:
        return f"{str(error.args[0])[:200]!r} is missing"
    return str(error).partition("\n")[0][:200] or type(error).__name__


def main_dtype(header: Header) -> str:
    """The type that most bytes are in."""
    bytes_of: Counter[str] = Counter()
    for info in header.tensors.values():
        bytes_of[info.dtype] += info.end - info.start
    return max(bytes_of, key=bytes_of.__getitem__, default="")


def _file_parts(header: Header) -> tuple[dict[str, Part], Family | None, Facts | None]:
    shapes = {name: info.shape for name, info in header.tensors.items()}
    if is_lora(shapes) or is_upscaler(shapes):
        return {}, None, None
    looks = Looks(header.path)
    if control := looks.at("a ControlNet", lambda: control_part(shapes)):
        return {"controlnet": replace(control, tensors=header.tensors)}, None, None
    parts: dict[str, Part] = {}
    family = None
    if found := find_network(shapes, looks):
        family, parts["network"] = found
        parts |= looks.at("a text encoder", lambda: encoder_parts(shapes, found[0])) or {}
    elif encoders := looks.at("a text encoder", lambda: lone_encoders(shapes)):
        parts |= encoders
    elif decoder := tiny.recognise(shapes):
        parts[decoder.kind] = decoder
    if vae := looks.at("an autoencoder", lambda: find_vae(shapes)):
        parts["vae"] = vae
    if not parts:
        looks.check()
    parts = {kind: replace(part, tensors=header.tensors) for kind, part in parts.items()}
    return parts, family, family.facts(parts["network"]) if family else None


class Looks:
    """Looks at the tensors of a file by rules that a damaged file breaks: what it seemed to be is remembered."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seemed: dict[str, BaseException] = {}

    def at(self, title: str, look: Callable[[], Found | None]) -> Found | None:
        """What `look` finds; None where the tensors only begin to be `title`."""
        try:
            return look()
        except FAULTS as error:
            self._seemed.setdefault(title, error)
            return None

    def check(self) -> None:
        """Raise `LoadError` for what the file only seemed to be."""
        for title, error in self._seemed.items():
            raise LoadError(
                "{path} looks like {title} and is incomplete or damaged ({error}); download it again.",
                path=self._path,
                title=title,
                error=_short(error),
            ) from error


def is_lora(shapes: Shapes) -> bool:
    """Whether tensors are changes to a network rather than a network."""
    return any(is_change(name) for name in shapes) or bool(unread_change(shapes))


def find_network(shapes: Shapes, looks: Looks) -> tuple[Family, Part] | None:
    """The denoising network among the tensors, and its family."""
    for prefix in NETWORK_PREFIXES:
        inner = under(shapes, prefix) if prefix else shapes
        for family in families().values() if inner else ():
            title = UNET if family.build is build_unet else family.title
            part = looks.at(title, partial(family.recognise, inner))
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
    if is_upscaler(shapes):
        return "upscaler"
    if tiny.is_encoder(shapes):
        return "preview_encoder"
    return "embedding" if shapes and all(len(shape) == 2 for shape in shapes.values()) else "unknown"
