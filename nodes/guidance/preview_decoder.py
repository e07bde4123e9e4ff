"""A picture of a latent without the autoencoder: a few small convolutions of the model's own, or a linear map."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor
from torch.nn import functional

from nodes.images.convert import to_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy
    from numpy.typing import NDArray

BESIDE = Path("vae") / "latent_preview.safetensors"
"""Where a model folder may bring its own look: `0.weight`, `0.bias`, `1.weight` ... of odd-sized convolutions from
latents of unit size to colours from 0 to 1, rectified in between; the last one's channels are three colours for each
of the pixels that a pixel of the latent becomes."""
LAYERS = 8
LARGEST = 1 << 22
"""A larger file is no quick look and is not read; in bytes."""
ENLARGED = 4

# Least squares fits between latents and colours that are known for the families' autoencoders.
_SD1 = ((0.298, 0.207, 0.208), (0.187, 0.286, 0.173), (-0.158, 0.189, 0.264), (-0.184, -0.271, -0.473))
_SDXL = (
    (0.3651, 0.4232, 0.4341),
    (-0.2533, -0.0042, 0.1068),
    (0.1076, 0.1111, -0.0362),
    (-0.3165, -0.2492, -0.2188),
)
_KNOWN = {"sd1": _SD1, "sd2": _SD1, "sdxl": _SDXL, "sdxl_refiner": _SDXL}


class PreviewDecoder(Protocol):
    """Makes pictures of latents in the network's scale."""

    def picture(self, latent: Tensor) -> NDArray[numpy.uint8]:
        """The first item of `[B, C, h, w]` as uint8 rows x columns x 3."""


class Linear:
    """`factors [C, 3]` and `bias [3]`: each pixel's channels to its colour, four times the latent's size."""

    def __init__(self, factors: Tensor, bias: Tensor) -> None:
        self.factors = factors
        self.bias = bias

    def picture(self, latent: Tensor) -> NDArray[numpy.uint8]:
        """See Look."""
        first = latent[0].float().cpu()
        if first.shape[0] != len(self.factors):
            return _stretched(first)
        return _enlarged(torch.einsum("chw,ck->khw", first, self.factors) + self.bias[:, None, None])


class Convolved:
    """Layers of weight `[o, i, k, k]` and bias `[o]`; see BESIDE."""

    def __init__(self, layers: Sequence[tuple[Tensor, Tensor]]) -> None:
        self.layers = tuple(layers)
        self.enlarged = int((self.layers[-1][0].shape[0] // 3) ** 0.5)

    @torch.inference_mode()
    def picture(self, latent: Tensor) -> NDArray[numpy.uint8]:
        """See Look."""
        x = latent[:1].float().cpu()
        if x.shape[1] != self.layers[0][0].shape[1]:
            return _stretched(x[0])
        for index, (weight, bias) in enumerate(self.layers):
            x = functional.conv2d(x.relu() if index else x, weight, bias, padding=weight.shape[-1] // 2)
        colours = functional.pixel_shuffle(x, self.enlarged)
        # A pixel of the latent leaves its pattern in what it becomes; as wide a mean takes that away.
        around = self.enlarged // 2
        colours = functional.avg_pool2d(colours, 2 * around + 1, 1, around, count_include_pad=False)
        return to_bytes(colours[0].movedim(0, -1))


def _stretched(first: Tensor) -> NDArray[numpy.uint8]:
    """Up to three channels as red, green and blue, each stretched to its range."""
    chosen = first[torch.tensor([0, 1, 2]).clamp(max=len(first) - 1)]
    low, high = chosen.amin((1, 2), keepdim=True), chosen.amax((1, 2), keepdim=True)
    return _enlarged((chosen - low) / (high - low).clamp(min=1e-6))


def _enlarged(colours: Tensor) -> NDArray[numpy.uint8]:
    larger = functional.interpolate(colours[None], scale_factor=ENLARGED, mode="bilinear")[0]
    return to_bytes(larger.movedim(0, -1))


@cache
def _from_folder(path: str) -> Convolved | None:
    file = Path(path) / BESIDE
    try:
        if file.stat().st_size > LARGEST:
            return None
        with safe_open(file, "pt") as stored:
            names = set(stored.keys())
            count = sum(f"{index}.weight" in names for index in range(LAYERS))
            layers = [
                (stored.get_tensor(f"{index}.weight").float(), stored.get_tensor(f"{index}.bias").float())
                for index in range(count)
            ]
    except (OSError, SafetensorError):
        return None
    return Convolved(layers) if _fitting(layers) else None


def _fitting(layers: Sequence[tuple[Tensor, Tensor]]) -> bool:
    """Whether each layer takes what the one before gives, and the last gives whole pixels of three colours."""
    shapes = [(tuple(weight.shape), tuple(bias.shape)) for weight, bias in layers]
    sound = all(
        len(weight) == 4 and weight[2] == weight[3] and weight[2] % 2 and bias == weight[:1]
        for weight, bias in shapes
    )
    if not layers or not sound or any(a[0][0] != b[0][1] for a, b in pairwise(shapes)):
        return False
    last = shapes[-1][0][0]
    return last % 3 == 0 and int((last // 3) ** 0.5) ** 2 * 3 == last


def decoder_for(path: str, family: str) -> PreviewDecoder:
    """How a model's latents look: by its folder's own layers, its family's map, or with three channels stretched."""
    known = torch.tensor(_KNOWN.get(family, ())).reshape(-1, 3)
    return _from_folder(path) or Linear(known / 2, torch.full((3,), 0.5))
