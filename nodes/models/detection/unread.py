"""Kinds of files that are known by names of their tensors alone: those that are not read, so that each is named rather
than taken for another, and those that another library reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("a control-LoRA", ("lora_controlnet",)),
    ("a union ControlNet", ("task_embedding", "spatial_ch_projs.")),
    ("a union ControlNet", ("task_embedding", "transformer_layes.")),
    ("a union ControlNet", ("controlnet_mode_embedder.",)),
    ("a ControlNet that holds differences to its base model", ("difference",)),
    ("a ControlNet for transformers", ("controlnet_x_embedder.",)),
    ("a ControlNet for transformers", ("controlnet_blocks.",)),
    ("a T2I-Adapter", ("body.0.in_conv.",)),
    ("a T2I-Adapter", ("body.0.block1.", "conv_in.")),
    ("a T2I-Adapter", ("adapter.body.0.",)),
    ("an IP-Adapter", ("ip_adapter.", "image_proj.")),
    ("an IP-Adapter", ("ip_adapter.1.to_k_ip.",)),
    ("a style model", ("style_embedding",)),
    ("a motion module of AnimateDiff", ("down_blocks.0.motion_modules.",)),
    ("a GLIGEN model", ("position_net.",)),
    ("a Chroma Radiance model, which draws pixels", ("distilled_guidance_layer.in_proj.", "nerf_")),
    ("a PixArt or HunyuanDiT model", ("t_block.1.",)),
    ("a HunyuanDiT model", ("mlp_t5.0.",)),
    ("a Hunyuan video model", ("txt_in.individual_token_refiner.",)),
    ("a Wan video model", ("head.modulation", "blocks.0.cross_attn.")),
    ("an LTX video model", ("patchify_proj.", "adaln_single.")),
    ("a Mochi video model", ("t5_yproj.", "t5_y_embedder.")),
    ("a Stable Cascade model", ("clip_txt_mapper.",)),
    ("a Stable Cascade model", ("clip_mapper.", "down_blocks.0.0.")),
    ("a HiDream model", ("caption_projection.0.linear.", "double_stream_blocks.")),
    ("a Stable Audio model", ("conditioner.conditioners.seconds_total.",)),
)
"""What such a file is, and what names of tensors that it has all begin with, behind a lead that the rest may share."""

ALONE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("a CLIP vision model without a text model", ("vision_model.embeddings.class_embedding",)),
)
"""The same for files in which nothing else is found."""

UPSCALERS: tuple[tuple[str, ...], ...] = (
    ("conv_first.",),
    ("model.0.weight", "model.1.sub."),
    ("body.0.weight", "body.1.weight", "body.2.weight"),
    ("conv_1.sk.weight", "block_1.c1_r."),
    ("residual_layer.0.residual_layer.0.layer.",),
    ("to_feat.", "feats.0.safm."),
    ("feats.0.weight", "feats.1."),
    ("gblocks.0.weight", "gblocks.1."),
    ("m_head.", "m_tail.", "m_body"),
    ("unet1.conv1.conv.0.weight", "unet1.conv1_down."),
    ("intro.weight", "ending.weight", "middle_blks.0."),
    ("sub_mean.", "add_mean.", "head.0.0."),
    ("fea_conv.", "B1.body.0."),
    ("quantize.embedding.weight", "encoder.down.0.block.0.", "encoder.conv_in."),
)
"""What names of tensors in networks that enlarge or clean pictures begin with, all of one line; the networks are those
of spandrel, which reads them. A file of another architecture is found out when it is opened."""

LEADS = (
    "",
    "model.diffusion_model.",
    "diffusion_model.",
    "model.",
    "net.",
    "params_ema.",
    "params.",
    "module.",
)


def unread_kind(names: Iterable[str], alone: bool = False) -> str:
    """What a file of tensors with these names is, where it is of a kind that is known and not read; else "".

    `alone` says that nothing else has been found in it.
    """
    listed = "\n".join(("", *names))
    for title, marks in (*KINDS, *(ALONE if alone else ())):
        if _begin(listed, marks):
            return title
    return ""


def is_upscaler(names: Iterable[str]) -> bool:
    """Whether tensors of these names are a network that enlarges or cleans pictures, of a common architecture."""
    listed = "\n".join(("", *names))
    return any(_begin(listed, marks) for marks in UPSCALERS)


def _begin(listed: str, marks: tuple[str, ...]) -> bool:
    """Whether names, each behind a line break, begin with all of `marks` behind one of LEADS."""
    return any(all(f"\n{lead}{mark}" in listed for mark in marks) for lead in LEADS)
