"""Pictures to latents and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from nodegraph.support.errors import LoadError
from nodes.models.architectures.vaes import kind_of
from nodes.models.memory.budget import autoencoder_work, together
from nodes.models.memory.loading import bytes_in, damage
from nodes.models.memory.precision import vae_dtype
from nodes.types import Image

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from nodes.models.files.parts import Part
    from nodes.models.runners.weight_store import WeightStore
    from nodes.types import Vae


SMALLEST = 512 * 512
"""Pictures of so many pixels are tried whatever the memory: they are what larger ones are cut into."""


class Autoencoder:
    """The network of one `Vae`; latents are raw, as the family's format has not yet scaled them."""

    def __init__(self, pool: WeightStore, ref: Vae, part: Part) -> None:
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
        return self._made(self._kind.encode, pixels, pixels.shape[-1] * pixels.shape[-2]).cpu()

    def decode(self, samples: Tensor, *, clamp: bool = True) -> Image:
        """The picture of latents, float32 `[B, H, W, 3]`, 0..1; as the network gives it without `clamp`."""
        if samples.shape[1] != self.channels:
            raise LoadError(
                "The latent has {shape} channels and the autoencoder {place} reads "
                "{channels}: use that of the family that the latent was made with.",
                shape=samples.shape[1],
                place=self._part.place,
                channels=self.channels,
            )
        pixels = samples.shape[-1] * samples.shape[-2] * self.downscale**2
        made = self._made(self._kind.decode, samples, pixels)
        pictures = (made + 1) / 2
        return Image((pictures.clamp(0, 1) if clamp else pictures).cpu().movedim(1, -1).contiguous())

    def _made(self, call: Callable[[Any, Tensor], Tensor], batch: Tensor, pixels: int) -> Tensor:
        """What the network makes of a batch, float32, again in float32 where its precision was too small for it.

        Raises `LoadError` for numbers that are not finite, naming what brought them.
        """
        for dtype in dict.fromkeys((self._dtype, torch.float32)):
            share, network = self._network(len(batch), pixels, dtype)
            with torch.no_grad():
                parts = [
                    call(network, part.to(self._pool.device, dtype)).float()
                    for part in torch.split(batch, share)
                ]
            made = parts[0] if len(parts) == 1 else torch.cat(parts)
            if torch.isfinite(made.sum()):
                return made
            if not torch.isfinite(batch.sum()):
                raise LoadError(
                    "What the autoencoder is given is not a number everywhere: the fault lies before it."
                )
            if fault := damage(self._part, network):
                raise fault
        raise LoadError(
            "The autoencoder {place} makes numbers without an end of this: use that of the family that the latent was "
            "made with.",
            place=self._part.place,
        )

    def cropped(self, image: Image) -> Tensor:
        """The middle of pictures whose sides are no multiples of the scale."""
        height, width = (side // self.downscale * self.downscale for side in image.shape[1:3])
        top, left = (image.shape[1] - height) // 2, (image.shape[2] - width) // 2
        return image[:, top : top + height, left : left + width]

    @property
    def _dtype(self) -> torch.dtype:
        return vae_dtype(self._ref.dtype, self._pool.choices)

    def _network(self, count: int, pixels: int, dtype: torch.dtype) -> tuple[int, Any]:
        """How many of `count` pictures of so many pixels may be worked on at once, and the network.

        Raises MemoryError where not even one fits that is larger than a tile.
        """
        residents = self._pool.residents
        one = autoencoder_work(self._kind.width(self._part.config), pixels, dtype.itemsize)
        size = bytes_in(self._part, dtype)
        if size + one > residents.most() and pixels > SMALLEST:
            raise MemoryError(f"{one >> 20} MB are wanted for one picture.")
        share = together(residents.most(), size, one, count)
        residents.begin()
        return share, residents.get(
            self._ref.source, self._part, self._kind.build, dtype, one * share
        ).network
