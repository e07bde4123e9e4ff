"""Small models of random weights in the formats that artists have: a tool for tests."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from nodes.models.families import families
from nodes.models.header import TensorInfo
from nodes.models.parts import Piece

State = dict[str, Tensor]

LAYERS = 2
CHANNELS = (32, 64)


@dataclass(frozen=True, eq=False)
class Tiny:
    """The networks of a small model, as diffusers and transformers make them."""

    unet: Any
    vae: Any
    texts: tuple[Any, ...]


def sd1(seed: int = 0, inputs: int = 4) -> Tiny:
    """Stable Diffusion 1.x in small."""
    torch.manual_seed(seed)
    return Tiny(unet(32, attention_head_dim=8, in_channels=inputs), vae(), (clip(32, "quick_gelu"),))


def sd2(seed: int = 0) -> Tiny:
    """Stable Diffusion 2.x in small: 64-wide heads, linear projections."""
    torch.manual_seed(seed)
    linear = unet(32, (64, 128), attention_head_dim=[1, 2], use_linear_projection=True)
    return Tiny(linear, vae(), (clip(64, "gelu"),))


def sdxl(seed: int = 0) -> Tiny:
    """SDXL in small: two encoders, a size vector, deeper transformers."""
    torch.manual_seed(seed)
    network = unet(
        32 + 64,
        (64, 128),
        attention_head_dim=[1, 2],
        use_linear_projection=True,
        transformer_layers_per_block=[1, 2],
        addition_embed_type="text_time",
        addition_time_embed_dim=256,
        projection_class_embeddings_input_dim=64 + 6 * 256,
    )
    return Tiny(network, vae(), (clip(32, "quick_gelu"), clip(64, "gelu", projected=True)))


def unet(context: int, channels: tuple[int, ...] = CHANNELS, **changes: Any) -> Any:
    """A UNet of two levels."""
    from diffusers import UNet2DConditionModel

    settings: dict[str, Any] = {
        "sample_size": 8,
        "block_out_channels": channels,
        "layers_per_block": LAYERS,
        "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
        "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
        "cross_attention_dim": context,
    }
    if "transformer_layers_per_block" in changes:
        settings["down_block_types"] = ("DownBlock2D", "CrossAttnDownBlock2D")
        settings["up_block_types"] = ("CrossAttnUpBlock2D", "UpBlock2D")
    return UNet2DConditionModel(**settings | changes).eval()


def vae(latents: int = 4, **changes: Any) -> Any:
    """An autoencoder at 1/8."""
    from diffusers import AutoencoderKL

    settings: dict[str, Any] = {
        "block_out_channels": (32, 32, 32, 32),
        "layers_per_block": 1,
        "latent_channels": latents,
        "down_block_types": ("DownEncoderBlock2D",) * 4,
        "up_block_types": ("UpDecoderBlock2D",) * 4,
    }
    return AutoencoderKL(**settings | changes).eval()


def clip(width: int, activation: str, projected: bool = False) -> Any:
    """A CLIP text model of three layers; one head for every 64 channels, as files of CLIP have."""
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    config = CLIPTextConfig(
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=3,
        num_attention_heads=max(width // 64, 1),
        hidden_act=activation,
        projection_dim=width,
        bos_token_id=49406,
        eos_token_id=49407,
    )
    return (CLIPTextModelWithProjection if projected else CLIPTextModel)(config).eval()


def write_folder(tiny: Tiny, path: Path, prediction: str = "epsilon") -> Path:
    """The model as a diffusers folder."""
    from diffusers import EulerDiscreteScheduler

    tiny.unet.save_pretrained(path / "unet")
    tiny.vae.save_pretrained(path / "vae")
    for at, text in enumerate(tiny.texts):
        text.save_pretrained(path / f"text_encoder{'' if at == 0 else f'_{at + 1}'}")
    EulerDiscreteScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", prediction_type=prediction
    ).save_pretrained(path / "scheduler")
    (path / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline"}')
    return path


def write_file(
    tiny: Tiny, path: Path, dtype: torch.dtype = torch.float32, without: tuple[str, ...] = ()
) -> Path:
    """The model as one file in the original project's names; `without` leaves out "vae" or "text"."""
    state = {f"model.diffusion_model.{k}": v for k, v in original_unet(tiny.unet).items()}
    if "vae" not in without:
        state |= {f"first_stage_model.{k}": v for k, v in original_vae(tiny.vae).items()}
    if "text" not in without:
        state |= original_texts(tiny)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.to(dtype).contiguous().clone() for name, tensor in state.items()}, path)
    return path


def original_texts(tiny: Tiny) -> State:
    """The text encoders under the names of the family's single files."""
    plain = [hf_text(text) for text in tiny.texts]
    linear = tiny.unet.config.use_linear_projection
    if len(plain) == 2:
        first = {f"conditioner.embedders.0.transformer.{k}": v for k, v in plain[0].items()}
        return first | {f"conditioner.embedders.1.model.{k}": v for k, v in open_clip(plain[1]).items()}
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
        found[name] = tensor
    return found


