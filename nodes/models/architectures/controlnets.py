"""Finding a ControlNet (Zhang et al. 2023) among the tensors of a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from nodes.models.architectures.key_maps.unet import unet_config, unet_pieces
from nodes.models.files.parts import Part, Piece, count, same, shapes_of, under

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nodes.models.files.parts import Shapes

_HINT = re.compile(r"input_hint_block\.(\d+)\.(weight|bias)")


def control_part(shapes: Shapes, config: Mapping[str, Any] | None = None) -> Part | None:
    """The ControlNet of a UNet, in original or diffusers names; None if there is none.

    `config` is what a folder says of it; without one, the shapes tell.
    """
    for prefix in ("control_model.", ""):
        inner = under(shapes, prefix)
        if "input_hint_block.0.weight" in inner:
            pieces = _original(inner)
        elif "controlnet_cond_embedding.conv_in.weight" in inner:
            pieces = same(inner)
        else:
            continue
        known = dict(config) if config else control_config(shapes_of(pieces, inner))
        return Part("controlnet", known, pieces).within(prefix)
    return None


def _original(shapes: Shapes) -> dict[str, Piece]:
    pieces = unet_pieces(shapes)
    hints = sorted({int(match[1]) for name in shapes if (match := _HINT.fullmatch(name))})
    places = {number: f"blocks.{at - 1}" for at, number in enumerate(hints)}
    places |= {hints[0]: "conv_in", hints[-1]: "conv_out"}
    for name in shapes:
        start, _, end = name.rpartition(".")
        if match := _HINT.fullmatch(name):
            pieces[f"controlnet_cond_embedding.{places[int(match[1])]}.{end}"] = Piece(name)
        elif start.startswith("zero_convs."):
            pieces[f"controlnet_down_blocks.{start.split('.')[1]}.{end}"] = Piece(name)
        elif start == "middle_block_out.0":
            pieces[f"controlnet_mid_block.{end}"] = Piece(name)
    return pieces


def control_config(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    """What diffusers' ControlNetModel is made with, from the shapes of its parameters."""
    config = unet_config({**shapes, "conv_out.weight": (0,)}, None)
    if not config["use_linear_projection"]:
        config["attention_head_dim"] = 8
    inner = "controlnet_cond_embedding."
    widths = [shapes[f"{inner}conv_in.weight"][0]]
    widths += [
        shapes[f"{inner}blocks.{2 * at + 1}.weight"][0] for at in range(count(shapes, inner + "blocks.") // 2)
    ]
    config["conditioning_embedding_out_channels"] = widths
    config["conditioning_channels"] = shapes[f"{inner}conv_in.weight"][1]
    for unwanted in ("out_channels", "up_block_types", "reverse_transformer_layers_per_block"):
        config.pop(unwanted, None)
    return config
