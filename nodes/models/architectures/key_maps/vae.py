"""The autoencoder of latent diffusion: original names (left) to diffusers' (right), and sizes from shapes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from nodes.models.files.parts import Piece, count

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TOP = {
    "norm_out": "conv_norm_out",
    "mid.block_1": "mid_block.resnets.0",
    "mid.block_2": "mid_block.resnets.1",
    "mid.attn_1.norm": "mid_block.attentions.0.group_norm",
    "mid.attn_1.q": "mid_block.attentions.0.to_q",
    "mid.attn_1.k": "mid_block.attentions.0.to_k",
    "mid.attn_1.v": "mid_block.attentions.0.to_v",
    "mid.attn_1.proj_out": "mid_block.attentions.0.to_out.0",
}
_OLD_NAMES = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}
_OLD = re.compile(r"\b(query|key|value|proj_attn)(\.(?:weight|bias))$")
_ATTENTION = re.compile(r"\.mid\.attn_1\.(q|k|v|proj_out)\.weight$")
_LEVEL = re.compile(r"(down|up)\.(\d+)\.(block\.\d+|downsample|upsample)\.(.+)")


def vae_pieces(names: Iterable[str]) -> dict[str, Piece]:
    """Where diffusers' parameters lie among original names; names that are no autoencoder's are left out."""
    names = list(names)
    levels = max(count(names, "decoder.up."), count(names, "encoder.down."))
    mapped = ((_diffusers(name, levels), name) for name in names)
    return {new: Piece(name, form="matrix" if _ATTENTION.search(name) else "") for new, name in mapped if new}


def vae_same(names: Iterable[str]) -> dict[str, Piece]:
    """Where parameters lie in diffusers' own files, the older of which name the attention differently."""
    return {_OLD.sub(lambda match: _OLD_NAMES[match[1]] + match[2], name): Piece(name) for name in names}


def _diffusers(name: str, levels: int) -> str | None:
    if name.startswith(("quant_conv.", "post_quant_conv.")):
        return name
    side, _, rest = name.partition(".")
    if side not in ("encoder", "decoder"):
        return None
    if level := _LEVEL.fullmatch(rest):
        direction, number, what, end = level[1], int(level[2]), level[3], level[4]
        index = number if direction == "down" else levels - 1 - number
        inner = f"resnets.{what[6:]}" if what.startswith("block") else f"{what}rs.0"
        return f"{side}.{direction}_blocks.{index}.{inner}.{end.replace('nin_shortcut', 'conv_shortcut')}"
    for old, new in _TOP.items():
        if rest.startswith(old + "."):
            return f"{side}.{new}.{rest[len(old) + 1 :].replace('nin_shortcut', 'conv_shortcut')}"
    return name if rest.startswith(("conv_in.", "conv_out.")) else None


def vae_config(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    """What diffusers' AutoencoderKL is made with, from the shapes of its parameters."""
    levels = range(count(shapes, "encoder.down_blocks."))
    return {
        "in_channels": shapes["encoder.conv_in.weight"][1],
        "out_channels": shapes["decoder.conv_out.weight"][0],
        "latent_channels": shapes["decoder.conv_in.weight"][1],
        "block_out_channels": [
            shapes[f"encoder.down_blocks.{level}.resnets.0.conv1.weight"][0] for level in levels
        ],
        "layers_per_block": count(shapes, "encoder.down_blocks.0.resnets."),
        "down_block_types": ["DownEncoderBlock2D" for _ in levels],
        "up_block_types": ["UpDecoderBlock2D" for _ in levels],
        "use_quant_conv": "quant_conv.weight" in shapes,
        "use_post_quant_conv": "post_quant_conv.weight" in shapes,
        "mid_block_add_attention": "encoder.mid_block.attentions.0.to_q.weight" in shapes,
    }
