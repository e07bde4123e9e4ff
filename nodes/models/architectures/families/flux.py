"""FLUX.1 (Black Forest Labs 2024): a transformer of double and single blocks, distilled guidance as an input."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nodes.models.architectures.families.sd3 import padded
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

LATENT = LatentFormat(16, 0.3611, 0.1159)
GUIDANCE = 3.5
"""What the network is told where a condition says nothing."""

_BLOCK, _DOUBLE = "transformer_blocks.*.", "double_blocks.*."
_ALONE, _SINGLE = "single_transformer_blocks.*.", "single_blocks.*."
BLOCK_RULES = (
    rule("img_in", "x_embedder"),
    rule("txt_in", "context_embedder"),
    rule(f"{_DOUBLE}img_attn.qkv", *(f"{_BLOCK}attn.to_{x}" for x in "qkv")),
    rule(f"{_DOUBLE}txt_attn.qkv", *(f"{_BLOCK}attn.add_{x}_proj" for x in "qkv")),
    rule(f"{_DOUBLE}img_attn.norm.query_norm.scale", f"{_BLOCK}attn.norm_q.weight"),
    rule(f"{_DOUBLE}img_attn.norm.key_norm.scale", f"{_BLOCK}attn.norm_k.weight"),
    rule(f"{_DOUBLE}txt_attn.norm.query_norm.scale", f"{_BLOCK}attn.norm_added_q.weight"),
    rule(f"{_DOUBLE}txt_attn.norm.key_norm.scale", f"{_BLOCK}attn.norm_added_k.weight"),
    rule(f"{_DOUBLE}img_attn.proj", f"{_BLOCK}attn.to_out.0"),
    rule(f"{_DOUBLE}txt_attn.proj", f"{_BLOCK}attn.to_add_out"),
    rule(f"{_DOUBLE}img_mlp.0", f"{_BLOCK}ff.net.0.proj"),
    rule(f"{_DOUBLE}img_mlp.2", f"{_BLOCK}ff.net.2"),
    rule(f"{_DOUBLE}txt_mlp.0", f"{_BLOCK}ff_context.net.0.proj"),
    rule(f"{_DOUBLE}txt_mlp.2", f"{_BLOCK}ff_context.net.2"),
    rule(f"{_SINGLE}linear1", *(f"{_ALONE}attn.to_{x}" for x in "qkv"), f"{_ALONE}proj_mlp"),
    rule(f"{_SINGLE}linear2", f"{_ALONE}proj_out"),
    rule(f"{_SINGLE}norm.query_norm.scale", f"{_ALONE}attn.norm_q.weight"),
    rule(f"{_SINGLE}norm.key_norm.scale", f"{_ALONE}attn.norm_k.weight"),
    rule("final_layer.linear", "proj_out"),
)
"""What FLUX.1 shares with its descendants."""

RULES = (
    *BLOCK_RULES,
    *(
        rule(f"{old}.{side}_layer", f"time_text_embed.{new}_embedder.linear_{at}")
        for old, new in (("time_in", "timestep"), ("vector_in", "text"), ("guidance_in", "guidance"))
        for at, side in ((1, "in"), (2, "out"))
    ),
    rule(f"{_DOUBLE}img_mod.lin", f"{_BLOCK}norm1.linear"),
    rule(f"{_DOUBLE}txt_mod.lin", f"{_BLOCK}norm1_context.linear"),
    rule(f"{_SINGLE}modulation.lin", f"{_ALONE}norm.linear"),
    rule("final_layer.adaLN_modulation.1", "norm_out.linear", form="swapped"),
)


def recognise(shapes: Shapes) -> Part | None:
    """Double and single blocks with a vector of the pooled prompt."""
    if "double_blocks.0.img_attn.qkv.weight" in shapes and "vector_in.in_layer.weight" in shapes:
        pieces = from_original(shapes, RULES, shapes["img_in.weight"][0])
    elif "single_transformer_blocks.0.proj_mlp.weight" in shapes and "x_embedder.weight" in shapes:
        if "time_text_embed.text_embedder.linear_1.weight" not in shapes:
            return None
        pieces = same(shapes)
    else:
        return None
    return Part("network", config_of(shapes_of(pieces, shapes)), pieces)


def config_of(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    """What diffusers' FluxTransformer2DModel is made with, from the shapes of its parameters."""
    inner, channels = shapes["x_embedder.weight"]
    head = shapes["transformer_blocks.0.attn.norm_q.weight"][0]
    return {
        "in_channels": channels,
        "out_channels": shapes["proj_out.weight"][0],
        "num_layers": count(shapes, "transformer_blocks."),
        "num_single_layers": count(shapes, "single_transformer_blocks."),
        "attention_head_dim": head,
        "num_attention_heads": inner // head,
        "joint_attention_dim": shapes["context_embedder.weight"][1],
        "pooled_projection_dim": shapes["time_text_embed.text_embedder.linear_1.weight"][1],
        "guidance_embeds": "time_text_embed.guidance_embedder.linear_1.weight" in shapes,
    }


