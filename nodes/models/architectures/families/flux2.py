"""FLUX.2 (Black Forest Labs 2025): double and single blocks that share their modulations, read by Mistral or Qwen 3."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from nodes.models.architectures.family import Facts, Family, LatentFormat, Use
from nodes.models.architectures.key_maps.rules import from_original, rule, to_original
from nodes.models.diffusers_classes import diffusers_class
from nodes.models.files.parts import Part, count, same, shapes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import torch
    from torch import Tensor, nn

    from nodes.models.architectures.family import Inputs
    from nodes.models.files.parts import Piece, Shapes
    from nodes.text_encoders.encode import Encoded

GUIDANCE = 3.5
"""What the network is told where a condition says nothing."""

MISTRAL_TEMPLATE = (
    "<s>[SYSTEM_PROMPT]You are an AI that reasons about image descriptions. You give structured responses focusing on "
    "object relationships, object\nattribution and actions without speculation.[/SYSTEM_PROMPT][INST]{}[/INST]"
)
QWEN_TEMPLATE = "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"

_BLOCK, _DOUBLE = "transformer_blocks.*.", "double_blocks.*."
_ALONE, _SINGLE = "single_transformer_blocks.*.", "single_blocks.*."
RULES = (
    rule("img_in", "x_embedder"),
    rule("txt_in", "context_embedder"),
    *(
        rule(f"{old}_in.{side}_layer", f"time_guidance_embed.{new}_embedder.linear_{at}")
        for old, new in (("time", "timestep"), ("guidance", "guidance"))
        for at, side in ((1, "in"), (2, "out"))
    ),
    *(
        rule(f"{name}.lin", f"{name}.linear")
        for name in (
            "double_stream_modulation_img",
            "double_stream_modulation_txt",
            "single_stream_modulation",
        )
    ),
    rule(f"{_DOUBLE}img_attn.qkv", *(f"{_BLOCK}attn.to_{x}" for x in "qkv")),
    rule(f"{_DOUBLE}txt_attn.qkv", *(f"{_BLOCK}attn.add_{x}_proj" for x in "qkv")),
    rule(f"{_DOUBLE}img_attn.norm.query_norm.scale", f"{_BLOCK}attn.norm_q.weight"),
    rule(f"{_DOUBLE}img_attn.norm.key_norm.scale", f"{_BLOCK}attn.norm_k.weight"),
    rule(f"{_DOUBLE}txt_attn.norm.query_norm.scale", f"{_BLOCK}attn.norm_added_q.weight"),
    rule(f"{_DOUBLE}txt_attn.norm.key_norm.scale", f"{_BLOCK}attn.norm_added_k.weight"),
    rule(f"{_DOUBLE}img_attn.proj", f"{_BLOCK}attn.to_out.0"),
    rule(f"{_DOUBLE}txt_attn.proj", f"{_BLOCK}attn.to_add_out"),
    rule(f"{_DOUBLE}img_mlp.0", f"{_BLOCK}ff.linear_in"),
    rule(f"{_DOUBLE}img_mlp.2", f"{_BLOCK}ff.linear_out"),
    rule(f"{_DOUBLE}txt_mlp.0", f"{_BLOCK}ff_context.linear_in"),
    rule(f"{_DOUBLE}txt_mlp.2", f"{_BLOCK}ff_context.linear_out"),
    rule(f"{_SINGLE}linear1", f"{_ALONE}attn.to_qkv_mlp_proj"),
    rule(f"{_SINGLE}linear2", f"{_ALONE}attn.to_out"),
    rule(f"{_SINGLE}norm.query_norm.scale", f"{_ALONE}attn.norm_q.weight"),
    rule(f"{_SINGLE}norm.key_norm.scale", f"{_ALONE}attn.norm_k.weight"),
    rule("final_layer.linear", "proj_out"),
    rule("final_layer.adaLN_modulation.1", "norm_out.linear", form="swapped"),
)


def recognise(shapes: Shapes) -> Part | None:
    """Modulations that all blocks of a kind share."""
    if "double_stream_modulation_img.lin.weight" in shapes:
        pieces = from_original(shapes, RULES, shapes["img_in.weight"][0])
    elif "double_stream_modulation_img.linear.weight" in shapes:
        pieces = same(shapes)
    else:
        return None
    return Part("network", config_of(shapes_of(pieces, shapes)), pieces)


def config_of(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    """What diffusers' Flux2Transformer2DModel is made with, from the shapes of its parameters."""
    inner, channels = shapes["x_embedder.weight"]
    head = shapes["transformer_blocks.0.attn.norm_q.weight"][0]
    return {
        "in_channels": channels,
        "num_layers": count(shapes, "transformer_blocks."),
        "num_single_layers": count(shapes, "single_transformer_blocks."),
        "attention_head_dim": head,
        "num_attention_heads": inner // head,
        "joint_attention_dim": shapes["context_embedder.weight"][1],
        "mlp_ratio": shapes["transformer_blocks.0.ff.linear_out.weight"][1] / inner,
        "axes_dims_rope": (head // 4,) * 4,
        "guidance_embeds": "time_guidance_embed.guidance_embedder.linear_1.weight" in shapes,
    }


def facts(part: Part) -> Facts:
    """Latents that the autoencoder has normed already, squares of 2 by 2 in 128 channels at 1/16, in FLUX's flow."""
    channels = part.config["in_channels"]
    return Facts("flux2", LatentFormat(channels, 1.0, downscale=16, patch=2), "flux2", channels)


def build(config: Mapping[str, Any]) -> nn.Module:
    """diffusers' Flux2Transformer2DModel."""
    Flux2Transformer2DModel = diffusers_class("transformers.transformer_flux2", "Flux2Transformer2DModel")

    network: nn.Module = Flux2Transformer2DModel.from_config(dict(config))
    return network


def call(network: nn.Module, inputs: Inputs) -> Tensor:
    """Run the transformer, for which each latent pixel is a token."""
    import torch

    x, (height, width) = inputs.x, inputs.x.shape[-2:]
    config: Any = network.config
    guidance = torch.full_like(inputs.time, GUIDANCE) if inputs.guidance is None else inputs.guidance
    told = [inputs.time * 1000, guidance * 1000] if config.guidance_embeds else [inputs.time * 1000]
    with exactly_in_turn(network.get_submodule("time_guidance_embed.time_proj"), told, x.dtype):
        output = network(
            hidden_states=x.flatten(2).transpose(1, 2),
            encoder_hidden_states=inputs.context,
            timestep=inputs.time.to(x.dtype),
            guidance=guidance if config.guidance_embeds else None,
            txt_ids=places(1, 1, inputs.context.shape[1], x.device),
            img_ids=places(height, width, 1, x.device),
            return_dict=False,
        )[0]
    velocity: Tensor = output.transpose(1, 2).unflatten(2, (height, width))
    return velocity


@contextmanager
def exactly_in_turn(module: nn.Module, arguments: list[Tensor], dtype: torch.dtype) -> Iterator[None]:
    """Hand a module that is called several times these arguments, one a call, in place of rounded ones; its
    answers are given on as `dtype`."""
    left = iter(arguments)
    hooks = [
        module.register_forward_pre_hook(lambda _, __: (next(left),)),
        module.register_forward_hook(lambda _, __, answer: answer.to(dtype)),
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def places(rows: int, columns: int, words: int, device: torch.device) -> Tensor:
    """Where each token lies, `[rows columns words, 4]`: nothing, row, column, word."""
    import torch

    axes = [torch.arange(size, device=device) for size in (1, rows, columns, words)]
    return torch.cartesian_prod(*axes)


def join(said: Mapping[str, Encoded]) -> Encoded:
    """What the one encoder says that is there."""
    return next(iter(said.values()))


def original(part: Part) -> Mapping[str, Piece]:
    """Where each parameter lies in original files."""
    return to_original(part.shapes, RULES)


FAMILY = Family(
    name="flux2",
    title="FLUX.2",
    recognise=recognise,
    facts=facts,
    build=build,
    call=call,
    encoders=(
        Use(
            "mistral",
            "text_encoder",
            ("text_encoders.mistral3_24b.transformer.",),
            minimum=512,
            template=MISTRAL_TEMPLATE,
            layers=(10, 20, 30),
        ),
        Use(
            "qwen3",
            "text_encoder",
            ("text_encoders.qwen3_4b.transformer.", "text_encoders.qwen3_8b.transformer."),
            minimum=512,
            template=QWEN_TEMPLATE,
            layers=(9, 18, 27),
        ),
    ),
    join=join,
    original=original,
)
