"""Sigma spaces: how much noise a latent holds, and what a model family calls that amount."""

import math
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from nodes.sampling.intervals import at_or_above
from nodes.sampling.predictions import PredictionKind, network_input, to_x0

BEYOND_START = 999999999.9
"""A sigma above every other: what a percentage of 0 means where noise has no upper bound."""


@dataclass(frozen=True, eq=False)
class SigmaSpace:
    """A family's noise levels. Subclasses say how sigma and the model's timestep correspond.

    `table` holds the known sigmas, float32, rising. `flow` says which process noises a latent: x = (1 -
    sigma) x0 + sigma noise (true), or x = x0 + sigma noise (false).
    """

    prediction: PredictionKind
    sigma_data: float = 1.0
    table: Tensor = field(init=False, repr=False)

    @property
    def flow(self) -> bool:
        """Whether noising interpolates between latent and noise."""
        return self.prediction == "flow"

    @property
    def sigma_min(self) -> float:
        """The smallest sigma of the table."""
        return float(self.table[0])

    @property
    def sigma_max(self) -> float:
        """The largest sigma of the table."""
        return float(self.table[-1])

    def timestep(self, sigma: Tensor) -> Tensor:
        """The model's timestep for each sigma, as float."""
        raise NotImplementedError

    def sigma(self, timestep: Tensor) -> Tensor:
        """The sigma of each, possibly fractional, timestep."""
        raise NotImplementedError

    def percent_to_sigma(self, percent: float) -> float:
        """The sigma at which this part (0 to 1) of the sampling is done."""
        if percent <= 0.0:
            return BEYOND_START
        return 0.0 if percent >= 1.0 else self._inner_percent_to_sigma(percent)

    def _inner_percent_to_sigma(self, percent: float) -> float:
        raise NotImplementedError

    def noised(self, latent: Tensor, noise: Tensor, sigma: float) -> Tensor:
        """The latent with noise of strength `sigma`."""
        if self.flow:
            return sigma * noise + (1.0 - sigma) * latent
        return latent + sigma * noise

    def start(self, latent: Tensor, noise: Tensor, sigma: float) -> Tensor:
        """Where sampling from `sigma` starts. At sigma_max the noise also carries the latents' own variance
        of 1.
        """
        if self.flow or not at_or_above(sigma, self.sigma_max):
            return self.noised(latent, noise, sigma)
        return latent + math.sqrt(1.0 + sigma**2) * noise

    def finish(self, x: Tensor, sigma: float) -> Tensor:
        """The latent in the scale of clean ones, after sampling has stopped at `sigma`."""
        return x / (1.0 - sigma) if self.flow and 0.0 < sigma < 1.0 else x

    def network_input(self, x: Tensor, sigma: Tensor) -> Tensor:
        """The latents `x` at `sigma` `[B]` scaled as the network wants them."""
        return network_input(self.prediction, x, sigma, self.sigma_data)

    def to_x0(self, x: Tensor, output: Tensor, sigma: Tensor) -> Tensor:
        """The clean latents predicted by the network's `output` for `x` at `sigma` `[B]`."""
        return to_x0(self.prediction, x, output, sigma, self.sigma_data)


BetaSchedule = Literal["scaled_linear", "linear", "squaredcos_cap_v2"]


def betas(schedule: BetaSchedule, start: float = 0.00085, end: float = 0.012, count: int = 1000) -> Tensor:
    """The variances of a discrete diffusion process in float64, named as in diffusers' configurations."""
    if schedule == "scaled_linear":
        return torch.linspace(start**0.5, end**0.5, count, dtype=torch.float64) ** 2
    if schedule == "linear":
        return torch.linspace(start, end, count, dtype=torch.float64)
    if schedule == "squaredcos_cap_v2":
        t = torch.arange(count + 1, dtype=torch.float64) / count
        left = torch.cos((t + 0.008) / 1.008 * math.pi / 2) ** 2
        return (1 - left[1:] / left[:-1]).clamp(max=0.999)
    raise ValueError(f"Unknown beta schedule '{schedule}': use scaled_linear, linear or squaredcos_cap_v2.")


def zero_terminal_snr(alphas_cumprod: Tensor) -> Tensor:
    """Signal shares rescaled so that the last step is pure noise (Lin et al. 2023, algorithm 1), short of
    division by 0.
    """
    s = alphas_cumprod.sqrt()
    squared = ((s - s[-1]) * s[0] / (s[0] - s[-1])) ** 2
    squared[-1] = 4.8973451890853435e-08
    return squared


