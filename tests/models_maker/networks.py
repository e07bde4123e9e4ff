"""Networks of small models, as diffusers and transformers make them, with random weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LAYERS = 2
CHANNELS = (32, 64)


@dataclass(frozen=True, eq=False)
class Tiny:
    """The networks of a small model, as diffusers and transformers make them; `kinds` names its encoders."""

    unet: Any
    vae: Any
    texts: tuple[Any, ...]
    kinds: tuple[str, ...] = ()


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
