"""Z-Image (Tongyi 2025): one transformer over picture and prompt, read by Qwen 3."""

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
TEMPLATE = "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"
UNCHANGED = (
    "attention_norm1",
    "attention_norm2",
    "ffn_norm1",
    "ffn_norm2",
    "adaLN_modulation.0",
    "feed_forward.w1",
    "feed_forward.w2",
    "feed_forward.w3",
)
"""Modules of a block that both projects call alike."""


def block_rules(stack: str) -> Iterator[Rule]:
    """One stack of blocks."""
    lead = f"{stack}attention."
    yield rule(f"{lead}qkv", *(f"{lead}to_{x}" for x in "qkv"))
    yield rule(f"{lead}out", f"{lead}to_out.0")
    yield rule(f"{lead}q_norm", f"{lead}norm_q")
    yield rule(f"{lead}k_norm", f"{lead}norm_k")
    yield from (rule(stack + name, stack + name) for name in UNCHANGED)


RULES = (
    rule("x_embedder", "all_x_embedder.2-1"),
    rule("final_layer.linear", "all_final_layer.2-1.linear"),
    rule("final_layer.adaLN_modulation.1", "all_final_layer.2-1.adaLN_modulation.1"),
    *(
        rule(name, name)
        for name in ("x_pad_token", "cap_pad_token", "cap_embedder.0", "cap_embedder.1", "t_embedder.mlp.0")
    ),
    rule("t_embedder.mlp.2", "t_embedder.mlp.2"),
    *(entry for stack in STACKS for entry in block_rules(stack)),
)


def recognise(shapes: Shapes) -> Part | None:
    """Three stacks of blocks, with tokens that fill the gaps of picture and prompt."""
    if "x_pad_token" not in shapes or "cap_embedder.1.weight" not in shapes:
        return None
    if "x_embedder.weight" in shapes and "layers.0.attention.qkv.weight" in shapes:
        pieces = from_original(shapes, RULES, shapes["x_embedder.weight"][0])
    elif "all_x_embedder.2-1.weight" in shapes:
        pieces = same(shapes)
    else:
        return None
    return Part("network", config_of(shapes_of(pieces, shapes)), pieces)


def config_of(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    """What diffusers' ZImageTransformer2DModel is made with, from the shapes of its parameters."""
    inner, patches = shapes["all_x_embedder.2-1.weight"]
    head = shapes["layers.0.attention.norm_q.weight"][0]
    return {
        "in_channels": patches // 4,
        "dim": inner,
        "n_layers": count(shapes, "layers."),
        "n_refiner_layers": count(shapes, "context_refiner."),
        "n_heads": inner // head,
        "n_kv_heads": shapes["layers.0.attention.to_k.weight"][0] // head,
        "cap_feat_dim": shapes["cap_embedder.1.weight"][1],
        "axes_dims": [head // 4, head * 3 // 8, head * 3 // 8],
    }


def facts(part: Part) -> Facts:
    """FLUX.1's latents, in a flow with shift 3."""
    return Facts("z_image", LATENT, "z_image", part.config["in_channels"])


def build(config: Mapping[str, Any]) -> nn.Module:
    """diffusers' ZImageTransformer2DModel."""
    ZImageTransformer2DModel = diffusers_class("transformers.transformer_z_image", "ZImageTransformer2DModel")

    network: nn.Module = ZImageTransformer2DModel.from_config(dict(config))
    return network


def call(network: nn.Module, inputs: Inputs) -> Tensor:
    """Run the transformer, which takes pictures and prompts one by one, with 1 for the picture and 0 for noise."""
    import torch

    x, (height, width) = padded(inputs.x, 2), inputs.x.shape[-2:]
    answers = network(
        list(x.unsqueeze(2).unbind()), 1 - inputs.time, list(inputs.context.unbind()), return_dict=False
    )[0]
    return -torch.stack(answers).squeeze(2)[..., :height, :width]


def original(part: Part) -> Mapping[str, Piece]:
    """Where each parameter lies in original files."""
    return to_original(part.shapes, RULES)


FAMILY = Family(
    name="z_image",
    title="Z-Image",
    tiny="taef1",
    recognise=recognise,
    facts=facts,
    build=build,
    call=call,
    encoders=(
        Use("qwen3", "text_encoder", ("text_encoders.qwen3_4b.transformer.",), layer=-2, template=TEMPLATE),
    ),
    join=only("qwen3"),
    original=original,
)
