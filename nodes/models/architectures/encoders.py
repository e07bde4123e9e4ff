"""Finding text encoders among the tensors of files, and giving each its place in a family."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from nodes.models.architectures.key_maps.clip import clip_config, clip_pieces
from nodes.models.architectures.key_maps.language import language_part
from nodes.models.architectures.key_maps.llama import usual_names
from nodes.models.architectures.key_maps.t5 import BIAS as T5_BIAS
from nodes.models.architectures.key_maps.t5 import SHARED, t5_config, t5_pieces
from nodes.models.files.parts import Part, shapes_of, under

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nodes.models.architectures.family import Family
    from nodes.models.files.parts import Shapes

MARKS = (
    "shared.weight",
    "encoder.embed_tokens.weight",
    "text_model.embeddings.token_embedding.weight",
    "embeddings.token_embedding.weight",
    "token_embedding.weight",
    "model.language_model.embed_tokens.weight",
    "language_model.model.embed_tokens.weight",
    "model.embed_tokens.weight",
    "embed_tokens.weight",
    "token_embd.weight",
)
"""Tensors that text encoders have, the longer names first; what stands before one leads the names of the others."""

T5_KINDS = ("t5", "pile_t5")
LANGUAGE_KINDS = ("gemma2", "qwen3", "qwen25", "mistral")
"""Kinds that read no chunks; all others are CLIP text models."""

NO_ENCODERS = ("network", "vae", "controlnet", "tiny")
"""Kinds of parts that read no prompts."""

TITLES = {
    "clip_l": "CLIP-L",
    "clip_g": "CLIP-G",
    "clip_h": "CLIP-H",
    "t5": "T5",
    "pile_t5": "Pile-T5",
    "gemma2": "Gemma 2",
    "qwen3": "Qwen 3",
    "qwen25": "Qwen 2.5",
    "mistral": "Mistral",
}

CLIP_ENDS = ("text_model.final_layer_norm.weight",)
ENDS = dict.fromkeys(T5_KINDS, ("encoder.final_layer_norm.weight",)) | dict.fromkeys(LANGUAGE_KINDS, ())
"""What stands behind the layers of an encoder, by kind; language models may be read before it."""

_LAYER = re.compile(
    r"(text_model\.encoder\.layers\.|encoder\.block\.|layers\.)(\d{1,4})\.(.+\.(?:weight|bias))"
)

WIDTHS = {768: "clip_l", 1024: "clip_h", 1280: "clip_g"}
"""Which CLIP text model is this wide; others count as CLIP-L."""


def encoder_parts(shapes: Shapes, family: Family) -> dict[str, Part]:
    """The encoders that a checkpoint of a family brings along, by kind."""
    found: dict[str, Part] = {}
    for use in family.encoders:
        for prefix in use.prefixes:
            part = encoder_part(under(shapes, prefix), use.kind)
            if part and use.kind not in found:
                found[use.kind] = part.within(prefix)
    return found


def lone_encoders(shapes: Shapes) -> dict[str, Part]:
    """The encoders of a file that holds no denoising network, by kind, which follows from each one's width.

    What leads their names is not asked for: trainers and tools each have their own.
    """
    found: dict[str, Part] = {}
    for lead in _leads(shapes):
        part = encoder_part(under(shapes, lead), "")
        if part and part.kind not in found:
            found[part.kind] = part.within(lead)
    return found


def _leads(shapes: Shapes) -> list[str]:
    """What may stand before the names of encoders, the shorter first."""
    found = {
        name[: -len(mark)]
        for name in shapes
        for mark in MARKS
        if name.endswith(mark) and (len(name) == len(mark) or name[-len(mark) - 1] == ".")
    }
    return sorted(found - {"decoder."}, key=lambda lead: (len(lead), lead))


def encoder_part(shapes: Shapes, kind: str) -> Part | None:
    """The encoder in a bare network; `kind` "" takes the kind that it looks like. None if there is none."""
    names = usual_names(shapes)
    if names:
        part = encoder_part({usual: shapes[own] for usual, own in names.items()}, kind)
        return part and part.renamed(names.__getitem__)
    found = _t5_part(shapes) or language_part(shapes) or _clip_part(shapes)
    if found is None or not kind or found.kind == kind:
        return found
    return as_kind(found, kind) if is_clip(kind) and is_clip(found.kind) else None


def encoder_title(kind: str) -> str:
    """What a kind of text encoder is called."""
    return TITLES.get(kind, kind)


def is_clip(kind: str) -> bool:
    """Whether encoders of this kind are CLIP text models."""
    return kind not in (*T5_KINDS, *LANGUAGE_KINDS)


def missing_tensor(part: Part) -> str:
    """The name of a parameter that an encoder lacks, judged by its other layers; "" where it has all.

    Layers are numbered from 0 without a gap and have the same parameters; where one has more than its neighbours, the
    first layer excepted, those are taken to be missing there.
    """
    layers: dict[int, set[str]] = {}
    lead = ""
    for name in part.pieces:
        if found := _LAYER.fullmatch(name):
            lead = found[1]
            layers.setdefault(int(found[2]), set()).add(found[3])
    if not layers:
        return ""
    every = set.union(*(names for number, names in layers.items() if number), layers[min(layers)] - {T5_BIAS})
    for number in range(max(layers) + 1):
        if lacking := every - layers.get(number, set()):
            return f"{lead}{number}.{min(lacking)}"
    return next((name for name in ENDS.get(part.kind, CLIP_ENDS) if name not in part.pieces), "")


def _t5_part(shapes: Shapes) -> Part | None:
    pieces = t5_pieces(shapes)
    if SHARED not in pieces or f"encoder.block.0.{T5_BIAS}" not in pieces:
        return None
    config = t5_config(shapes_of(pieces, shapes))
    return Part("pile_t5" if config["every_layer"] else "t5", config, pieces)


def _clip_part(shapes: Shapes) -> Part | None:
    pieces = clip_pieces(shapes)
    if "text_model.embeddings.token_embedding.weight" not in pieces:
        return None
    config = clip_config(shapes_of(pieces, shapes))
    return as_kind(Part("", config, pieces), WIDTHS.get(config["width"], "clip_l"))


def as_kind(part: Part, kind: str) -> Part:
    """The CLIP text model as this kind: CLIP-L has an activation of its own."""
    activation = "quick_gelu" if kind == "clip_l" else "gelu"
    return replace(part, kind=kind, config={**part.config, "activation": activation})


def cast_encoders(family: Family, parts: Sequence[Part]) -> dict[str, Part]:
    """Give every place in a family the encoder of its kind.

    CLIP models whose kinds do not tell them apart, or are none of the family's, take its places by width.
    """
    wanted = [use.kind for use in family.encoders]
    places = [kind for kind in wanted if is_clip(kind)]
    clips = [part for part in parts if is_clip(part.kind)]
    kinds = [part.kind for part in clips]
    cast: dict[str, Part] = {}
    for part in parts:
        if not is_clip(part.kind) and part.kind in wanted:
            cast.setdefault(part.kind, part)
    if len(set(kinds)) == len(kinds):
        cast |= {part.kind: part for part in clips if part.kind in places}
    left = [place for place in places if place not in cast]
    spare = [part for part in clips if not any(part is used for used in cast.values())]
    by_width = sorted(spare, key=lambda part: int(part.config["width"]))
    return cast | {place: as_kind(part, place) for place, part in zip(left, by_width, strict=False)}
