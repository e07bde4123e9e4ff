"""Each family in small."""

from __future__ import annotations

import torch

from tests.models_maker.networks import Tiny, clip, language, pile_t5, t5, unet, vae, vae_flux2, vae_wan

UNQUANTISED = {"use_quant_conv": False, "use_post_quant_conv": False}


def sd1(seed: int = 0, inputs: int = 4) -> Tiny:
    """Stable Diffusion 1.x in small."""
    torch.manual_seed(seed)
    return Tiny(unet(32, attention_head_dim=8, in_channels=inputs), vae(), (clip(32, "quick_gelu"),))


def sd2(seed: int = 0) -> Tiny:
    """Stable Diffusion 2.x in small: 64-wide heads, linear projections."""
    torch.manual_seed(seed)
    linear = unet(64, (64, 128), attention_head_dim=[1, 2], use_linear_projection=True)
    return Tiny(linear, vae(), (clip(64, "gelu"),))


def sdxl(seed: int = 0, inputs: int = 4) -> Tiny:
    """SDXL in small: two encoders, a size vector, deeper transformers."""
    torch.manual_seed(seed)
    network = unet(
        32 + 64,
        (64, 128),
        in_channels=inputs,
        attention_head_dim=[1, 2],
        use_linear_projection=True,
        transformer_layers_per_block=[1, 2],
        addition_embed_type="text_time",
        addition_time_embed_dim=256,
        projection_class_embeddings_input_dim=64 + 6 * 256,
    )
    return Tiny(network, vae(), (clip(32, "quick_gelu"), clip(64, "gelu", projected=True)))


def sdxl_refiner(seed: int = 0) -> Tiny:
    """SDXL's refiner in small: transformers at the inner levels and in the middle, CLIP-G as wide as the real one, by
    which the size vector is known."""
    torch.manual_seed(seed)
    network = unet(
        1280,
        (32, 64, 64, 64),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=[1, 1, 1, 1],
        use_linear_projection=True,
        transformer_layers_per_block=2,
        addition_embed_type="text_time",
        addition_time_embed_dim=256,
        projection_class_embeddings_input_dim=1280 + 5 * 256,
    )
    return Tiny(network, vae(), (clip(1280, "gelu", projected=True, layers=2),))


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
    return Tiny(network, vae(16, **UNQUANTISED), texts, ("clip_l", "clip_g", "t5"))


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
    texts = (clip(32, "quick_gelu"), t5(96))
    return Tiny(network, vae(16, **UNQUANTISED), texts, ("clip_l", "t5"))


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
    return Tiny(network, vae(16, **UNQUANTISED), (t5(96),), ("t5",))


def auraflow(seed: int = 0) -> Tiny:
    """AuraFlow in small: one head, one double and two single layers."""
    from diffusers import AuraFlowTransformer2DModel

    torch.manual_seed(seed)
    network = AuraFlowTransformer2DModel(
        sample_size=8,
        num_mmdit_layers=1,
        num_single_dit_layers=2,
        attention_head_dim=256,
        num_attention_heads=1,
        joint_attention_dim=96,
        caption_projection_dim=256,
        pos_embed_max_size=64,
    ).eval()
    return Tiny(network, vae(4), (pile_t5(96),), ("pile_t5",))


def lumina2(seed: int = 0) -> Tiny:
    """Lumina 2 in small: two layers, keys and values of half as many heads."""
    from diffusers import Lumina2Transformer2DModel

    torch.manual_seed(seed)
    network = Lumina2Transformer2DModel(
        in_channels=16,
        hidden_size=96,
        num_layers=2,
        num_refiner_layers=1,
        num_attention_heads=4,
        num_kv_heads=2,
        axes_dim_rope=(8, 8, 8),
        axes_lens=(1024, 1024, 1024),
        cap_feat_dim=64,
    ).eval()
    return Tiny(network, vae(16, **UNQUANTISED), (language("gemma2", 64),), ("gemma2",))


def z_image(seed: int = 0) -> Tiny:
    """Z-Image in small: two layers, the tokens that fill gaps at random."""
    from diffusers import ZImageTransformer2DModel

    torch.manual_seed(seed)
    network = ZImageTransformer2DModel(
        dim=96,
        n_layers=2,
        n_refiner_layers=1,
        n_heads=3,
        n_kv_heads=3,
        cap_feat_dim=64,
        axes_dims=[8, 12, 12],
    ).eval()
    torch.nn.init.normal_(network.x_pad_token)
    torch.nn.init.normal_(network.cap_pad_token)
    return Tiny(network, vae(16, **UNQUANTISED), (language("qwen3", 64),), ("qwen3",))


def qwen_image(seed: int = 0) -> Tiny:
    """Qwen-Image in small: two heads, two blocks, and a small video autoencoder."""
    from diffusers import QwenImageTransformer2DModel

    torch.manual_seed(seed)
    network = QwenImageTransformer2DModel(
        num_layers=2,
        attention_head_dim=32,
        num_attention_heads=2,
        joint_attention_dim=64,
        axes_dims_rope=(4, 14, 14),
    ).eval()
    return Tiny(network, vae_wan(), (language("qwen25", 64),), ("qwen25",))


def flux2(seed: int = 0, klein: bool = False) -> Tiny:
    """FLUX.2 in small: two heads, one double and two single blocks; klein takes no guidance and reads with Qwen 3."""
    from diffusers import Flux2Transformer2DModel

    torch.manual_seed(seed)
    network = Flux2Transformer2DModel(
        num_layers=1,
        num_single_layers=2,
        attention_head_dim=32,
        num_attention_heads=2,
        joint_attention_dim=3 * 64,
        axes_dims_rope=(8, 8, 8, 8),
        guidance_embeds=not klein,
    ).eval()
    kind, layers = ("qwen3", 28) if klein else ("mistral", 30)
    return Tiny(network, vae_flux2(), (language(kind, 64, layers),), (kind,))
