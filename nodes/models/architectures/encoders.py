"""Finding text encoders among the tensors of files, and giving each its place in a family."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nodes.models.architectures.key_maps.clip import clip_config, clip_pieces
from nodes.models.architectures.key_maps.language import language_part
from nodes.models.architectures.key_maps.llama import usual_names
from nodes.models.architectures.key_maps.t5 import t5_config, t5_pieces
from nodes.models.files.parts import Part, shapes_of, under

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nodes.models.architectures.family import Family
    from nodes.models.files.parts import Shapes

STANDALONE = ("", "transformer.", "text_encoder.", "cond_stage_model.transformer.", "cond_stage_model.model.")
"""Prefixes under which files of a single encoder keep it."""

T5_KINDS = ("t5", "pile_t5")
LANGUAGE_KINDS = ("gemma2", "qwen3", "qwen25", "mistral")
"""Kinds that read no chunks; all others are CLIP text models."""

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


def lone_encoder(shapes: Shapes) -> Part | None:
    """The encoder of a file that holds one and nothing else; its kind follows from its width."""
    for prefix in STANDALONE:
        part = encoder_part(under(shapes, prefix), "")
        if part:
            return part.within(prefix)
    return None


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


def is_clip(kind: str) -> bool:
    """Whether encoders of this kind are CLIP text models."""
    return kind not in (*T5_KINDS, *LANGUAGE_KINDS)


def _t5_part(shapes: Shapes) -> Part | None:
    if "shared.weight" not in shapes:
        return None
    pieces = t5_pieces(shapes)
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
    cast = {part.kind: part for part in parts if not is_clip(part.kind) and part.kind in wanted}
    if len(set(kinds)) == len(kinds):
        cast |= {part.kind: part for part in clips if part.kind in places}
    left = [place for place in places if place not in cast]
    spare = [part for part in clips if not any(part is used for used in cast.values())]
    by_width = sorted(spare, key=lambda part: int(part.config["width"]))
    return cast | {place: as_kind(part, place) for place, part in zip(left, by_width, strict=False)}
