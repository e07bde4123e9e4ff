"""Finding text encoders among the tensors of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodes.models.keys.clip import clip_config, clip_pieces
from nodes.models.keys.t5 import t5_config, t5_pieces
from nodes.models.parts import Part, shapes_of, under

if TYPE_CHECKING:
    from nodes.models.family import Family
    from nodes.models.parts import Shapes

STANDALONE = ("", "transformer.", "text_encoder.", "cond_stage_model.transformer.", "cond_stage_model.model.")
"""Prefixes under which files of a single encoder keep it."""


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
    """The encoder in a bare network; `kind` "" takes the kind from the width. None if there is none."""
    if "shared.weight" in shapes and kind in ("", "t5"):
        pieces = t5_pieces(shapes)
        return Part("t5", t5_config(shapes_of(pieces, shapes)), pieces, {})
    pieces = clip_pieces(shapes)
    if "text_model.embeddings.token_embedding.weight" not in pieces or kind == "t5":
        return None
    named = shapes_of(pieces, shapes)
    kind = kind or clip_kind(named)
    if kind == "clip_l":
        pieces.pop("text_projection.weight", None)
        named.pop("text_projection.weight", None)
    return Part(kind, clip_config(named, quick=kind == "clip_l"), pieces, {})


def clip_kind(named: Shapes) -> str:
    """Which CLIP text model has this width: L 768, H 1024, G 1280; others count as L."""
    width = named["text_model.embeddings.token_embedding.weight"][1]
    return {1024: "clip_h", 1280: "clip_g"}.get(width, "clip_l")
