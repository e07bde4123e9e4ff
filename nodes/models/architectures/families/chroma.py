"""Chroma (Lodestone 2025): FLUX.1 pruned, with one network for all modulations and T5 alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nodes.models.architectures.families.flux import BLOCK_RULES, LATENT, exactly, packed, places, unpacked
from nodes.models.architectures.families.sd3 import padded
from nodes.models.architectures.family import Facts, Family, Use
from nodes.models.architectures.key_maps.rules import from_original, rule, to_original
from nodes.models.architectures.unets import only
from nodes.models.diffusers_classes import diffusers_class
from nodes.models.files.parts import Part, count, same, shapes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor, nn

    from nodes.models.architectures.family import Inputs
    from nodes.models.files.parts import Piece, Shapes

_GUIDE = "distilled_guidance_layer."

RULES = (
    *BLOCK_RULES,
    rule(f"{_GUIDE}in_proj", f"{_GUIDE}in_proj"),
    rule(f"{_GUIDE}out_proj", f"{_GUIDE}out_proj"),
    rule(f"{_GUIDE}layers.*.in_layer", f"{_GUIDE}layers.*.linear_1"),
    rule(f"{_GUIDE}layers.*.out_layer", f"{_GUIDE}layers.*.linear_2"),
    rule(f"{_GUIDE}norms.*.scale", f"{_GUIDE}norms.*.weight"),
)


def recognise(shapes: Shapes) -> Part | None:
    """FLUX's blocks with an approximator of modulations in the place of their own."""
    if f"{_GUIDE}in_proj.weight" not in shapes:
        return None
    if "double_blocks.0.img_attn.qkv.weight" in shapes:
        pieces = from_original(shapes, RULES, shapes["img_in.weight"][0])
    elif "single_transformer_blocks.0.proj_mlp.weight" in shapes:
        pieces = same(shapes)
    else:
        return None
    return Part("network", config_of(shapes_of(pieces, shapes)), pieces)


def config_of(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    """What diffusers' ChromaTransformer2DModel is made with, from the shapes of its parameters."""
    inner, channels = shapes["x_embedder.weight"]
    head = shapes["transformer_blocks.0.attn.norm_q.weight"][0]
    hidden, width = shapes[f"{_GUIDE}in_proj.weight"]
    return {
        "in_channels": channels,
        "out_channels": shapes["proj_out.weight"][0],
        "num_layers": count(shapes, "transformer_blocks."),
        "num_single_layers": count(shapes, "single_transformer_blocks."),
        "attention_head_dim": head,
        "num_attention_heads": inner // head,
        "joint_attention_dim": shapes["context_embedder.weight"][1],
        "approximator_num_channels": width,
        "approximator_hidden_dim": hidden,
        "approximator_layers": count(shapes, f"{_GUIDE}layers."),
    }


def facts(part: Part) -> Facts:
    """FLUX's latents, and its flow."""
    channels = part.config["out_channels"] // 4
    return Facts("chroma", replace(LATENT, channels=channels), "chroma", part.config["in_channels"] // 4)


def build(config: Mapping[str, Any]) -> nn.Module:
    """diffusers' ChromaTransformer2DModel."""
    ChromaTransformer2DModel = diffusers_class("transformers.transformer_chroma", "ChromaTransformer2DModel")

    network: nn.Module = ChromaTransformer2DModel.from_config(dict(config))
    return network


def call(network: nn.Module, inputs: Inputs) -> Tensor:
    """Run the transformer on patches of two by two latent pixels."""
    import torch

    x, (height, width) = padded(inputs.x, 2), inputs.x.shape[-2:]
    with exactly(network.get_submodule("time_text_embed"), [inputs.time * 1000], x.dtype):
        output = network(
            hidden_states=packed(x),
            encoder_hidden_states=inputs.context,
            timestep=inputs.time.to(x.dtype),
            txt_ids=torch.zeros(inputs.context.shape[1], 3, device=x.device),
            img_ids=places(x),
            return_dict=False,
        )[0]
    return unpacked(output, x.shape[-2], x.shape[-1])[..., :height, :width]


def original(part: Part) -> Mapping[str, Piece]:
    """Where each parameter lies in original files."""
    return to_original(part.shapes, RULES)


FAMILY = Family(
    name="chroma",
    title="Chroma",
    tiny="taef1",
    recognise=recognise,
    facts=facts,
    build=build,
    call=call,
    encoders=(Use("t5", "text_encoder", ("text_encoders.t5xxl.transformer.",), minimum=1),),
    join=only("t5"),
    original=original,
)
