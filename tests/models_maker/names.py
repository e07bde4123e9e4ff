"""Weights in the names of the original projects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from nodes.models.architectures.families import families
from nodes.models.architectures.family import Family
from nodes.models.files.parts import Piece
from nodes.models.files.tensor_info import TensorInfo
from tests.models_maker.networks import LAYERS, Tiny

State = dict[str, Tensor]


def original_texts(tiny: Tiny) -> State:
    """The text encoders under the names of the family's single files."""
    plain = [hf_text(text) for text in tiny.texts]
    linear = tiny.unet.config.use_linear_projection
    if len(plain) == 2:
        first = {f"conditioner.embedders.0.transformer.{k}": v for k, v in plain[0].items()}
        return first | {f"conditioner.embedders.1.model.{k}": v for k, v in open_clip(plain[1]).items()}
    if tiny.unet.config.addition_embed_type:
        return {f"conditioner.embedders.0.model.{k}": v for k, v in open_clip(plain[0]).items()}
    if linear:
        return {f"cond_stage_model.model.{k}": v for k, v in open_clip(plain[0]).items()}
    return {f"cond_stage_model.transformer.{k}": v for k, v in plain[0].items()}


def hf_text(text: Any) -> State:
    """A CLIP text model's weights with the lead "text_model." that files have."""
    return {
        k if k.startswith(("text_model.", "text_projection.")) else f"text_model.{k}": v
        for k, v in text.state_dict().items()
        if not k.endswith("position_ids")
    }


def open_clip(state: State) -> State:
    """A CLIP text model's weights in OpenCLIP's names."""
    plain = {
        "text_model.embeddings.token_embedding.weight": "token_embedding.weight",
        "text_model.embeddings.position_embedding.weight": "positional_embedding",
        "text_model.final_layer_norm.weight": "ln_final.weight",
        "text_model.final_layer_norm.bias": "ln_final.bias",
    }
    inner = {
        "layer_norm1": "ln_1",
        "layer_norm2": "ln_2",
        "mlp.fc1": "mlp.c_fc",
        "mlp.fc2": "mlp.c_proj",
        "self_attn.out_proj": "attn.out_proj",
    }
    found = {new: state[old] for old, new in plain.items()}
    if "text_projection.weight" in state:
        found["text_projection"] = state["text_projection.weight"].t()
    for name, tensor in state.items():
        if match := re.fullmatch(r"text_model\.encoder\.layers\.(\d+)\.(.+)\.(weight|bias)", name):
            block, module, end = match.groups()
            start = f"transformer.resblocks.{block}"
            if module in inner:
                found[f"{start}.{inner[module]}.{end}"] = tensor
            elif module.endswith("q_proj"):
                three = [state[name.replace("q_proj", f"{letter}_proj")] for letter in "qkv"]
                found[f"{start}.attn.in_proj_{end}"] = torch.cat(three)
    return found


def original_unet(unet: Any) -> State:
    """A UNet's weights in the names of Rombach et al."""
    state: State = unet.state_dict()
    return {ldm_unet_name(name, state): tensor for name, tensor in state.items()}


def ldm_unet_name(name: str, names: State) -> str:
    """The original name of one UNet parameter."""
    per = LAYERS + 1
    name = re.sub(
        r"^down_blocks\.(\d+)\.resnets\.(\d+)",
        lambda m: f"input_blocks.{1 + int(m[1]) * per + int(m[2])}.0",
        name,
    )
    name = re.sub(
        r"^down_blocks\.(\d+)\.attentions\.(\d+)",
        lambda m: f"input_blocks.{1 + int(m[1]) * per + int(m[2])}.1",
        name,
    )
    name = re.sub(
        r"^down_blocks\.(\d+)\.downsamplers\.0\.conv",
        lambda m: f"input_blocks.{(int(m[1]) + 1) * per}.0.op",
        name,
    )
    name = re.sub(
        r"^up_blocks\.(\d+)\.resnets\.(\d+)", lambda m: f"output_blocks.{int(m[1]) * per + int(m[2])}.0", name
    )
    name = re.sub(
        r"^up_blocks\.(\d+)\.attentions\.(\d+)",
        lambda m: f"output_blocks.{int(m[1]) * per + int(m[2])}.1",
        name,
    )

    def up(m: re.Match[str]) -> str:
        slot = 2 if f"up_blocks.{m[1]}.attentions.0.norm.weight" in names else 1
        return f"output_blocks.{int(m[1]) * per + LAYERS}.{slot}.conv"

    name = re.sub(r"^up_blocks\.(\d+)\.upsamplers\.0\.conv", up, name)
    for new, old in (
        ("mid_block.resnets.0", "middle_block.0"), ("mid_block.attentions.0", "middle_block.1"),
        ("mid_block.resnets.1", "middle_block.2"), ("time_embedding.linear_1", "time_embed.0"),
        ("time_embedding.linear_2", "time_embed.2"), ("add_embedding.linear_1", "label_emb.0.0"),
        ("add_embedding.linear_2", "label_emb.0.2"), ("conv_norm_out", "out.0"), ("conv_out", "out.2"),
        ("conv_in", "input_blocks.0.0"),
    ):  # fmt: skip
        if name.startswith(new + "."):
            name = old + name[len(new) :]
    if "transformer_blocks" in name or not re.match(r"(input_blocks|output_blocks|middle_block)", name):
        return name
    for new, old in (
        ("norm1", "in_layers.0"), ("conv1", "in_layers.2"), ("time_emb_proj", "emb_layers.1"),
        ("norm2", "out_layers.0"), ("conv2", "out_layers.3"), ("conv_shortcut", "skip_connection"),
    ):  # fmt: skip
        name = name.replace(f".{new}.", f".{old}.")
    return name