def facts(part: Part) -> Facts:
    """A flow with shifted time; the fast variant, which takes no guidance, without the shift."""
    config = part.config
    latent = replace(LATENT, channels=config["out_channels"] // 4)
    return Facts(
        "flux", latent, "flux" if config["guidance_embeds"] else "flux_schnell", config["in_channels"] // 4
    )


def build(config: Mapping[str, Any]) -> nn.Module:
    """diffusers' FluxTransformer2DModel, told times and guidance in float32 whatever it computes in."""
    FluxTransformer2DModel = diffusers_class("transformers.transformer_flux", "FluxTransformer2DModel")

    network: nn.Module = FluxTransformer2DModel.from_config(dict(config))
    return network


def call(network: nn.Module, inputs: Inputs) -> Tensor:
    """Run the transformer on patches of two by two latent pixels."""
    import torch

    x, (height, width) = padded(inputs.x, 2), inputs.x.shape[-2:]
    config: Any = network.config
    guidance = inputs.guidance
    if guidance is None and config.guidance_embeds:
        guidance = torch.full_like(inputs.time, GUIDANCE)
    exact = (
        [inputs.time * 1000]
        if guidance is None or not config.guidance_embeds
        else [inputs.time * 1000, guidance * 1000]
    )
    with exactly(network.get_submodule("time_text_embed"), exact, x.dtype):
        output = network(
            hidden_states=packed(x),
            encoder_hidden_states=inputs.context,
            pooled_projections=inputs.pooled,
            timestep=inputs.time.to(x.dtype),
            guidance=guidance if config.guidance_embeds else None,
            txt_ids=torch.zeros(inputs.context.shape[1], 3, device=x.device),
            img_ids=places(x),
            return_dict=False,
            **inputs.residuals,
        )[0]
    return unpacked(output, x.shape[-2], x.shape[-1])[..., :height, :width]


@contextmanager
def exactly(module: nn.Module, arguments: list[Tensor], dtype: torch.dtype) -> Iterator[None]:
    """Hand a module these first arguments in place of ones that diffusers has rounded to bfloat16; its answer
    is given on as `dtype`."""
    hooks = [
        module.register_forward_pre_hook(lambda _, given: (*arguments, *given[len(arguments) :])),
        module.register_forward_hook(lambda _, __, answer: answer.to(dtype)),
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def packed(x: Tensor) -> Tensor:
    """`[B, C, h, w]` as tokens `[B, h w / 4, 4 C]`."""
    batch, channels, height, width = x.shape
    patches = x.reshape(batch, channels, height // 2, 2, width // 2, 2)
    return patches.permute(0, 2, 4, 1, 3, 5).reshape(batch, height * width // 4, channels * 4)


def unpacked(tokens: Tensor, height: int, width: int) -> Tensor:
    """The inverse of `packed`."""
    batch, _, channels = tokens.shape
    patches = tokens.reshape(batch, height // 2, width // 2, channels // 4, 2, 2)
    return patches.permute(0, 3, 1, 4, 2, 5).reshape(batch, channels // 4, height, width)


def places(x: Tensor) -> Tensor:
    """Where each patch lies, float32 `[h w / 4, 3]`: nothing, row, column."""
    import torch

    rows, columns = x.shape[-2] // 2, x.shape[-1] // 2
    ids = torch.zeros(rows, columns, 3, device=x.device)
    ids[..., 1] += torch.arange(rows, device=x.device)[:, None]
    ids[..., 2] += torch.arange(columns, device=x.device)[None, :]
    return ids.reshape(-1, 3)


def join(said: Mapping[str, Encoded]) -> Encoded:
    """What T5 says, and CLIP-L's pooled state."""
    from nodes.text_encoders.encode import join_flux

    return join_flux(said.get("clip_l"), said.get("t5"))


def original(part: Part) -> Mapping[str, Piece]:
    """Where each parameter lies in original files."""
    return to_original(part.shapes, RULES)


FAMILY = Family(
    name="flux",
    title="FLUX.1",
    tiny="taef1",
    recognise=recognise,
    facts=facts,
    build=build,
    call=call,
    encoders=(
        Use("clip_l", "text_encoder", ("text_encoders.clip_l.transformer.",)),
        Use("t5", "text_encoder_2", ("text_encoders.t5xxl.transformer.",), minimum=256),
    ),
    join=join,
    original=original,
)
