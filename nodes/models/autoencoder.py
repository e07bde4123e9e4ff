"""Pictures to latents and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from nodes.models.precision import out_of_memory, vae_dtype
from nodes.models.tiling import averaged
from nodes.types import Image

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor, nn

    from nodes.models.parts import Part
    from nodes.models.pool import Pool
    from nodes.types import Vae

TILE = 64
"""The side of a tile in latent pixels where memory is short."""

OVERLAP = 16


def build_vae(config: Mapping[str, Any]) -> nn.Module:
    """diffusers' AutoencoderKL."""
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL

    network: nn.Module = AutoencoderKL.from_config(dict(config))
    return network


class Autoencoder:
    """The network of one `Vae`; latents are raw, as the family's format has not yet scaled them.

    Where memory does not suffice, work is done in tiles, which changes the result slightly; `tiled` then
    says so.
    """

    def __init__(self, pool: Pool, ref: Vae, part: Part) -> None:
        self._pool = pool
        self._ref = ref
        self._part = part
        self.downscale = 2 ** (len(part.config["block_out_channels"]) - 1)
        self.channels = int(part.config["latent_channels"])
        self.tiled = False

    def encode(self, image: Image, tile: int = 0, overlap: int = OVERLAP) -> Tensor:
        """The mean of the posterior, float32 `[B, C, h, w]`, of pictures cropped around the centre to whole
        multiples of the scale. `tile` asks for tiles of so many latent pixels."""
        pixels = self.cropped(image).movedim(-1, 1)[:, :3] * 2 - 1
        scale = self.downscale
        return self._whole_or_tiled(
            self._mean, pixels, tile * scale, TILE * scale, overlap * scale, 1 / scale
        )

    def decode(self, samples: Tensor, tile: int = 0, overlap: int = OVERLAP) -> Image:
        """The picture of latents, float32 `[B, H, W, 3]`, 0..1. `tile` asks for tiles of so many latent pixels."""
        decoded = self._whole_or_tiled(self._decoded, samples, tile, TILE, overlap, self.downscale)
        return Image(((decoded + 1) / 2).clamp(0, 1).movedim(1, -1).contiguous())

    def cropped(self, image: Image) -> Tensor:
        """The middle of pictures whose sides are no multiples of the scale."""
        height, width = (side // self.downscale * self.downscale for side in image.shape[1:3])
        top, left = (image.shape[1] - height) // 2, (image.shape[2] - width) // 2
        return image[:, top : top + height, left : left + width]

    def _whole_or_tiled(
        self,
        function: Callable[[Tensor], Tensor],
        x: Tensor,
        tile: int,
        fallback: int,
        overlap: int,
        scale: float,
    ) -> Tensor:
        if not tile:
            try:
                return function(x).float().cpu()
            except RuntimeError as error:
                if not out_of_memory(error):
                    raise
            self.tiled = True
            self._pool.release()
        return averaged(function, x, tile or fallback, overlap, scale)

    def _mean(self, pixels: Tensor) -> Tensor:
        network, device, dtype = self._network()
        with torch.no_grad():
            mean: Tensor = network.encode(pixels.to(device, dtype)).latent_dist.mean
        return mean

    def _decoded(self, samples: Tensor) -> Tensor:
        network, device, dtype = self._network()
        with torch.no_grad():
            decoded: Tensor = network.decode(samples.to(device, dtype), return_dict=False)[0]
        return decoded

    def _network(self) -> tuple[Any, torch.device, torch.dtype]:
        dtype = vae_dtype(self._ref.dtype, self._pool.device)
        resident = self._pool.resident(self._ref.source, self._part, build_vae, dtype)
        return resident.network, resident.device, dtype
