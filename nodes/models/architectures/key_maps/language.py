"""Language models that read prompts: which one a file holds, and its sizes from shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodes.models.files.parts import Part, Piece, count, under

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nodes.models.files.parts import Shapes

LEADS = ("model.", "", "model.language_model.", "language_model.model.", "language_model.")
"""Under which names files keep the layers: those of the text model alone, and of models that also see."""

HEADS = {"gemma2": 256, "qwen25": 128, "mistral": 128}
"""The width of a head where no norm over heads tells it."""


def language_part(shapes: Shapes) -> Part | None:
    """The language model among the tensors of a file; output layers and eyes are left out."""
    for lead in LEADS:
        # One of the two, so that a file that lacks the other counts as a damaged one and not as an unknown one.
        first = (f"{lead}layers.0.self_attn.{name}_proj.weight" for name in "qk")
        if f"{lead}embed_tokens.weight" in shapes and any(name in shapes for name in first):
            inner = under(shapes, lead)
            pieces = {
                name: Piece(lead + name)
                for name in inner
                if name.startswith(("embed_tokens.", "layers.")) or name == "norm.weight"
            }
            kind = kind_of(inner)
            return Part(kind, config_of(inner, kind), pieces)
    return None


def kind_of(shapes: Mapping[str, tuple[int, ...]]) -> str:
    """Which family of language models these layers are of."""
    first = "layers.0."
    if f"{first}pre_feedforward_layernorm.weight" in shapes:
        return "gemma2"
    if f"{first}self_attn.q_norm.weight" in shapes:
        return "qwen3"
    return "qwen25" if f"{first}self_attn.q_proj.bias" in shapes else "mistral"


def config_of(shapes: Mapping[str, tuple[int, ...]], kind: str) -> dict[str, Any]:
    """A `LanguageConfig`'s fields from the shapes of the parameters."""
    vocabulary, width = shapes["embed_tokens.weight"]
    first = "layers.0.self_attn."
    head = shapes[f"{first}q_norm.weight"][0] if kind == "qwen3" else min(HEADS[kind], width)
    return {
        "kind": kind,
        "width": width,
        "hidden": shapes["layers.0.mlp.gate_proj.weight"][0],
        "layers": count(shapes, "layers."),
        "heads": shapes[f"{first}q_proj.weight"][0] // head,
        "shared_heads": shapes[f"{first}k_proj.weight"][0] // head,
        "head": head,
        "vocabulary": vocabulary,
        "normed": "norm.weight" in shapes,
    }
