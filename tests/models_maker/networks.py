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
    if "transformer_layers_per_block" in changes and "down_block_types" not in changes:
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


def clip(width: int, activation: str, projected: bool = False, layers: int = 3) -> Any:
    """A CLIP text model; one head for every 64 channels, as files of CLIP have."""
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    config = CLIPTextConfig(
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=layers,
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


def pile_t5(width: int) -> Any:
    """A UMT5 encoder of two layers, each with a position bias of its own."""
    from transformers import UMT5Config, UMT5EncoderModel

    config = UMT5Config(
        vocab_size=400, d_model=width, d_kv=16, d_ff=64, num_layers=2, num_heads=2, is_encoder_decoder=False
    )
    return UMT5EncoderModel(config).eval()


def language(kind: str, width: int, layers: int = 3) -> Any:
    """A language model of a kind as the transformers library has it, with settings as of the real one."""
    import transformers

    name = {"gemma2": "Gemma2", "qwen3": "Qwen3", "qwen25": "Qwen2", "mistral": "Mistral"}[kind]
    theta = {"gemma2": 1e4, "qwen3": 1e6, "qwen25": 1e6, "mistral": 1e9}[kind]
    config = getattr(transformers, f"{name}Config")(
        vocab_size=400,
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=layers,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=32 if kind == "qwen3" else width,
        rms_norm_eps=1e-5 if kind == "mistral" else 1e-6,
        rope_parameters={"rope_type": "default", "rope_theta": theta},
        pad_token_id=None,
        attn_implementation="eager" if kind == "gemma2" else "sdpa",
        **({"sliding_window": None} if kind == "mistral" else {}),
    )
    return getattr(transformers, f"{name}Model")(config).eval()


def vae_flux2() -> Any:
    """FLUX.2's autoencoder in small, with a norm that does something."""
    import torch
    from diffusers import AutoencoderKLFlux2

    made = AutoencoderKLFlux2(block_out_channels=(32, 32, 32, 32), layers_per_block=1).eval()
    torch.nn.init.normal_(made.bn.running_mean)
    torch.nn.init.uniform_(made.bn.running_var, 0.5, 2.0)
    return made


def vae_wan() -> Any:
    """Qwen-Image's autoencoder in small."""
    from diffusers import AutoencoderKLQwenImage

    return AutoencoderKLQwenImage(base_dim=8).eval()


def tokenizer(kind: str) -> str:
    """A byte-level tokenizer with the special tokens that templates of this kind need, as JSON."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    special = {
        "gemma2": ["<pad>", "<eos>", "<bos>"],
        "pile_t5": ["<unk>", "<s>", "</s>"],
        "mistral": [
            "<unk>",
            "<s>",
            "</s>",
            "<pad>",
            "[INST]",
            "[/INST]",
            "[SYSTEM_PROMPT]",
            "[/SYSTEM_PROMPT]",
        ],
    }.get(kind, ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>"])
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE({word: at for at, word in enumerate([*special, *letters])}, []))
    made.add_special_tokens(special)
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    text: str = made.to_str()
    return text
