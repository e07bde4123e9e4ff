"""FLUX.2's autoencoder: that of latent diffusion, its latents handed over as squares of two by two that a norm
brings to unit spread."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nodes.models.architectures.vaes import kl
from nodes.models.architectures.vaes.kind import VaeKind
from nodes.models.diffusers_classes import diffusers_class
from nodes.models.files.parts import Piece

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor, nn

    from nodes.models.files.parts import Part, Shapes

NORM = ("bn.running_mean", "bn.running_var", "bn.num_batches_tracked")
PATCH = 2
_INNER = {"encoder.quant_conv.": "quant_conv.", "decoder.post_quant_conv.": "post_quant_conv."}
"""Where the original project keeps what stands outside in diffusers'."""


def recognise(shapes: Shapes) -> Part | None:
    """An autoencoder with the running mean of a norm."""
    if NORM[0] not in shapes:
        return None
    original = {_outside(name): name for name in shapes}
    part = kl.recognise({new: shapes[old] for new, old in original.items()})
    if part is None:
        return None
    pieces = {name: replace(piece, name=original[piece.name]) for name, piece in part.pieces.items()}
    return replace(part, pieces=pieces | {name: Piece(name) for name in NORM if name in shapes})


def _outside(name: str) -> str:
    for old, new in _INNER.items():
        if name.startswith(old):
            return new + name[len(old) :]
    return name


def build(config: Mapping[str, Any]) -> nn.Module:
    """diffusers' AutoencoderKLFlux2."""
    AutoencoderKLFlux2 = diffusers_class("autoencoders.autoencoder_kl_flux2", "AutoencoderKLFlux2")

    network: nn.Module = AutoencoderKLFlux2.from_config(dict(config))
    return network


def encode(network: Any, pixels: Tensor) -> Tensor:
    """The normed mean of the posterior, squares of two by two latent pixels as channels."""
    from torch.nn import functional

    mean, spread = _norm(network)
    return (functional.pixel_unshuffle(kl.encode(network, pixels), PATCH) - mean) / spread


def decode(network: Any, samples: Tensor) -> Tensor:
    """The pixels of normed latents."""
    from torch.nn import functional

    mean, spread = _norm(network)
    return kl.decode(network, functional.pixel_shuffle(samples * spread + mean, PATCH))


def _norm(network: Any) -> tuple[Tensor, Tensor]:
    mean: Tensor = network.bn.running_mean
    spread = (network.bn.running_var + network.config.batch_norm_eps).sqrt()
    return mean[:, None, None], spread[:, None, None]


def channels(config: Mapping[str, Any]) -> int:
    """How many channels its latents have."""
    return kl.channels(config) * PATCH**2


def downscale(config: Mapping[str, Any]) -> int:
    """How many pixels a side of a latent pixel has."""
    return kl.downscale(config) * PATCH


KIND = VaeKind("flux2", "of FLUX.2", recognise, build, encode, decode, channels, downscale, kl.width)
