"""Previews through a tiny decoder (TAESD), where the model folders have the one for a family's latents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from nodes.guidance.preview_decoder import PreviewDecoder, decoder_for
from nodes.images.convert import to_bytes

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray
    from torch import nn

LARGEST = 64
"""Latents are made this small a side before they are decoded for a preview."""


class Decoder:
    """A tiny decoder's look at latents."""

    def __init__(self, network: nn.Module) -> None:
        self._network = network

    def picture(self, latent: Tensor) -> NDArray[numpy.uint8]:
        """The first item of `[B, C, h, w]` as uint8 rows x columns x 3, eight times the latent's size."""
        small = latent[:1].to(next(self._network.parameters()))
        largest = max(small.shape[-2:])
        if largest > LARGEST:
            small = functional.interpolate(small, scale_factor=LARGEST / largest, mode="area")
        with torch.no_grad():
            pixels: Tensor = self._network(small)
        return to_bytes((pixels[0].float().cpu() / 2 + 0.5).movedim(0, -1))


def look_of(path: str, family: str, decoder: nn.Module | None) -> PreviewDecoder:
    """How a model's latents become previews: decoded, or by the map of its folder or family."""
    return decoder_for(path, family) if decoder is None else Decoder(decoder)