@dataclass(frozen=True, eq=False)
class DiscreteSpace(SigmaSpace):
    """A variance-preserving process of numbered steps (Ho et al. 2020): SD 1, SD 2, SDXL."""

    variances: Tensor = field(default_factory=lambda: betas("scaled_linear"), repr=False)
    zero_snr: bool = False
    log_table: Tensor = field(init=False, repr=False)

    def __post_init__(self) -> None:
        alphas_cumprod = torch.cumprod(1.0 - self.variances.double(), dim=0)
        if self.zero_snr:
            alphas_cumprod = zero_terminal_snr(alphas_cumprod)
        table = ((1 - alphas_cumprod) / alphas_cumprod).sqrt()
        object.__setattr__(self, "table", table.float())
        # Rounded last: halfway between two steps the last bit decides which one is nearest.
        object.__setattr__(self, "log_table", table.log().float())

    def timestep(self, sigma: Tensor) -> Tensor:
        """The number of the step whose log sigma is nearest."""
        log_table = self.log_table.to(sigma.device)
        distance = (sigma.log().reshape(-1, 1) - log_table).abs()
        return distance.argmin(dim=1).reshape(sigma.shape).float()

    def sigma(self, timestep: Tensor) -> Tensor:
        """Log-linear between the neighbouring steps; timesteps outside the table are moved to its ends."""
        log_table = self.log_table.to(timestep.device)
        t = timestep.float().clamp(0, len(log_table) - 1)
        low, high, weight = t.floor().long(), t.ceil().long(), t.frac()
        return ((1 - weight) * log_table[low] + weight * log_table[high]).exp()

    def _inner_percent_to_sigma(self, percent: float) -> float:
        return float(self.sigma(torch.tensor((1.0 - percent) * (len(self.table) - 1))))


@dataclass(frozen=True, eq=False)
class ContinuousSpace(SigmaSpace):
    """Any sigma between two bounds: EDM (Karras et al. 2022) with t = ln(sigma) / 4, or v with t = 2
    atan(sigma) / pi.
    """

    low: float = 0.002
    high: float = 120.0
    clock: Literal["log", "arctangent"] = "log"

    def __post_init__(self) -> None:
        table = torch.linspace(math.log(self.low), math.log(self.high), 1000).exp()
        object.__setattr__(self, "table", table)

    def timestep(self, sigma: Tensor) -> Tensor:
        """The network's noise conditioning for each sigma."""
        return 0.25 * sigma.log() if self.clock == "log" else sigma.atan() / math.pi * 2

    def sigma(self, timestep: Tensor) -> Tensor:
        """Inverse of `timestep`."""
        return (timestep / 0.25).exp() if self.clock == "log" else (timestep * math.pi / 2).tan()

    def _inner_percent_to_sigma(self, percent: float) -> float:
        low, high = math.log(self.sigma_min), math.log(self.sigma_max)
        return math.exp((high - low) * (1.0 - percent) + low)


@dataclass(frozen=True, eq=False)
class CosineSpace(SigmaSpace):
    """Stable Cascade: a cosine of continuous time (Nichol and Dhariwal 2021), its log SNR moved by 2
    ln(1/shift).
    """

    shift: float = 1.0
    offset: float = 0.008

    def __post_init__(self) -> None:
        object.__setattr__(self, "table", self.sigma(torch.arange(1, 10001) / 10000))

    @property
    def _initial(self) -> float:
        return math.cos(self.offset / (1 + self.offset) * math.pi / 2) ** 2

    def sigma(self, timestep: Tensor) -> Tensor:
        """The shifted sigma at each time between 0 (clean) and 1."""
        share = torch.cos((timestep + self.offset) / (1 + self.offset) * math.pi / 2) ** 2 / self._initial
        if self.shift != 1.0:
            share = ((share / (1 - share)).log() + 2 * math.log(1 / self.shift)).sigmoid()
        share = share.clamp(0.0001, 0.9999)
        return ((1 - share) / share).sqrt()

    def timestep(self, sigma: Tensor) -> Tensor:
        """The time at which the unshifted cosine has this sigma: the network is conditioned on the noise
        itself.
        """
        share = (1 / (sigma**2 + 1)).clamp(0, 1)
        return (share * self._initial).sqrt().acos() / (math.pi / 2) * (1 + self.offset) - self.offset

    def _inner_percent_to_sigma(self, percent: float) -> float:
        return float(self.sigma(torch.tensor(1.0 - percent)))
