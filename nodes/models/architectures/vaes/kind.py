"""What a kind of autoencoder is: how its files look, and how it is made and called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor, nn

    from nodes.models.files.parts import Part, Shapes


@dataclass(frozen=True)
class VaeKind:
    """A kind of autoencoder.

    `recognise` gets the names and shapes of a bare network and returns it, or None if it is no such network.
    `build` makes the empty network; `encode` gives the mean latents `[B, C, h, w]` of pixels `[B, 3, H, W]`,
    -1..1, and `decode` the pixels of latents. `channels`, `downscale` and `width`, the features a pixel has in
    the outermost layers, follow from a part's config.
    """

    name: str
    title: str
    recognise: Callable[[Shapes], Part | None]
    build: Callable[[Mapping[str, Any]], nn.Module]
    encode: Callable[[Any, Tensor], Tensor]
    decode: Callable[[Any, Tensor], Tensor]
    channels: Callable[[Mapping[str, Any]], int]
    downscale: Callable[[Mapping[str, Any]], int]
    width: Callable[[Mapping[str, Any]], int]
