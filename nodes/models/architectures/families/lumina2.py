"""Lumina-Image 2 (Qin et al. 2025): one transformer over prompt and picture, read by Gemma 2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodes.models.architectures.families.flux import LATENT
from nodes.models.architectures.families.sd3 import padded
from nodes.models.architectures.family import Facts, Family, Use
from nodes.models.architectures.key_maps.rules import from_original, rule, to_original
from nodes.models.architectures.unets import only
from nodes.models.diffusers_classes import diffusers_class
from nodes.models.files.parts import Part, count, same, shapes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from torch import Tensor, nn

    from nodes.models.architectures.family import Inputs
    from nodes.models.architectures.key_maps.rules import Rule
    from nodes.models.files.parts import Piece, Shapes

STACKS = ("layers.*.", "noise_refiner.*.", "context_refiner.*.")
LONGEST = 1024
"""The longest prompt and the most patches a side that places are made for."""


def block_rules(stack: str) -> Iterator[Rule]:
    """One stack of blocks; those over the prompt alone are not modulated."""
    modulated = not stack.startswith("context")
    yield rule(f"{stack}attention.qkv", *(f"{stack}attn.to_{x}" for x in "qkv"))
    yield rule(f"{stack}attention.out", f"{stack}attn.to_out.0")
    yield rule(f"{stack}attention.q_norm", f"{stack}attn.norm_q")
    yield rule(f"{stack}attention.k_norm", f"{stack}attn.norm_k")
    yield rule(f"{stack}attention_norm1", f"{stack}norm1.norm" if modulated else f"{stack}norm1")
    yield rule(f"{stack}attention_norm2", f"{stack}norm2")
    yield rule(f"{stack}adaLN_modulation.1", f"{stack}norm1.linear")
    yield from (rule(f"{stack}{name}", f"{stack}{name}") for name in ("ffn_norm1", "ffn_norm2"))
    yield from (rule(f"{stack}feed_forward.w{n}", f"{stack}feed_forward.linear_{n}") for n in (1, 2, 3))


RULES = (
    rule("x_embedder", "x_embedder"),
    rule("cap_embedder.0", "time_caption_embed.caption_embedder.0"),
    rule("cap_embedder.1", "time_caption_embed.caption_embedder.1"),
    rule("t_embedder.mlp.0", "time_caption_embed.timestep_embedder.linear_1"),
    rule("t_embedder.mlp.2", "time_caption_embed.timestep_embedder.linear_2"),
    rule("final_layer.adaLN_modulation.1", "norm_out.linear_1"),
    rule("final_layer.linear", "norm_out.linear_2"),
    *(entry for stack in STACKS for entry in block_rules(stack)),
)


def recognise(shapes: Shapes) -> Part | None:
    """Three stacks of blocks, without the tokens with which Z-Image fills gaps."""
    if "x_pad_token" in shapes:
        return None
    if "context_refiner.0.attention.qkv.weight" in shapes and "cap_embedder.1.weight" in shapes:
        pieces = from_original(shapes, RULES, shapes["x_embedder.weight"][0])
    elif (
        "time_caption_embed.caption_embedder.1.weight" in shapes
        and "context_refiner.0.norm1.weight" in shapes
    ):
        pieces = same(shapes)
    else:
        return None
    return Part("network", config_of(shapes_of(pieces, shapes)), pieces)


def config_of(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    """What diffusers' Lumina2Transformer2DModel is made with, from the shapes of its parameters."""
    inner, patches = shapes["x_embedder.weight"]
    head = shapes["layers.0.attn.norm_q.weight"][0]
    return {
        "in_channels": patches // 4,
        "hidden_size": inner,
        "num_layers": count(shapes, "layers."),
        "num_refiner_layers": count(shapes, "context_refiner."),
        "num_attention_heads": inner // head,
        "num_kv_heads": shapes["layers.0.attn.to_k.weight"][0] // head,
        "axes_dim_rope": (head // 3,) * 3,
        "axes_lens": (LONGEST,) * 3,
        "cap_feat_dim": shapes["time_caption_embed.caption_embedder.1.weight"][1],
    }


def facts(part: Part) -> Facts:
    """FLUX.1's latents, in a flow with shift 6."""
    return Facts("lumina2", LATENT, "lumina2", part.config["in_channels"])


def build(config: Mapping[str, Any]) -> nn.Module:
    """diffusers' Lumina2Transformer2DModel, with places for long prompts and large pictures."""
    Lumina2Transformer2DModel = diffusers_class(
        "transformers.transformer_lumina2", "Lumina2Transformer2DModel"
    )

    network: nn.Module = Lumina2Transformer2DModel.from_config({**config, "axes_lens": (LONGEST,) * 3})
    return network


def call(network: nn.Module, inputs: Inputs) -> Tensor:
    """Run the transformer, for which 1 is the picture and 0 the noise."""
    import torch

    x, (height, width) = padded(inputs.x, 2), inputs.x.shape[-2:]
    output: Tensor = network(
        hidden_states=x,
        timestep=1 - inputs.time,
        encoder_hidden_states=inputs.context,
        encoder_attention_mask=torch.ones(inputs.context.shape[:2], dtype=torch.bool, device=x.device),
        return_dict=False,
    )[0]
    return -output[..., :height, :width]


def original(part: Part) -> Mapping[str, Piece]:
    """Where each parameter lies in original files."""
    return to_original(part.shapes, RULES)


FAMILY = Family(
    name="lumina2",
    title="Lumina 2",
    tiny="taef1",
    recognise=recognise,
    facts=facts,
    build=build,
    call=call,
    encoders=(Use("gemma2", "text_encoder", ("text_encoders.gemma2_2b.transformer.",), layer=-2),),
    join=only("gemma2"),
    original=original,
)
