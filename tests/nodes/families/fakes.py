"""A network whose answers are known, in the place of a loaded one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from nodes.models.architectures.family import Facts, LatentFormat
from nodes.sampling.catalogue import SIGMA_SPACES
from nodes.sampling.spaces import SigmaSpace
from nodes.types import Condition, Conditioning, Model, Source


class FakeNetwork:
    """Sees every latent as the mean of the condition's embedding, pulled a little towards x.

    `texture` lets the answers also vary from pixel to pixel, more for larger means.
    """

    def __init__(self, space: str = "sd15", channels: int = 4, texture: float = 0.0) -> None:
        self.texture = texture
        self.space: SigmaSpace = SIGMA_SPACES[space]
        self.facts = Facts("sd1", LatentFormat(channels), space, channels)
        self.device = torch.device("cpu")
        self.calls: list[tuple[tuple[int, ...], float, list[float]]] = []

    def scaled(self, samples: Tensor) -> Tensor:
        return samples * self.facts.latent.scale

    def raw(self, samples: Tensor) -> Tensor:
        return samples / self.facts.latent.scale

    def preview_decoder(self) -> None:
        return None

    def x0(
        self, x: Tensor, sigma: Tensor, conditions: Sequence[Condition], alter: object = None
    ) -> list[Tensor]:
        means = [float(c.cond.mean()) for c in conditions]
        self.calls.append((tuple(x.shape), float(sigma[0]), means))
        wave = self.texture * torch.linspace(0, 6, x[0].numel()).reshape(x.shape[1:]).sin()
        return [mean + (2 + mean) * wave + 0.1 * x / (1 + float(sigma[0])) for mean in means]


class FakePool:
    """Hands out one network."""

    def __init__(self, network: FakeNetwork) -> None:
        self.network = network

    def get(self, ref: Any) -> FakeNetwork:
        return self.network


MODEL = Model(Source("nowhere", "0"))


def says(value: float, **facts: Any) -> Conditioning:
    """A conditioning that wants every pixel to be `value`."""
    return Conditioning((Condition(torch.full((1, 3, 2), value), **facts),))
