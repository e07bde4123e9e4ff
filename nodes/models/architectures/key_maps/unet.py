"""The UNet of Stable Diffusion 1, 2 and XL: original names, and sizes from shapes.

Names on the left are those of Rombach et al.'s code as found in checkpoints, on the right diffusers'.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from nodes.models.files.parts import Piece, count

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from nodes.models.files.parts import Part

_TOP = {
    "time_embed.0": "time_embedding.linear_1",
    "time_embed.2": "time_embedding.linear_2",
    "label_emb.0.0": "add_embedding.linear_1",
    "label_emb.0.2": "add_embedding.linear_2",
    "input_blocks.0.0": "conv_in",
    "out.0": "conv_norm_out",
    "out.2": "conv_out",
    "middle_block.0": "mid_block.resnets.0",
    "middle_block.1": "mid_block.attentions.0",
    "middle_block.2": "mid_block.resnets.1",
}
_RESNET = {
    "in_layers.0": "norm1",
    "in_layers.2": "conv1",
    "emb_layers.1": "time_emb_proj",
    "out_layers.0": "norm2",
    "out_layers.3": "conv2",
    "skip_connection": "conv_shortcut",
}
_BACK = {new: old for old, new in _RESNET.items()}
_RESNET_BACK = re.compile(rf"^(?:{'|'.join(map(re.escape, _BACK))})(?=\.)")
_PLACE = re.compile(r"(down|up)_blocks\.(\d+)\.(resnets|attentions|downsamplers|upsamplers)\.(\d+)\.(.+)")
_BLOCK = re.compile(r"(input_blocks|output_blocks)\.(\d+)\.(\d+)\.(.+)")
_INNER = re.compile("|".join(map(re.escape, _RESNET)))


def unet_pieces(names: Iterable[str]) -> dict[str, Piece]:
    """Where diffusers' parameters lie among original names; names that are no UNet's are left out."""
    names = list(names)
    layers = _layers_per_block(names)
    mapped = ((_diffusers(name, layers), name) for name in names)
    return {new: Piece(name) for new, name in mapped if new}


def _layers_per_block(names: list[str]) -> int:
    downs = [int(name.split(".")[1]) for name in names if re.match(r"input_blocks\.\d+\.0\.op\.", name)]
    return min(downs, default=count(names, "input_blocks.")) - 1


def _diffusers(name: str, layers: int) -> str | None:
    block = _BLOCK.fullmatch(name)
    if block and name.split(".")[:2] != ["input_blocks", "0"]:
        side, number, place, rest = block[1], int(block[2]), block[3], block[4]
        index, layer = divmod(number - (side == "input_blocks"), layers + 1)
        start = f"{'down' if side == 'input_blocks' else 'up'}_blocks.{index}"
        if rest.startswith("op."):
            return f"{start}.downsamplers.0.conv.{rest[3:]}"
        if rest.startswith("conv."):
            return f"{start}.upsamplers.0.{rest}"
        if place == "0":
            return f"{start}.resnets.{layer}.{_resnet(rest)}"
        return f"{start}.attentions.{layer}.{rest}"
    for old, new in _TOP.items():
        if name.startswith(old + "."):
            return f"{new}.{_resnet(name[len(old) + 1 :])}"
    return None


def _resnet(rest: str) -> str:
    return _INNER.sub(lambda match: _RESNET[match[0]], rest, count=1)


def unet_original(part: Part) -> dict[str, Piece]:
    """Where every parameter of a UNet lies in original files."""
    each = part.config["layers_per_block"]
    layers = int(each if isinstance(each, int) else each[0])
    tops = sorted(_TOP.items(), key=lambda item: -len(item[1]))
    return {name: Piece(_original(name, layers, tops, part.pieces)) for name in part.pieces}


def _original(name: str, layers: int, tops: list[tuple[str, str]], names: Container[str]) -> str:
    if place := _PLACE.fullmatch(name):
        side, level, what, layer, rest = place[1], int(place[2]), place[3], int(place[4]), place[5]
        number = level * (layers + 1) + layer + (side == "down")
        start = f"{'in' if side == 'down' else 'out'}put_blocks."
        if what == "resnets":
            return f"{start}{number}.0.{_RESNET_BACK.sub(lambda match: _BACK[match[0]], rest, count=1)}"
        if what == "attentions":
            return f"{start}{number}.1.{rest}"
        if what == "downsamplers":
            return f"{start}{(level + 1) * (layers + 1)}.0.op.{rest.removeprefix('conv.')}"
        attended = f"up_blocks.{level}.attentions.0.norm.weight" in names
        return f"{start}{level * (layers + 1) + layers}.{1 + attended}.{rest}"
    for old, new in tops:
        if name.startswith(new + "."):
            rest = name[len(new) + 1 :]
            return f"{old}.{_RESNET_BACK.sub(lambda match: _BACK[match[0]], rest, count=1)}"
    return name


def unet_config(shapes: Mapping[str, tuple[int, ...]], heads: int | None) -> dict[str, Any]:
    """What diffusers' UNet2DConditionModel is made with, from the shapes of its parameters.

    `heads` is the number of attention heads, which no shape tells; None stands for heads 64 wide.
    """
    levels = range(count(shapes, "down_blocks."))
    channels = [shapes[f"down_blocks.{level}.resnets.0.conv1.weight"][0] for level in levels]
    downs = [_has(shapes, f"down_blocks.{level}.attentions.") for level in levels]
    ups = [_has(shapes, f"up_blocks.{level}.attentions.") for level in levels]
    layers = [count(shapes, f"down_blocks.{level}.resnets.") for level in levels]
    middle = _has(shapes, "mid_block.attentions.")
    depths = [_depths(shapes, f"down_blocks.{level}.", layers[level]) for level in levels]
    if middle and (depths[-1] == 1 or not downs[-1]):
        depths[-1] = _depth(shapes, "mid_block.attentions.0.")
    context = next(shape[1] for name, shape in shapes.items() if name.endswith("attn2.to_k.weight"))
    linear = next(len(shape) == 2 for name, shape in shapes.items() if name.endswith(".proj_in.weight"))
    config = {
        "in_channels": shapes["conv_in.weight"][1],
        "out_channels": shapes["conv_out.weight"][0],
        "block_out_channels": channels,
        "layers_per_block": layers[0] if len(set(layers)) == 1 else layers,
        "down_block_types": ["CrossAttnDownBlock2D" if has else "DownBlock2D" for has in downs],
        "up_block_types": ["CrossAttnUpBlock2D" if has else "UpBlock2D" for has in ups],
        "transformer_layers_per_block": depths,
        "cross_attention_dim": context,
        "use_linear_projection": linear,
        "attention_head_dim": heads or [max(width // 64, 1) for width in channels],
    }
    if not middle:
        config["mid_block_type"] = "UNetMidBlock2D" if _has(shapes, "mid_block.") else None
    up_depths = [
        _depths(shapes, f"up_blocks.{level}.", layers[-1 - level] + 1) if ups[level] else depths[-1 - level]
        for level in levels
    ]
    if up_depths != depths[::-1]:
        config["reverse_transformer_layers_per_block"] = up_depths
    if "add_embedding.linear_1.weight" in shapes:
        config |= {
            "addition_embed_type": "text_time",
            "addition_time_embed_dim": 256,
            "projection_class_embeddings_input_dim": shapes["add_embedding.linear_1.weight"][1],
        }
    return config


def _depths(shapes: Mapping[str, tuple[int, ...]], lead: str, layers: int) -> int | list[int]:
    """How many transformers each attention of a level has: one number where all have as many."""
    found = [_depth(shapes, f"{lead}attentions.{layer}.") or 1 for layer in range(layers)]
    return found[0] if len(set(found)) == 1 else found


def _has(shapes: Mapping[str, tuple[int, ...]], prefix: str) -> bool:
    return any(name.startswith(prefix) for name in shapes)


def _depth(shapes: Mapping[str, tuple[int, ...]], prefix: str) -> int:
    return count(shapes, prefix + "transformer_blocks.")
