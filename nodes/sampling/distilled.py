"""The noise levels of consistency models distilled from a discrete process (Luo et al. 2023, LCM)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from nodes.sampling.predictions import expand
from nodes.sampling.spaces import DiscreteSpace

STEPS = 50
"""How many of the original steps the distilled model knows, evenly spaced, the last one included."""

SCALING = 10.0
SIGMA_DATA = 0.5


@dataclass(frozen=True, eq=False)
class DistilledSpace(DiscreteSpace):
    """Every twentieth step of a discrete process; the network's output is joined to its input by the step's weights.

    With t the scaled timestep, x0 = c_out (x - sigma eps) + c_skip x, where c_skip = s^2 / (t^2 + s^2),
    c_out = t / sqrt(t^2 + s^2) and s = 0.5: at the end of the sampling the latent stays as it is.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "table", self.table.flip(0)[:: self._every].flip(0)[-STEPS:])
        object.__setattr__(self, "log_table", self.log_table.flip(0)[:: self._every].flip(0)[-STEPS:])

    @property
    def _every(self) -> int:
        return max(len(self.variances) // STEPS, 1)

    def timestep(self, sigma: Tensor) -> Tensor:
        """The number, in the original process, of the known step whose log sigma is nearest."""
        return super().timestep(sigma) * self._every + (self._every - 1)

    def sigma(self, timestep: Tensor) -> Tensor:
        """Log-linear between the neighbouring known steps."""
        return super().sigma((timestep.float() - (self._every - 1)) / self._every)

    def _inner_percent_to_sigma(self, percent: float) -> float:
        return float(self.sigma(torch.tensor((1.0 - percent) * (len(self.variances) - 1))))

    def to_x0(self, x: Tensor, output: Tensor, sigma: Tensor) -> Tensor:
        """The clean latents, bound to the input as the distillation did it."""
        t = expand(self.timestep(sigma) * SCALING, x)
        total = t**2 + SIGMA_DATA**2
        x0 = x - expand(sigma, x) * output
        return x0 * (t / total**0.5) + x * (SIGMA_DATA**2 / total)
