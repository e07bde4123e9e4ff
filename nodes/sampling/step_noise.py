"""Noise that stochastic solvers add on their way, as a function of the two sigmas of a step."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
import torchsde
from torch import Tensor

from nodes.sampling.noise import SEEDS, are_places_of, generator

if TYPE_CHECKING:
    from nodes.types import BatchPlaces

NoiseSampler = Callable[[float, float], Tensor]
"""noise(sigma, sigma_next) -> unit normal noise of the latent's shape, device and dtype."""


def fresh_noise(x: Tensor, seed: int, places: "BatchPlaces | None" = None) -> NoiseSampler:
    """New noise at each call, whatever the sigmas, drawn on the device of `x` (from seed + 1 on a CPU).

    With `places` it is drawn for the whole batch that `x` was taken out of, and that of these places is used.
    """
    random = generator(seed + 1 if x.device.type == "cpu" else seed, x.device)
    shape, index = _drawn(x, places)

    def draw(sigma: float, sigma_next: float) -> Tensor:
        found = torch.randn(shape, dtype=x.dtype, device=x.device, generator=random)
        return found if index is None else found[index]

    return draw


def _drawn(x: Tensor, places: "BatchPlaces | None") -> tuple[tuple[int, ...], list[int] | None]:
    """The shape of the batch for which noise is drawn, and which of its items are used (None: all)."""
    if not are_places_of(places, x.shape):
        return tuple(x.shape), None
    return (places.count, *x.shape[1:]), list(places.index)


def brownian_noise(
    x: Tensor,
    seed: int,
    sigma_min: float,
    sigma_max: float,
    device: torch.device | str = "cpu",
    places: "BatchPlaces | None" = None,
) -> NoiseSampler:
    """Increments of one Brownian path over sigma, so that other step counts follow the same path (Li et al.
    2020).

    The path lives on `device`: on the CPU it is the same on every machine. It knows sigma to 6 digits after
    the point. `places` are as for `fresh_noise`.
    """
    low, high = (torch.tensor(sigma, device=device) for sigma in (sigma_min, sigma_max))
    shape, index = _drawn(x, places)
    start = torch.zeros(shape, dtype=x.dtype, device=device)
    tree: Any = torchsde.BrownianTree(low, start, high, entropy=seed % SEEDS)
    first, last = round(float(low), 6), round(float(high), 6)

    def increment(sigma: float, sigma_next: float) -> Tensor:
        # The tree rounds its own ends, so that an end asked for exactly may lie outside it.
        near, far = (min(max(s, first), last) for s in sorted((sigma, sigma_next)))
        change: Tensor = tree(near, far)
        change = (change if index is None else change[index]) / abs(sigma_next - sigma) ** 0.5
        return (change if sigma < sigma_next else -change).to(x)

    return increment
