"""Qwen-Image (Wu et al. 2025): a transformer of double blocks, read by Qwen 2.5 VL; a video model's autoencoder."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nodes.models.architectures.families.flux import exactly, packed, unpacked
from nodes.models.architectures.families.sd3 import padded
from nodes.models.architectures.family import Facts, Family, LatentFormat, Use
from nodes.models.architectures.unets import only
from nodes.models.architectures.vaes.wan import MEANS, SPREADS
from nodes.models.diffusers_classes import diffusers_class
from nodes.models.files.parts import Part, count, same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor, nn

    from nodes.models.architectures.family import Inputs
    from nodes.models.files.parts import Piece, Shapes

LATENT = LatentFormat(16, 1.0, scales=tuple(1 / spread for spread in SPREADS), shifts=MEANS)
TEMPLATE = (
    "<|im_start|>system\nDescribe the image by detailing the color, shape, size, texture, quantity, text, spatial "
    "relationships of the objects and background:<|im_end|>\n<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"
)
KNOWN = re.compile(
    r"(?:img_in|txt_in|txt_norm|proj_out|norm_out\.linear|time_text_embed\.timestep_embedder\.linear_[12]"
    r"|transformer_blocks\.\d+\.(?:attn\.(?:to_[qkv]|add_[qkv]_proj|to_out\.0|to_add_out|norm_[qk]|norm_added_[qk])"
    r"|(?:img|txt)_mod\.1|(?:img|txt)_mlp\.net\.(?:0\.proj|2)))\.(?:weight|bias)"
)
"""The names of its parameters."""

SKIP = 34
"""How many tokens the template takes before the prompt begins."""


def recognise(shapes: Shapes) -> Part | None:
    """Double blocks with a norm over the prompt; both projects name the parameters alike."""
    if "txt_norm.weight" not in shapes or "transformer_blocks.0.img_mod.1.weight" not in shapes:
        return None
    known = (
        "img_in.",
        "txt_in.",
        "txt_norm.",
        "time_text_embed.",
        "transformer_blocks.",
        "norm_out.",
        "proj_out.",
    )
    return Part("network", config_of(shapes), same(name for name in shapes if name.startswith(known)))


def config_of(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    """What diffusers' QwenImageTransformer2DModel is made with, from the shapes of its parameters."""
    inner, channels = shapes["img_in.weight"]
    head = shapes["transformer_blocks.0.attn.norm_q.weight"][0]
    return {
        "in_channels": channels,
        "out_channels": shapes["proj_out.weight"][0] // 4,
        "num_layers": count(shapes, "transformer_blocks."),
        "attention_head_dim": head,
        "num_attention_heads": inner // head,
        "joint_attention_dim": shapes["txt_in.weight"][1],
        "axes_dims_rope": (head // 8, head * 7 // 16, head * 7 // 16),
    }


def facts(part: Part) -> Facts:
    """Latents with a mean and a spread for each channel, in FLUX's flow."""
    channels = part.config["out_channels"]
    return Facts(
        "qwen_image", replace(LATENT, channels=channels), "qwen_image", part.config["in_channels"] // 4
    )


def build(config: Mapping[str, Any]) -> nn.Module:
    """diffusers' QwenImageTransformer2DModel."""
    QwenImageTransformer2DModel = diffusers_class(
        "transformers.transformer_qwenimage", "QwenImageTransformer2DModel"
    )

    network: nn.Module = QwenImageTransformer2DModel.from_config(dict(config))
    return network


def call(network: nn.Module, inputs: Inputs) -> Tensor:
    """Run the transformer on patches of two by two latent pixels."""
    x, (height, width) = padded(inputs.x, 2), inputs.x.shape[-2:]
    shape = (1, x.shape[-2] // 2, x.shape[-1] // 2)
    with exactly(network.get_submodule("time_text_embed"), [inputs.time], x.dtype):
        output = network(
            hidden_states=packed(x),
            encoder_hidden_states=inputs.context,
            timestep=inputs.time,
            img_shapes=[[shape]] * x.shape[0],
            return_dict=False,
        )[0]
    return unpacked(output, x.shape[-2], x.shape[-1])[..., :height, :width]


def original(part: Part) -> Mapping[str, Piece]:
    """Where each parameter lies in original files: under its own name."""
    return same(name for name in part.shapes if KNOWN.fullmatch(name))


FAMILY = Family(
    name="qwen_image",
    title="Qwen-Image",
    recognise=recognise,
    facts=facts,
    build=build,
    call=call,
    encoders=(
        Use(
            "qwen25",
            "text_encoder",
            ("text_encoders.qwen25_7b.transformer.",),
            template=TEMPLATE,
            skip=SKIP,
        ),
    ),
    join=only("qwen25"),
    original=original,
)