def original_vae(vae: Any) -> State:
    """An autoencoder's weights in the original names."""
    if "z_dim" in vae.config:
        return original_wan(vae)
    top = len(vae.config.block_out_channels) - 1
    found: State = {}
    for name, tensor in vae.state_dict().items():
        if ".attentions.0." in name and name.endswith("weight") and tensor.ndim == 2:
            tensor = tensor[:, :, None, None]
        name = re.sub(r"down_blocks\.(\d+)\.resnets\.(\d+)", r"down.\1.block.\2", name)
        name = re.sub(r"down_blocks\.(\d+)\.downsamplers\.0", r"down.\1.downsample", name)
        name = re.sub(
            r"up_blocks\.(\d+)\.resnets\.(\d+)", lambda m: f"up.{top - int(m[1])}.block.{m[2]}", name
        )
        name = re.sub(r"up_blocks\.(\d+)\.upsamplers\.0", lambda m: f"up.{top - int(m[1])}.upsample", name)
        name = re.sub(r"mid_block\.resnets\.(\d)", lambda m: f"mid.block_{int(m[1]) + 1}", name)
        for new, old in (
            ("mid_block.attentions.0.group_norm", "mid.attn_1.norm"), ("mid_block.attentions.0.to_q", "mid.attn_1.q"),
            ("mid_block.attentions.0.to_k", "mid.attn_1.k"), ("mid_block.attentions.0.to_v", "mid.attn_1.v"),
            ("mid_block.attentions.0.to_out.0", "mid.attn_1.proj_out"), ("conv_norm_out", "norm_out"),
            ("conv_shortcut", "nin_shortcut"),
        ):  # fmt: skip
            name = name.replace(f".{new}.", f".{old}.")
        if "batch_norm_eps" in vae.config and name.startswith(("quant_conv", "post_quant_conv")):
            name = ("decoder." if name.startswith("post") else "encoder.") + name
        found[name] = tensor
    return found


def joined(pieces: Mapping[str, Piece], state: State) -> State:
    """The tensors of an original file whose pieces are these parameters."""
    parts: dict[str, dict[int, Tensor]] = {}
    for name, piece in pieces.items():
        tensor = state[name]
        if piece.form == "swapped":
            tensor = torch.cat(tensor.chunk(2)[::-1])
        parts.setdefault(piece.name, {})[piece.rows[0] if piece.rows else 0] = tensor
    return {name: torch.cat([rows[at] for at in sorted(rows)]) for name, rows in parts.items()}


def original_transformer(network: Any) -> State:
    """The weights of a transformer of diffusers' in the names of its original project."""
    state: State = network.state_dict()
    shapes = {name: tuple(tensor.shape) for name, tensor in state.items()}
    family = family_of(network)
    part = family.recognise(shapes)
    assert part is not None
    infos = {n: TensorInfo(Path(), "F32", s, 0, 0) for n, s in shapes.items()}
    return joined(family.original(replace(part, tensors=infos)), state)


def family_of(network: Any) -> Family:
    """The family that knows a network of diffusers'."""
    shapes = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    return next(family for family in families().values() if family.recognise(shapes))


def original_wan(vae: Any) -> State:
    """The weights of Wan's autoencoder in the original names."""
    plain = {
        "encoder.conv_in": "encoder.conv1", "decoder.conv_in": "decoder.conv1", "encoder.norm_out": "encoder.head.0",
        "decoder.norm_out": "decoder.head.0", "encoder.conv_out": "encoder.head.2", "quant_conv": "conv1",
        "decoder.conv_out": "decoder.head.2", "post_quant_conv": "conv2",
    }  # fmt: skip
    inner = {"norm1": "residual.0", "conv1": "residual.2", "norm2": "residual.3", "conv2": "residual.6"}
    found: State = {}
    for name, tensor in vae.state_dict().items():
        stem, _, end = name.rpartition(".")
        stem = plain.get(stem, stem)
        stem = re.sub(r"mid_block\.resnets\.(\d)", lambda m: f"middle.{2 * int(m[1])}", stem)
        stem = stem.replace("mid_block.attentions.0", "middle.1").replace("down_blocks", "downsamples")
        stem = re.sub(
            r"up_blocks\.(\d+)\.resnets\.(\d+)", lambda m: f"upsamples.{4 * int(m[1]) + int(m[2])}", stem
        )
        stem = re.sub(r"up_blocks\.(\d+)\.upsamplers\.0", lambda m: f"upsamples.{4 * int(m[1]) + 3}", stem)
        for new, old in (inner | {"conv_shortcut": "shortcut"}).items():
            stem = re.sub(rf"(middle\.[02]|samples\.\d+)\.{new}$", rf"\1.{old}", stem)
        found[f"{stem}.{end}"] = tensor
    return found
