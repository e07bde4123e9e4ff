"""FreeU (Si et al. 2023): a UNet's backbone made louder and its skip connections quieter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from nodes.guidance.network_blocks import need_unet

if TYPE_CHECKING:
    from torch import nn

THRESHOLD = 1
"""How many of the lowest frequencies of a skip connection are scaled, to each side of the constant."""


@dataclass(frozen=True)
class FreeU:
    """Factors of the backbone (`b`) and of the skip connections' low frequencies (`s`) at the two widest levels.

    `adaptive` is the paper's second version, whose backbone factor follows the strength of the features in each place.
    Levels are told apart by their width, as in the authors' code; diffusers tells them apart by the block they are in,
    which differs in the first layer of the second block. `by_first_level` takes the levels of four times and of twice
    the first level's width, as ComfyUI does: those of the networks that FreeU was made for, and perhaps none of others.
    """

    b1: float = 1.3
    b2: float = 1.4
    s1: float = 0.9
    s2: float = 0.2
    adaptive: bool = True
    by_first_level: bool = False

    @contextmanager
    def altered(self, network: nn.Module) -> Iterator[None]:
        """The change of a UNet; raises GraphError for another network."""
        need_unet(network, "FreeU")
        handles = [
            layer.register_forward_pre_hook(self._before(width, b, s))
            for layer, width, b, s in self._layers(network)
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _layers(self, network: Any) -> Iterator[tuple[nn.Module, int, float, float]]:
        """The layers that join backbone and skip connection, with the backbone's width and its factors."""
        channels = network.config.block_out_channels
        widths = sorted(set(channels), reverse=True)[:2]
        if self.by_first_level:
            widths = [4 * channels[0], 2 * channels[0]]
        factors = dict(zip(widths, ((self.b1, self.s1), (self.b2, self.s2)), strict=False))
        width = max(channels)
        for block in network.up_blocks:
            for layer in block.resnets:
                if width in factors:
                    yield layer, width, *factors[width]
                width = layer.out_channels

    def _before(
        self, width: int, b: float, s: float
    ) -> Callable[[nn.Module, tuple[Any, ...]], tuple[Any, ...]]:
        def hook(_: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...]:
            joined, *others = args
            backbone, skip = joined[:, :width], joined[:, width:]
            return torch.cat([*self._louder(backbone, b), quieter(skip, s)], 1), *others

        return hook

    def _louder(self, backbone: Tensor, factor: float) -> tuple[Tensor, Tensor]:
        """The first half of the channels, scaled, and the other half."""
        half = backbone.shape[1] // 2
        if not self.adaptive:
            return backbone[:, :half] * factor, backbone[:, half:]
        mean = backbone.mean(1, keepdim=True)
        low, high = mean.amin((2, 3), keepdim=True), mean.amax((2, 3), keepdim=True)
        strength = (mean - low) / (high - low).clamp(min=1e-20)
        return backbone[:, :half] * ((factor - 1) * strength + 1), backbone[:, half:]


def quieter(skip: Tensor, factor: float) -> Tensor:
    """The low frequencies of `[B, C, h, w]` scaled by `factor`."""
    from diffusers.utils.torch_utils import fourier_filter

    found: Tensor = fourier_filter(skip, threshold=THRESHOLD, scale=factor)
    return found
