"""Checkpoints of the families' own sizes in original names, with random weights: `python -m tests.full_size KIND PATH`.

Written piece by piece, so that they need disk and no memory. Matrices have the spread that keeps what flows through
a network about as large as it was; norms are near 1.
"""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Callable, Iterator
from functools import cache
from math import prod
from pathlib import Path
from typing import IO, Any

import torch
from torch import Tensor

from tests import models_maker as maker

TILE = 1 << 22
NAMES = {torch.float16: "F16", torch.bfloat16: "BF16", torch.float8_e4m3fn: "F8_E4M3", torch.float32: "F32"}
EIGHT, HALF = torch.float8_e4m3fn, torch.float16
State = dict[str, tuple[tuple[int, ...], torch.dtype]]


def sd1() -> State:
    """Stable Diffusion 1.5 as float16: 2.1 GB."""
    from diffusers import UNet2DConditionModel

    unet = UNet2DConditionModel(cross_attention_dim=768, attention_head_dim=8)
    found = shapes(maker.original_unet(unet), "model.diffusion_model.") | autoencoder(4)
    return found | shapes(maker.hf_text(clip(768, 12)), "cond_stage_model.transformer.")


def sdxl() -> State:
    """SDXL as float16: 6.9 GB."""
    from diffusers import UNet2DConditionModel

    unet = UNet2DConditionModel(
        block_out_channels=(320, 640, 1280),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        transformer_layers_per_block=(1, 2, 10),
        cross_attention_dim=2048,
        attention_head_dim=(5, 10, 20),
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=256,
        projection_class_embeddings_input_dim=2816,
    )
    found = shapes(maker.original_unet(unet), "model.diffusion_model.") | autoencoder(4)
    found |= shapes(maker.hf_text(clip(768, 12)), "conditioner.embedders.0.transformer.")
    large = maker.open_clip(maker.hf_text(clip(1280, 32, projected=True)))
    return found | shapes(large, "conditioner.embedders.1.model.")


def sd3() -> State:
    """Stable Diffusion 3 medium as float16 with its three encoders, T5 in eight bits: 10.9 GB."""
    from diffusers import SD3Transformer2DModel

    network = SD3Transformer2DModel(
        sample_size=128,
        num_layers=24,
        attention_head_dim=64,
        num_attention_heads=24,
        joint_attention_dim=4096,
        caption_projection_dim=1536,
        pooled_projection_dim=2048,
        pos_embed_max_size=192,
    )
    found = shapes(maker.original_transformer(network), "model.diffusion_model.") | autoencoder(16)
    found |= encoder("clip_l", maker.hf_text(clip(768, 12, projected=True)))
    found |= encoder("clip_g", maker.hf_text(clip(1280, 32, projected=True)))
    return found | encoder("t5xxl", t5().state_dict(), EIGHT)


def flux() -> State:
    """FLUX.1 dev with its encoders, the matrices in eight bits: 17 GB."""
    from diffusers import FluxTransformer2DModel

    network = FluxTransformer2DModel(guidance_embeds=True)
    found = shapes(maker.original_transformer(network), "model.diffusion_model.", EIGHT) | autoencoder(16)
    found |= encoder("clip_l", maker.hf_text(clip(768, 12)))
    return found | encoder("t5xxl", t5().state_dict(), EIGHT)


def t5_alone() -> State:
    """T5 1.1 XXL's encoder as float16: 9.5 GB."""
    state = t5().state_dict()
    return shapes(
        {name: tensor for name, tensor in state.items() if name != "encoder.embed_tokens.weight"}, ""
    )


def clip_l() -> State:
    """CLIP-L as float16: 0.25 GB."""
    return shapes(maker.hf_text(clip(768, 12)), "")


KINDS: dict[str, Callable[[], State]] = {
    "sd1": sd1,
    "sdxl": sdxl,
    "sd3": sd3,
    "flux": flux,
    "t5": t5_alone,
    "clip_l": clip_l,
}


def autoencoder(latents: int) -> State:
    """The autoencoder of Stable Diffusion, or that of later families with 16 channels."""
    later = latents > 4
    made = maker.vae(
        latents,
        block_out_channels=(128, 256, 512, 512),
        layers_per_block=2,
        use_quant_conv=not later,
        use_post_quant_conv=not later,
    )
    return shapes(maker.original_vae(made), "first_stage_model.")


def clip(width: int, layers: int, projected: bool = False) -> Any:
    """A CLIP text model of full depth."""
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    config = CLIPTextConfig(
        hidden_size=width,
        intermediate_size=4 * width,
        num_hidden_layers=layers,
        num_attention_heads=width // 64,
        projection_dim=width,
    )
    return (CLIPTextModelWithProjection if projected else CLIPTextModel)(config)


def t5() -> Any:
    """The encoder of T5 1.1 XXL."""
    from transformers import T5Config, T5EncoderModel

    config = T5Config(
        vocab_size=32128,
        d_model=4096,
        d_kv=64,
        d_ff=10240,
        num_layers=24,
        num_heads=64,
        feed_forward_proj="gated-gelu",
        is_encoder_decoder=False,
    )
    return T5EncoderModel(config)


def encoder(kind: str, state: dict[str, Tensor], dtype: torch.dtype = HALF) -> State:
    """A text encoder as single files of later families keep it."""
    kept = {name: tensor for name, tensor in state.items() if name != "encoder.embed_tokens.weight"}
    return shapes(kept, f"text_encoders.{kind}.transformer.", dtype)


def shapes(state: dict[str, Tensor], lead: str, dtype: torch.dtype = HALF) -> State:
    """Names behind a lead, with shape and type; vectors are never in eight bits."""
    return {
        f"{lead}{name}": (tuple(tensor.shape), dtype if tensor.ndim > 1 or dtype != EIGHT else torch.bfloat16)
        for name, tensor in state.items()
    }


def write(kind: str, path: Path) -> int:
    """Write a checkpoint of a kind; its size in bytes."""
    with torch.device("meta"):
        state = KINDS[kind]()
    header: dict[str, Any] = {}
    end = 0
    for name, (shape, dtype) in state.items():
        start, end = end, end + prod(shape) * dtype.itemsize
        header[name] = {"dtype": NAMES[dtype], "shape": list(shape), "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name, (shape, dtype) in state.items():
            for piece in numbers(name, shape, dtype):
                put(file, piece)
    return path.stat().st_size


def put(file: IO[bytes], piece: Tensor) -> None:
    """The bytes of numbers."""
    file.write(piece.view(torch.uint8).numpy().data)


def numbers(name: str, shape: tuple[int, ...], dtype: torch.dtype) -> Iterator[Tensor]:
    """A tensor's numbers in pieces."""
    norm = len(shape) == 1 and name.endswith((".weight", ".scale"))
    spread = 0.02 if len(shape) < 2 else prod(shape[1:]) ** -0.5
    tile = random_tile(round(spread, 5), 1.0 if norm else 0.0, dtype)
    left = prod(shape)
    while left > 0:
        yield tile[:left]
        left -= len(tile)


@cache
def random_tile(spread: float, middle: float, dtype: torch.dtype) -> Tensor:
    """Normal numbers of a spread around a middle."""
    generator = torch.Generator().manual_seed(round(spread * 1e5))
    size = TILE if middle == 0.0 and spread != 0.02 else TILE // 64
    return (torch.randn(size, generator=generator) * spread + middle).to(dtype)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in KINDS:
        sys.exit(f"usage: python -m tests.full_size KIND PATH\nKIND is one of: {', '.join(KINDS)}")
    print(write(sys.argv[1], Path(sys.argv[2])), "bytes")
