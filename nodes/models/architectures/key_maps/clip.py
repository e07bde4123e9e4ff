"""CLIP text models: OpenCLIP's names to those of the transformers library, and sizes from shapes."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from nodes.models.files.parts import Piece, count
from nodes.text_encoders.config import ClipConfig

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nodes.models.files.parts import Shapes

_OPEN = {
    "token_embedding.weight": "text_model.embeddings.token_embedding.weight",
    "positional_embedding": "text_model.embeddings.position_embedding.weight",
    "ln_final.weight": "text_model.final_layer_norm.weight",
    "ln_final.bias": "text_model.final_layer_norm.bias",
}
_OPEN_BLOCK = {
    "ln_1": "layer_norm1",
    "ln_2": "layer_norm2",
    "mlp.c_fc": "mlp.fc1",
    "mlp.c_proj": "mlp.fc2",
    "attn.out_proj": "self_attn.out_proj",
}


def clip_pieces(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Piece]:
    """Where the parameters of a CLIP text model lie, whichever way the file names them; {} if it is none."""
    if "token_embedding.weight" in shapes and "positional_embedding" in shapes:
        return _open_clip(shapes)
    flat = "embeddings.token_embedding.weight" in shapes
    wanted = ("embeddings.", "encoder.", "final_layer_norm.") if flat else ("text_model.",)
    return {
        ("text_model." + name if flat and name != "text_projection.weight" else name): Piece(name)
        for name in shapes
        if (name.startswith(wanted) and not name.endswith("position_ids")) or name == "text_projection.weight"
    }


def _open_clip(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Piece]:
    width = shapes["token_embedding.weight"][1]
    pieces: dict[str, Piece] = {new: Piece(old) for old, new in _OPEN.items() if old in shapes}
    if "text_projection.weight" in shapes:
        pieces["text_projection.weight"] = Piece("text_projection.weight")
    elif "text_projection" in shapes:
        pieces["text_projection.weight"] = Piece("text_projection", form="turned")
    for name in shapes:
        lead, _, rest = name.partition("transformer.resblocks.")
        if lead or not rest:
            continue
        number, _, inner = rest.partition(".")
        start = f"text_model.encoder.layers.{number}."
        if inner.startswith("attn.in_proj_"):
            end = inner.removeprefix("attn.in_proj_")
            for at, letter in enumerate("qkv"):
                rows = (at * width, (at + 1) * width)
                pieces[f"{start}self_attn.{letter}_proj.{end}"] = Piece(name, rows)
        else:
            module, _, end = inner.rpartition(".")
            if module in _OPEN_BLOCK:
                pieces[f"{start}{_OPEN_BLOCK[module]}.{end}"] = Piece(name)
    return pieces


def clip_config(shapes: Shapes) -> dict[str, Any]:
    """A `ClipConfig`'s fields from the shapes of the parameters; heads are 64 wide."""
    width = shapes["text_model.embeddings.token_embedding.weight"][1]
    config = ClipConfig(
        width=width,
        hidden=shapes["text_model.encoder.layers.0.mlp.fc1.weight"][0],
        layers=count(shapes, "text_model.encoder.layers."),
        heads=max(width // 64, 1),
        projection=shapes.get("text_projection.weight", (0,))[0],
        vocabulary=shapes["text_model.embeddings.token_embedding.weight"][0],
        positions=shapes["text_model.embeddings.position_embedding.weight"][0],
    )
    return asdict(config)
