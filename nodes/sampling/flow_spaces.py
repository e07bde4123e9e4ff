"""Sigma spaces of flow models: sigma is the share of noise, between 0 and 1."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from nodes.sampling.spaces import SigmaSpace


@dataclass(frozen=True, eq=False)
class FlowSpace(SigmaSpace):
    """Rectified flow with shifted time: sigma = shift t / (1 + (shift - 1) t) (Esser et al. 2024, eq. 23).

    The model's timestep is sigma times `multiplier`: 1000 for SD 3, 1 for AuraFlow, Lumina and Z-Image.
    """

    shift: float = 1.0
    multiplier: float = 1000.0

    def __post_init__(self) -> None:
        times = torch.arange(1, 1001) / 1000
        object.__setattr__(self, "table", self.sigma(times * self.multiplier))

    def timestep(self, sigma: Tensor) -> Tensor:
        """What the network is told: sigma times `multiplier`."""
        return sigma * self.multiplier

    def sigma(self, timestep: Tensor) -> Tensor:
        """The shifted sigma; not the inverse of `timestep`, which starts from a sigma already shifted."""
        return shifted(timestep / self.multiplier, self.shift)

    def percent_to_sigma(self, percent: float) -> float:
        """The sigma at which this part (0 to 1) of the sampling is done."""
        t = min(max(1.0 - percent, 0.0), 1.0)
        return self.shift * t / (1 + (self.shift - 1) * t)


@dataclass(frozen=True, eq=False)
class FluxSpace(SigmaSpace):
    """Flux: sigma = e^mu / (e^mu + 1/t - 1), which is `FlowSpace` with shift e^mu; the timestep is sigma
    itself.
    """

    mu: float = 1.15

    def __post_init__(self) -> None:
        object.__setattr__(self, "table", self.sigma(torch.arange(1, 10001) / 10000))

    def timestep(self, sigma: Tensor) -> Tensor:
        """What the network is told: sigma."""
        return sigma

    def sigma(self, timestep: Tensor) -> Tensor:
        """The shifted sigma at each time between 0 (clean) and 1."""
        return math.exp(self.mu) / (math.exp(self.mu) + (1 / timestep - 1))

    def percent_to_sigma(self, percent: float) -> float:
        """The sigma at which this part (0 to 1) of the sampling is done."""
        if not 0.0 < percent < 1.0:
            return 1.0 if percent <= 0.0 else 0.0
        return math.exp(self.mu) / (math.exp(self.mu) + 1 / (1.0 - percent) - 1)


def shifted(time: Tensor, shift: float) -> Tensor:
    """Time moved toward noise for `shift` above 1 (Esser et al. 2024, eq. 23)."""
    return time if shift == 1.0 else shift * time / (1 + (shift - 1) * time)


def mu_for_size(
    width: int, height: int, *, largest: float = 1.15, smallest: float = 0.5, pixels_per_token: int = 256
) -> float:
    """Flux's mu for a picture of this many pixels: linear between 256 tokens (`smallest`) and 4096
    (`largest`).
    """
    slope = (largest - smallest) / (4096 - 256)
    return slope * (width * height / pixels_per_token - 256) + smallest


def mu_of_flux2(width: int, height: int, steps: int) -> float:
    """Flux.2's mu for a picture of this many pixels in this many steps."""
    tokens = round(width * height / 256)
    at_200 = 0.00016927 * tokens + 0.45666666
    if tokens > 4300:
        return at_200
    at_10 = 8.73809524e-5 * tokens + 1.89833333
    slope = (at_200 - at_10) / 190
    return slope * steps + at_200 - 200 * slope
