"""A picture of a latent without the autoencoder: a tiny decoder where there is one, else a linear map fitted
between channels and colours."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor
from torch.nn import functional

from nodes.pictures.convert import to_bytes

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray
    from torch import nn

BESIDE = Path("vae") / "latent_preview.json"
"""Where a model folder may bring its own map: {"factors": [[r, g, b] for each channel], "bias": [r, g, b]}."""

# Least squares fits between latents and colours that are known for the families' autoencoders.
_SD1 = ((0.298, 0.207, 0.208), (0.187, 0.286, 0.173), (-0.158, 0.189, 0.264), (-0.184, -0.271, -0.473))
_SDXL = (
    (0.3651, 0.4232, 0.4341),
    (-0.2533, -0.0042, 0.1068),
    (0.1076, 0.1111, -0.0362),
    (-0.3165, -0.2492, -0.2188),
)
_KNOWN = {"sd1": _SD1, "sd2": _SD1, "sdxl": _SDXL, "sdxl_refiner": _SDXL}


LARGEST = 64
"""Latents are made this small a side before they are decoded for a preview."""


class Pictures(Protocol):
    """What makes a preview of latents in the network's scale `[B, C, h, w]`."""

    def picture(self, latent: Tensor) -> NDArray[numpy.uint8]:
        """The first item as uint8 rows x columns x 3."""
        ...


class Decoder:
    """A tiny decoder."""

    def __init__(self, network: nn.Module) -> None:
        self._network = network

    def picture(self, latent: Tensor) -> NDArray[numpy.uint8]:
        """The first item as uint8 rows x columns x 3, eight times the latent's size."""
        like = next(self._network.parameters())
        small = latent[:1].to(like)
        largest = max(small.shape[-2:])
        if largest > LARGEST:
            small = functional.interpolate(small, scale_factor=LARGEST / largest, mode="area")
        with torch.no_grad():
            pixels: Tensor = self._network(small)
        return to_bytes((pixels[0].float().cpu() / 2 + 0.5).movedim(0, -1))


class Map:
    """Latents in the network's scale `[B, C, h, w]` to colours."""

    def __init__(self, factors: Tensor, bias: Tensor) -> None:
        self.factors = factors
        self.bias = bias

    def picture(self, latent: Tensor) -> NDArray[numpy.uint8]:
        """The first item as uint8 rows x columns x 3, four times the latent's size."""
        first = latent[0].float().cpu()
        if first.shape[0] != len(self.factors):
            return _stretched(first)
        colours = torch.einsum("chw,ck->khw", first, self.factors) + self.bias[:, None, None]
        return _enlarged(colours)


def _stretched(first: Tensor) -> NDArray[numpy.uint8]:
    """Up to three channels as red, green and blue, each stretched to its range."""
    chosen = first[torch.tensor([0, 1, 2]).clamp(max=len(first) - 1)]
    low, high = chosen.amin((1, 2), keepdim=True), chosen.amax((1, 2), keepdim=True)
    return _enlarged((chosen - low) / (high - low).clamp(min=1e-6))


def _enlarged(colours: Tensor) -> NDArray[numpy.uint8]:
    larger = functional.interpolate(colours[None], scale_factor=4, mode="bilinear")[0]
    return to_bytes(larger.movedim(0, -1))


@cache
def _from_folder(path: str) -> Map | None:
    try:
        found = json.loads((Path(path) / BESIDE).read_text(encoding="utf-8"))
        factors = torch.tensor(found["factors"], dtype=torch.float32)
        bias = torch.tensor(found["bias"], dtype=torch.float32)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Map(factors, bias) if factors.ndim == 2 and factors.shape[1] == 3 == len(bias) else None


def pictures_of(path: str, family: str, decoder: nn.Module | None) -> Pictures:
    """How the latents of a model become previews."""
    return map_for(path, family) if decoder is None else Decoder(decoder)


def map_for(path: str, family: str) -> Map:
    """The map of a model: its folder's own, its family's, or one that stretches three channels."""
    known = torch.tensor(_KNOWN.get(family, ())).reshape(-1, 3)
    return _from_folder(path) or Map(known / 2, torch.full((3,), 0.5))