def sd3(seed: int = 0) -> Tiny:
    """Stable Diffusion 3.5 medium in small: two layers, the first with a second attention, normed queries."""
    from diffusers import SD3Transformer2DModel

    torch.manual_seed(seed)
    network = SD3Transformer2DModel(
        sample_size=16,
        in_channels=16,
        out_channels=16,
        num_layers=2,
        attention_head_dim=64,
        num_attention_heads=2,
        joint_attention_dim=96,
        caption_projection_dim=128,
        pooled_projection_dim=32 + 64,
        pos_embed_max_size=24,
        dual_attention_layers=(0,),
        qk_norm="rms_norm",
    ).eval()
    texts = (clip(32, "quick_gelu"), clip(64, "gelu", projected=True), t5(96))
    return Tiny(network, vae(16, use_quant_conv=False, use_post_quant_conv=False), texts)


def flux(seed: int = 0, guidance: bool = True, channels: int = 64) -> Tiny:
    """FLUX.1 in small: one head, one double and two single blocks."""
    from diffusers import FluxTransformer2DModel

    torch.manual_seed(seed)
    network = FluxTransformer2DModel(
        in_channels=channels,
        out_channels=64,
        num_layers=1,
        num_single_layers=2,
        attention_head_dim=128,
        num_attention_heads=1,
        joint_attention_dim=96,
        pooled_projection_dim=32,
        guidance_embeds=guidance,
    ).eval()
    return Tiny(
        network, vae(16, use_quant_conv=False, use_post_quant_conv=False), (clip(32, "quick_gelu"), t5(96))
    )


def chroma(seed: int = 0) -> Tiny:
    """Chroma in small: one head, one double and two single blocks."""
    from diffusers import ChromaTransformer2DModel

    torch.manual_seed(seed)
    network = ChromaTransformer2DModel(
        in_channels=64,
        out_channels=64,
        num_layers=1,
        num_single_layers=2,
        attention_head_dim=128,
        num_attention_heads=1,
        joint_attention_dim=96,
        approximator_num_channels=64,
        approximator_hidden_dim=32,
        approximator_layers=2,
    ).eval()
    return Tiny(network, vae(16, use_quant_conv=False, use_post_quant_conv=False), (t5(96),))


def t5(width: int) -> Any:
    """A T5 encoder of version 1.1 with two layers."""
    from transformers import T5Config, T5EncoderModel

    config = T5Config(
        vocab_size=32128,
        d_model=width,
        d_kv=16,
        d_ff=64,
        num_layers=2,
        num_heads=2,
        feed_forward_proj="gated-gelu",
        is_encoder_decoder=False,
    )
    return T5EncoderModel(config).eval()


def joined(pieces: Mapping[str, Piece], state: State) -> State:
    """The tensors of an original file whose pieces are these parameters."""
    parts: dict[str, dict[int, Tensor]] = {}
    for name, piece in pieces.items():
        tensor = state[name]
        if piece.form == "swapped":
            tensor = torch.cat(tensor.chunk(2)[::-1])
        parts.setdefault(piece.name, {})[piece.rows[0] if piece.rows else 0] = tensor
    return {name: torch.cat([rows[at] for at in sorted(rows)]) for name, rows in parts.items()}


def write_transformer(
    tiny: Tiny, path: Path, kinds: tuple[str, ...], dtype: torch.dtype = torch.float32
) -> Path:
    """A transformer, its autoencoder and its text encoders ("clip_l" ...) as one file in original names."""
    state: State = {}
    for name, tensor in original_transformer(tiny.unet).items():
        state[f"model.diffusion_model.{name}"] = tensor
    state |= {f"first_stage_model.{k}": v for k, v in original_vae(tiny.vae).items()}
    for kind, text in zip(kinds, tiny.texts, strict=True):
        lead = f"text_encoders.{'t5xxl' if kind == 't5' else kind}.transformer."
        weights = text.state_dict() if kind == "t5" else hf_text(text)
        state |= {lead + k: v for k, v in weights.items() if k != "encoder.embed_tokens.weight"}
    save_file({name: tensor.to(dtype).contiguous().clone() for name, tensor in state.items()}, path)
    return path


def original_transformer(network: Any) -> State:
    """The weights of a transformer of diffusers' in the names of its original project."""
    state: State = network.state_dict()
    shapes = {name: tuple(tensor.shape) for name, tensor in state.items()}
    for family in families().values():
        part = family.recognise(shapes)
        if part:
            infos = {n: TensorInfo(Path(), "F32", s, 0, 0) for n, s in shapes.items()}
            return joined(family.original(replace(part, tensors=infos)), state)
    raise ValueError("No family knows this transformer.")


def write_transformer_folder(tiny: Tiny, path: Path, scheduler: Mapping[str, Any]) -> Path:
    """The same as a diffusers folder."""
    tiny.unet.save_pretrained(path / "transformer")
    tiny.vae.save_pretrained(path / "vae")
    for at, text in enumerate(tiny.texts):
        text.save_pretrained(path / f"text_encoder{'' if at == 0 else f'_{at + 1}'}")
    (path / "scheduler").mkdir()
    (path / "scheduler" / "scheduler_config.json").write_text(json.dumps(scheduler))
    (path / "model_index.json").write_text("{}")
    return path
