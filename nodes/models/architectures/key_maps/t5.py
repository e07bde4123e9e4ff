"""T5 encoders (Raffel et al. 2020), named as in the transformers library; sizes from shapes."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from nodes.models.files.parts import Piece, count
from nodes.text_encoders.config import T5Config

if TYPE_CHECKING:
    from nodes.models.files.parts import Shapes


SHARED = "shared.weight"
TIED = "encoder.embed_tokens.weight"
"""Where files keep the table of words: both names mean the same tensor."""

BIAS = "layer.0.SelfAttention.relative_attention_bias.weight"


def t5_pieces(shapes: Shapes) -> dict[str, Piece]:
    """The encoder's parameters; a decoder in the same file is left out, and scales of eight-bit numbers."""
    table = SHARED if SHARED in shapes else TIED
    return {
        (SHARED if name == table else name): Piece(name)
        for name in shapes
        if name == table
        or (name.startswith("encoder.block.") and name.endswith(".weight"))
        or name == "encoder.final_layer_norm.weight"
    }


def t5_config(shapes: Shapes) -> dict[str, Any]:
    """A `T5Config`'s fields from the shapes of the parameters."""
    vocabulary, width = shapes[SHARED]
    buckets, heads = shapes[f"encoder.block.0.{BIAS}"]
    return asdict(
        T5Config(
            width=width,
            inner=shapes["encoder.block.0.layer.0.SelfAttention.q.weight"][0],
            hidden=shapes["encoder.block.0.layer.1.DenseReluDense.wo.weight"][1],
            layers=count(shapes, "encoder.block."),
            heads=heads,
            vocabulary=vocabulary,
            buckets=buckets,
            gated="encoder.block.0.layer.1.DenseReluDense.wi_0.weight" in shapes,
            every_layer=f"encoder.block.1.{BIAS}" in shapes,
        )
    )
