"""AuraFlow (fal 2024): a transformer of double and single blocks, read by Pile-T5."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nodegraph.support.errors import LoadError
from nodes.models.architectures.families.sd3 import padded
from nodes.models.architectures.family import Facts, Family, LatentFormat, Use
from nodes.models.architectures.key_maps.rules import from_original, rule, to_original
from nodes.models.architectures.unets import only
from nodes.models.diffusers_classes import diffusers_class
from nodes.models.files.parts import Part, count, same, shapes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor, nn

    from nodes.models.architectures.family import Inputs
    from nodes.models.files.parts import Piece, Shapes

HEAD = 256
_DOUBLE, _JOINT = "double_layers.*.", "joint_transformer_blocks.*."
_SINGLE, _ALONE = "single_layers.*.", "single_transformer_blocks.*."
_MLP = (("c_fc1", "linear_1"), ("c_fc2", "linear_2"), ("c_proj", "out_projection"))

RULES = (
    rule("register_tokens", "register_tokens"),
    rule("positional_encoding", "pos_embed.pos_embed"),
    rule("init_x_linear", "pos_embed.proj"),
    rule("t_embedder.mlp.0", "time_step_proj.linear_1"),
    rule("t_embedder.mlp.2", "time_step_proj.linear_2"),
    rule("cond_seq_linear", "context_embedder"),
    rule("final_linear", "proj_out"),
    rule("modF.1", "norm_out.linear", form="swapped"),
    rule(f"{_DOUBLE}modX.1", f"{_JOINT}norm1.linear"),
    rule(f"{_DOUBLE}modC.1", f"{_JOINT}norm1_context.linear"),
    *(rule(f"{_DOUBLE}mlpX.{old}", f"{_JOINT}ff.{new}") for old, new in _MLP),
    *(rule(f"{_DOUBLE}mlpC.{old}", f"{_JOINT}ff_context.{new}") for old, new in _MLP),
    *(rule(f"{_DOUBLE}attn.w2{x}", f"{_JOINT}attn.to_{x}") for x in "qkv"),
    *(rule(f"{_DOUBLE}attn.w1{x}", f"{_JOINT}attn.add_{x}_proj") for x in "qkv"),
    rule(f"{_DOUBLE}attn.w2o", f"{_JOINT}attn.to_out.0"),
    rule(f"{_DOUBLE}attn.w1o", f"{_JOINT}attn.to_add_out"),
    rule(f"{_SINGLE}modCX.1", f"{_ALONE}norm1.linear"),
    *(rule(f"{_SINGLE}mlp.{old}", f"{_ALONE}ff.{new}") for old, new in _MLP),
    *(rule(f"{_SINGLE}attn.w1{x}", f"{_ALONE}attn.to_{x}") for x in "qkv"),
    rule(f"{_SINGLE}attn.w1o", f"{_ALONE}attn.to_out.0"),
)


def recognise(shapes: Shapes) -> Part | None:
    """Double and single layers, with tokens of the network's own beside the prompt."""
    if "register_tokens" not in shapes:
        return None
    if "cond_seq_linear.weight" in shapes and "positional_encoding" in shapes:
        pieces = from_original(shapes, RULES, 0)
    elif "joint_transformer_blocks.0.attn.add_q_proj.weight" in shapes:
        pieces = same(shapes)
    else:
        return None
    return Part("network", config_of(shapes_of(pieces, shapes)), pieces)


def config_of(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    """What diffusers' AuraFlowTransformer2DModel is made with, from the shapes of its parameters."""
    inner, patches = shapes["pos_embed.proj.weight"]
    return {
        "in_channels": patches // 4,
        "out_channels": shapes["proj_out.weight"][0] // 4,
        "num_mmdit_layers": count(shapes, "joint_transformer_blocks."),
        "num_single_dit_layers": count(shapes, "single_transformer_blocks."),
        "attention_head_dim": HEAD,
        "num_attention_heads": max(inner // HEAD, 1),
        "joint_attention_dim": shapes["context_embedder.weight"][1],
        "caption_projection_dim": inner,
        "pos_embed_max_size": shapes["pos_embed.pos_embed"][1],
    }


def facts(part: Part) -> Facts:
    """SDXL's latents, in a flow with shift 1.73."""
    channels = part.config["in_channels"]
    return Facts("auraflow", LatentFormat(channels, 0.13025), "auraflow", channels)


def build(config: Mapping[str, Any]) -> nn.Module:
    """diffusers' AuraFlowTransformer2DModel."""
    AuraFlowTransformer2DModel = diffusers_class(
        "transformers.auraflow_transformer_2d", "AuraFlowTransformer2DModel"
    )

    network: nn.Module = AuraFlowTransformer2DModel.from_config(dict(config))
    return network


def call(network: nn.Module, inputs: Inputs) -> Tensor:
    """Run the transformer, which knows only as many places as it has learned."""
    x, (height, width) = padded(inputs.x, 2), inputs.x.shape[-2:]
    config: Any = network.config
    most = math.isqrt(config.pos_embed_max_size) * 2
    if max(x.shape[-2:]) > most:
        raise LoadError(
            "This AuraFlow draws pictures of up to {value} pixels a side: choose a smaller size.",
            value=most * 8,
        )
    output: Tensor = network(x, inputs.context, inputs.time, return_dict=False)[0]
    return output[..., :height, :width]


def original(part: Part) -> Mapping[str, Piece]:
    """Where each parameter lies in original files."""
    return to_original(part.shapes, RULES)


FAMILY = Family(
    name="auraflow",
    title="AuraFlow",
    tiny="taesdxl",
    recognise=recognise,
    facts=facts,
    build=build,
    call=call,
    encoders=(Use("pile_t5", "text_encoder", ("text_encoders.pile_t5xl.transformer.",), minimum=256),),
    join=only("pile_t5"),
    original=original,
)
