"""Pictures to latents and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from nodegraph.errors import LoadError
from nodes.models.precision import vae_dtype
from nodes.models.vaes import kind_of
from nodes.types import Image

if TYPE_CHECKING:
    from torch import Tensor

    from nodes.models.parts import Part
    from nodes.models.pool import Pool
    from nodes.types import Vae


class Autoencoder:
    """The network of one `Vae`; latents are raw, as the family's format has not yet scaled them."""

    def __init__(self, pool: Pool, ref: Vae, part: Part) -> None:
        self._pool = pool
        self._ref = ref
        self._part = part
        self._kind = kind_of(part)
        self.downscale = self._kind.downscale(part.config)
        self.channels = self._kind.channels(part.config)

    def encode(self, image: Image) -> Tensor:
        """The mean of the posterior, float32 `[B, C, h, w]`, of pictures cropped around the centre to whole
        multiples of the scale."""
        pixels = self.cropped(image).movedim(-1, 1)[:, :3] * 2 - 1
        network, device, dtype = self._network()
        with torch.no_grad():
            mean = self._kind.encode(network, pixels.to(device, dtype))
        return mean.float().cpu()

    def decode(self, samples: Tensor) -> Image:
        """The picture of latents, float32 `[B, H, W, 3]`, 0..1."""
        if samples.shape[1] != self.channels:
            raise LoadError(
                f"The latent has {samples.shape[1]} channels and the autoencoder {self._part.place} reads "
                f"{self.channels}: use that of the family that the latent was made with."
            )
        network, device, dtype = self._network()
        with torch.no_grad():
            decoded = self._kind.decode(network, samples.to(device, dtype))
        picture = ((decoded.float() + 1) / 2).clamp(0, 1).cpu()
        return Image(picture.movedim(1, -1).contiguous())

    def cropped(self, image: Image) -> Tensor:
        """The middle of pictures whose sides are no multiples of the scale."""
        height, width = (side // self.downscale * self.downscale for side in image.shape[1:3])
        top, left = (image.shape[1] - height) // 2, (image.shape[2] - width) // 2
        return image[:, top : top + height, left : left + width]

    def _network(self) -> tuple[Any, torch.device, torch.dtype]:
        dtype = vae_dtype(self._ref.dtype, self._pool.device)
        resident = self._pool.resident(self._ref.source, self._part, self._kind.build, dtype)
        return resident.network, resident.device, dtype
