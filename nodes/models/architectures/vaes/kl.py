"""The autoencoder of latent diffusion (Rombach et al. 2022), of Stable Diffusion, FLUX.1 and many more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodes.models.architectures.key_maps.vae import vae_config, vae_pieces, vae_same
from nodes.models.architectures.vaes.kind import VaeKind
from nodes.models.diffusers_classes import diffusers_class
from nodes.models.files.parts import Part, shapes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor, nn

    from nodes.models.files.parts import Shapes

OWN = ("encoder.", "decoder.", "quant_", "post_")


def recognise(shapes: Shapes) -> Part | None:
    """An encoder and a decoder with two blocks and attention in the middle."""
    if "decoder.mid.block_1.conv1.weight" in shapes:
        pieces = vae_pieces(shapes)
    elif "decoder.mid_block.resnets.0.conv1.weight" in shapes:
        pieces = vae_same(name for name in shapes if name.startswith(OWN))
    else:
        return None
    return Part("vae", vae_config(shapes_of(pieces, shapes)), pieces)


def build(config: Mapping[str, Any]) -> nn.Module:
    """diffusers' AutoencoderKL."""
    AutoencoderKL = diffusers_class("autoencoders.autoencoder_kl", "AutoencoderKL")

    network: nn.Module = AutoencoderKL.from_config(dict(config))
    return network


def encode(network: Any, pixels: Tensor) -> Tensor:
    """The mean of the posterior."""
    mean: Tensor = network.encode(pixels).latent_dist.mean
    return mean


def decode(network: Any, samples: Tensor) -> Tensor:
    """The pixels of latents."""
    pixels: Tensor = network.decode(samples, return_dict=False)[0]
    return pixels


def channels(config: Mapping[str, Any]) -> int:
    """How many channels its latents have."""
    return int(config["latent_channels"])


def downscale(config: Mapping[str, Any]) -> int:
    """How many pixels a side of a latent pixel has."""
    levels: int = len(config["block_out_channels"])
    return 1 << (levels - 1)


def width(config: Mapping[str, Any]) -> int:
    """How many features a pixel has in the outermost layers."""
    return int(config["block_out_channels"][0])


KIND = VaeKind("kl", "of latent diffusion", recognise, build, encode, decode, channels, downscale, width)
