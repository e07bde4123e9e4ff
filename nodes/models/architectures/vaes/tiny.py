"""TAESD (Bohan 2023): tiny autoencoders whose decoders are quick enough to show each step."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from nodes.models.diffusers_classes import diffusers_class
from nodes.models.files.parts import Part, Piece

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import nn

    from nodes.models.files.parts import Shapes

_ORIGINAL = re.compile(r"(\d+)\.(.+)")
_WIDTH, _BLOCKS = 64, (3, 3, 3, 1)


def recognise(shapes: Shapes) -> Part | None:
    """A tiny decoder, as a file of its own in the original names, or in diffusers'."""
    if shapes.get("1.weight", ())[:1] == (_WIDTH,) and "3.conv.0.weight" in shapes:
        matches = ((name, _ORIGINAL.fullmatch(name)) for name in shapes)
        pieces = {f"layers.{int(found[1]) - 1}.{found[2]}": Piece(name) for name, found in matches if found}
        return Part("tiny", {"latent_channels": shapes["1.weight"][1]}, pieces)
    if "decoder.layers.0.weight" in shapes and "decoder.layers.2.conv.0.weight" in shapes:
        lead = "decoder."
        pieces = {name.removeprefix(lead): Piece(name) for name in shapes if name.startswith(lead)}
        return Part("tiny", {"latent_channels": shapes["decoder.layers.0.weight"][1]}, pieces)
    return None


def is_encoder(shapes: Shapes) -> bool:
    """Whether this is a tiny encoder alone, for which there is no use here."""
    return shapes.get("0.weight", ())[:2] == (_WIDTH, 3) and "1.conv.0.weight" in shapes


def build(config: Mapping[str, Any]) -> nn.Module:
    """diffusers' DecoderTiny: latents in the network's scale `[B, C, h, w]` to pixels `[B, 3, 8 h, 8 w]`, -1..1."""
    DecoderTiny = diffusers_class("autoencoders.vae", "DecoderTiny")

    widths = (_WIDTH,) * len(_BLOCKS)
    network: nn.Module = DecoderTiny(config["latent_channels"], 3, _BLOCKS, widths, 2, "relu", "nearest")
    return network
