"""Pictures to latents and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from nodegraph.support.errors import LoadError
from nodes.models.architectures.vaes import kind_of
from nodes.models.memory.budget import autoencoder_work, together
from nodes.models.memory.loading import bytes_in
from nodes.models.memory.precision import vae_dtype
from nodes.types import Image

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from nodes.models.files.parts import Part
    from nodes.models.pool import Pool
    from nodes.types import Vae


SMALLEST = 512 * 512
"""Pictures of so many pixels are tried whatever the memory: they are what larger ones are cut into."""


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
        share, network = self._network(len(pixels), pixels.shape[-1] * pixels.shape[-2])
        with torch.no_grad():
            parts = [self._kind.encode(network, part).float().cpu() for part in self._cut(pixels, share)]
        return torch.cat(parts)

    def decode(self, samples: Tensor) -> Image:
        """The picture of latents, float32 `[B, H, W, 3]`, 0..1."""
        if samples.shape[1] != self.channels:
            raise LoadError(
                "The latent has {shape} channels and the autoencoder {place} reads "
                "{channels}: use that of the family that the latent was made with.",
                shape=samples.shape[1],
                place=self._part.place,
                channels=self.channels,
            )
        pixels = samples.shape[-1] * samples.shape[-2] * self.downscale**2
        share, network = self._network(len(samples), pixels)
        with torch.no_grad():
            parts = [self._kind.decode(network, part).float() for part in self._cut(samples, share)]
        pictures = [((part + 1) / 2).clamp(0, 1).cpu().movedim(1, -1) for part in parts]
        return Image(torch.cat(pictures).contiguous())

    def cropped(self, image: Image) -> Tensor:
        """The middle of pictures whose sides are no multiples of the scale."""
        height, width = (side // self.downscale * self.downscale for side in image.shape[1:3])
        top, left = (image.shape[1] - height) // 2, (image.shape[2] - width) // 2
        return image[:, top : top + height, left : left + width]

    def _cut(self, batch: Tensor, share: int) -> Iterator[Tensor]:
        """So many of a batch at a time, where the network wants them."""
        return (part.to(self._pool.device, self._dtype) for part in torch.split(batch, share))

    @property
    def _dtype(self) -> torch.dtype:
        return vae_dtype(self._ref.dtype, self._pool.choices)

    def _network(self, count: int, pixels: int) -> tuple[int, Any]:
        """How many of `count` pictures of so many pixels may be worked on at once, and the network.

        Raises MemoryError where not even one fits that is larger than a tile.
        """
        residents, dtype = self._pool.residents, self._dtype
        one = autoencoder_work(self._kind.width(self._part.config), pixels, dtype.itemsize)
        size = bytes_in(self._part, dtype)
        if size + one > residents.most() and pixels > SMALLEST:
            raise MemoryError(f"{one >> 20} MB are wanted for one picture.")
        share = together(residents.most(), size, one, count)
        residents.begin()
        return share, residents.get(
            self._ref.source, self._part, self._kind.build, dtype, one * share
        ).network
