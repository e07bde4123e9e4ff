"""Stable Diffusion 3 and 3.5 (Esser et al. 2024): a transformer over picture and text together."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nodes.models.architectures.family import Facts, Family, LatentFormat, Use
from nodes.models.architectures.key_maps.rules import from_original, rule, to_original
from nodes.models.diffusers_classes import diffusers_class
from nodes.models.files.parts import Part, count, same, shapes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor, nn

    from nodes.models.architectures.family import Inputs
    from nodes.models.files.parts import Piece, Shapes
    from nodes.text_encoders.encode import Encoded

LATENT = LatentFormat(16, 1.5305, 0.0609)
HEAD = 64
WIDTHS = (768, 1280, 4096)

_BLOCK, _ORIGINAL = "transformer_blocks.*.", "joint_blocks.*."
RULES = (
    rule("pos_embed", "pos_embed.pos_embed"),
    rule("x_embedder.proj", "pos_embed.proj"),
    rule("t_embedder.mlp.0", "time_text_embed.timestep_embedder.linear_1"),
    rule("t_embedder.mlp.2", "time_text_embed.timestep_embedder.linear_2"),
    rule("y_embedder.mlp.0", "time_text_embed.text_embedder.linear_1"),
    rule("y_embedder.mlp.2", "time_text_embed.text_embedder.linear_2"),
    rule("context_embedder", "context_embedder"),
    rule(f"{_ORIGINAL}x_block.attn.qkv", *(f"{_BLOCK}attn.to_{x}" for x in "qkv")),
    rule(f"{_ORIGINAL}x_block.attn2.qkv", *(f"{_BLOCK}attn2.to_{x}" for x in "qkv")),
    rule(f"{_ORIGINAL}context_block.attn.qkv", *(f"{_BLOCK}attn.add_{x}_proj" for x in "qkv")),
    rule(f"{_ORIGINAL}x_block.attn.ln_q", f"{_BLOCK}attn.norm_q"),
    rule(f"{_ORIGINAL}x_block.attn.ln_k", f"{_BLOCK}attn.norm_k"),
    rule(f"{_ORIGINAL}x_block.attn2.ln_q", f"{_BLOCK}attn2.norm_q"),
    rule(f"{_ORIGINAL}x_block.attn2.ln_k", f"{_BLOCK}attn2.norm_k"),
    rule(f"{_ORIGINAL}context_block.attn.ln_q", f"{_BLOCK}attn.norm_added_q"),
    rule(f"{_ORIGINAL}context_block.attn.ln_k", f"{_BLOCK}attn.norm_added_k"),
    rule(f"{_ORIGINAL}x_block.attn.proj", f"{_BLOCK}attn.to_out.0"),
    rule(f"{_ORIGINAL}x_block.attn2.proj", f"{_BLOCK}attn2.to_out.0"),
    rule(f"{_ORIGINAL}context_block.attn.proj", f"{_BLOCK}attn.to_add_out"),
    rule(f"{_ORIGINAL}x_block.adaLN_modulation.1", f"{_BLOCK}norm1.linear"),
    rule(f"{_ORIGINAL}context_block.adaLN_modulation.1", f"{_BLOCK}norm1_context.linear"),
    rule(f"{_ORIGINAL}x_block.mlp.fc1", f"{_BLOCK}ff.net.0.proj"),
    rule(f"{_ORIGINAL}x_block.mlp.fc2", f"{_BLOCK}ff.net.2"),
    rule(f"{_ORIGINAL}context_block.mlp.fc1", f"{_BLOCK}ff_context.net.0.proj"),
    rule(f"{_ORIGINAL}context_block.mlp.fc2", f"{_BLOCK}ff_context.net.2"),
    rule("final_layer.linear", "proj_out"),
    rule("final_layer.adaLN_modulation.1", "norm_out.linear", form="swapped"),
)


def recognise(shapes: Shapes) -> Part | None:
    """A transformer of joint blocks that begins with a convolution over patches."""
    if "joint_blocks.0.x_block.attn.qkv.weight" in shapes and "y_embedder.mlp.0.weight" in shapes:
        pieces = _last_swapped(from_original(shapes, RULES, 0))
    elif "pos_embed.proj.weight" in shapes and "transformer_blocks.0.attn.add_q_proj.weight" in shapes:
        if "time_text_embed.text_embedder.linear_1.weight" not in shapes:
            return None
        pieces = same(shapes)
    else:
        return None
    return Part("network", config_of(shapes_of(pieces, shapes)), pieces)


def _last_swapped(pieces: dict[str, Piece]) -> dict[str, Piece]:
    """The last block only reads the text, and its two modulations stand in the other order."""
    last = count(pieces, "transformer_blocks.") - 1
    names = [f"transformer_blocks.{last}.norm1_context.linear.{end}" for end in ("weight", "bias")]
    return pieces | {name: replace(pieces[name], form="swapped") for name in names if name in pieces}


def config_of(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    """What diffusers' SD3Transformer2DModel is made with, from the shapes of its parameters."""
    inner = shapes["pos_embed.proj.weight"][0]
    layers = count(shapes, "transformer_blocks.")
    dual = [at for at in range(layers) if f"transformer_blocks.{at}.attn2.to_q.weight" in shapes]
    return {
        "in_channels": shapes["pos_embed.proj.weight"][1],
        "out_channels": shapes["proj_out.weight"][0] // shapes["pos_embed.proj.weight"][2] ** 2,
        "patch_size": shapes["pos_embed.proj.weight"][2],
        "num_layers": layers,
        "attention_head_dim": HEAD,
        "num_attention_heads": max(inner // HEAD, 1),
        "joint_attention_dim": shapes["context_embedder.weight"][1],
        "caption_projection_dim": shapes["context_embedder.weight"][0],
        "pooled_projection_dim": shapes["time_text_embed.text_embedder.linear_1.weight"][1],
        "pos_embed_max_size": math.isqrt(shapes["pos_embed.pos_embed"][1]),
        "dual_attention_layers": tuple(dual),
        "qk_norm": "rms_norm" if "transformer_blocks.0.attn.norm_q.weight" in shapes else None,
    }


def facts(part: Part) -> Facts:
    """A rectified flow with shift 3."""
    return Facts(
        "sd3", replace(LATENT, channels=part.config["in_channels"]), "sd3", part.config["in_channels"]
    )


def build(config: Mapping[str, Any]) -> nn.Module:
    """diffusers' SD3Transformer2DModel."""
    SD3Transformer2DModel = diffusers_class("transformers.transformer_sd3", "SD3Transformer2DModel")

    network: nn.Module = SD3Transformer2DModel.from_config(dict(config))
    return network


def call(network: nn.Module, inputs: Inputs) -> Tensor:
    """Run the transformer; sides that are no whole patches are continued around the edge."""
    x, (height, width) = padded(inputs.x, 2), inputs.x.shape[-2:]
    output: Tensor = network(x, inputs.context, inputs.pooled, inputs.time, return_dict=False)[0]
    return output[..., :height, :width]


def padded(x: Tensor, patch: int) -> Tensor:
    """Latents `[B, C, h, w]` continued around the edge to whole patches."""
    from torch.nn import functional

    down, right = -x.shape[-2] % patch, -x.shape[-1] % patch
    return functional.pad(x, (0, right, 0, down), mode="circular") if down or right else x


def join(said: Mapping[str, Encoded]) -> Encoded:
    """CLIP-L beside CLIP-G, T5 after them; an encoder that is missing counts as zeros."""
    from nodes.text_encoders.encode import join_sd3

    kinds = ("clip_l", "clip_g", "t5")
    widths = [
        said[kind].cond.shape[-1] if kind in said else width
        for kind, width in zip(kinds, WIDTHS, strict=True)
    ]
    t5 = said["t5"].cond if "t5" in said else None
    return join_sd3(said.get("clip_l"), said.get("clip_g"), t5, (widths[0], widths[1], widths[2]))


def original(part: Part) -> Mapping[str, Piece]:
    """Where each parameter lies in original files."""
    return _last_swapped(to_original(part.shapes, RULES))


FAMILY = Family(
    name="sd3",
    title="Stable Diffusion 3",
    tiny="taesd3",
    recognise=recognise,
    facts=facts,
    build=build,
    call=call,
    encoders=(
        Use("clip_l", "text_encoder", ("text_encoders.clip_l.transformer.",), layer=-2, norm=False),
        Use("clip_g", "text_encoder_2", ("text_encoders.clip_g.transformer.",), -2, False, 0, projected=True),
        Use("t5", "text_encoder_3", ("text_encoders.t5xxl.transformer.",), minimum=77),
    ),
    join=join,
    original=original,
)
