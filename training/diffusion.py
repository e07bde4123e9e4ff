"""The noise schedule of Stable Diffusion 1, velocity targets, and a plain sampler to look at results with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

STEPS = 1000
BETA_START, BETA_END = 0.00085, 0.012
GAMMA = 5.0
LEAK_FROM, LEAK_SHARE = 960, 0.5

Network = Callable[[Tensor, Tensor, Tensor], Tensor]


def alphas() -> Tensor:
    """The cumulative product of 1 - beta over the 1000 steps ("scaled linear")."""
    betas = torch.linspace(BETA_START**0.5, BETA_END**0.5, STEPS, dtype=torch.float64) ** 2
    return torch.cumprod(1 - betas, dim=0).float()


@dataclass(frozen=True)
class Noised:
    """A training example: what the network sees, at which step, the answer wanted, and what it counts."""

    x: Tensor
    t: Tensor
    velocity: Tensor
    weight: Tensor


def noised(latents: Tensor, table: Tensor) -> Noised:
    """Noise latents to random steps; `table` is on the latents' device.

    The target is the velocity (Salimans and Ho 2022). Its weight is 1 up to a signal-to-noise ratio of
    `GAMMA` and falls beyond, as in min-SNR weighting (Hang et al. 2023). At the noisiest steps half of the
    examples lose the trace of signal that this schedule leaves, for sampling starts without it.
    """
    count = len(latents)
    t = ((torch.arange(count) + torch.rand(1)) / count * STEPS).long().clamp(max=STEPS - 1)
    t = t[torch.randperm(count)]
    kept = ~((t >= LEAK_FROM) & (torch.rand(count) < LEAK_SHARE))
    t, kept = t.to(latents.device), kept.to(latents.device)
    level = table[t][:, None, None, None]
    noise = torch.randn_like(latents)
    x = level.sqrt() * latents * kept[:, None, None, None] + (1 - level).sqrt() * noise
    velocity = level.sqrt() * noise - (1 - level).sqrt() * latents
    ratio = (level / (1 - level)).flatten()
    return Noised(x, t, velocity, (ratio.clamp(max=GAMMA) + 1) / (ratio + 1))


def clean_and_noise(velocity: Tensor, x: Tensor, level: Tensor) -> tuple[Tensor, Tensor]:
    """The clean latent and the noise that a velocity stands for; `level` is the share of signal, scalar or `[N]`."""
    level = level.reshape(-1, 1, 1, 1)
    signal, noise = level.sqrt(), (1 - level).sqrt()
    return signal * x - noise * velocity, noise * x + signal * velocity


@torch.no_grad()
def sample(
    network: Network, text: Tensor, empty: Tensor, x: Tensor, *, steps: int = 20, guidance: float = 4.0
) -> Tensor:
    """Euler steps on evenly spaced times with classifier-free guidance; `x` is noise of deviation 1.

    `network(x, t, text)` gives the velocity; `text` is `[N, 77, C]`, `empty` `[1, 77, C]`.
    """
    table = alphas().to(x.device)
    times = torch.linspace(STEPS - 1, 0, steps).round().long().to(x.device)
    both = torch.cat([empty.expand_as(text), text])
    for index, t in enumerate(times):
        level = table[t]
        found = network(torch.cat([x, x]), t.expand(2 * len(x)), both)
        without, with_text = found.chunk(2)
        velocity = without + guidance * (with_text - without)
        clean, noise = clean_and_noise(velocity, x, level)
        after = table[times[index + 1]] if index + 1 < steps else torch.ones_like(level)
        x = after.sqrt() * clean + (1 - after).sqrt() * noise
    return x


@torch.no_grad()
def sample_few(
    network: Network, text: Tensor, x: Tensor, generator: torch.Generator, *, steps: int = 4
) -> Tensor:
    """Consistency sampling: guess the clean latent, noise it again for the next time, and so on; no guidance.

    The times are those of the solver `lcm` on the `sgm_uniform` schedule.
    """
    table = alphas().to(x.device)
    times = torch.linspace(STEPS - 1, 0, steps + 1)[:-1].round().long().to(x.device)
    for index, t in enumerate(times):
        clean, _ = clean_and_noise(network(x, t.expand(len(x)), text), x, table[t])
        if index + 1 == steps:
            break
        after = table[times[index + 1]]
        noise = torch.randn(x.shape, generator=generator).to(x.device)
        x = after.sqrt() * clean + (1 - after).sqrt() * noise
    return clean
