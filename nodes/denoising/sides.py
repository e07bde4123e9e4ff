"""The network's predictions for each side of the guidance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor

from nodes.denoising.regions import Region, Window, region, with_matching_areas
from nodes.types import Condition, Conditioning

if TYPE_CHECKING:
    from torch import nn

    from nodes.models.family import Facts
    from nodes.sampling.spaces import SigmaSpace

COVERED = 1e-37
"""Where no condition holds, the prediction is 0 rather than 0 / 0."""


class Network(Protocol):
    """What predicts; the pool's Denoiser is one."""

    @property
    def space(self) -> SigmaSpace:
        """Its sigmas."""

    @property
    def facts(self) -> Facts:
        """Its family and latents."""

    @property
    def device(self) -> torch.device:
        """Where latents belong during sampling."""

    def scaled(self, samples: Tensor) -> Tensor:
        """Raw latents as it knows them."""

    def raw(self, samples: Tensor) -> Tensor:
        """The inverse of `scaled`."""

    def preview_decoder(self) -> nn.Module | None:
        """What turns scaled latents into pixels quickly, if anything does."""

    def x0(self, x: Tensor, sigma: Tensor, conditions: Sequence[Condition]) -> list[Tensor]:
        """The clean latents under each condition."""


class Sides:
    """A network asked for several conditionings at once: positive, negative and what else guidance needs.

    `like` are latents of the shape to come, on the network's device.
    """

    def __init__(self, network: Network, sides: Sequence[Conditioning], like: Tensor) -> None:
        self.network = network
        percent, pixel = network.space.percent_to_sigma, network.facts.latent.downscale
        matched = with_matching_areas(sides)
        self._regions: list[list[Region]] = [
            [
                region(each, like, percent(each.start), percent(each.end), pixel)
                for each in side
                if each.strength
            ]
            for side in matched
        ]
        self._plain = all(len(side) == 1 and _whole(side[0]) for side in self._regions)

    def predict(self, x: Tensor, sigma: Tensor, wanted: Sequence[int]) -> list[Tensor]:
        """The clean latents for the sides `wanted`, in that order, in as few network calls as shapes allow."""
        if self._plain:
            return self.network.x0(x, sigma, [self._regions[at][0].condition for at in wanted])
        level = float(sigma[0])
        asked = [
            (place, each)
            for place, at in enumerate(wanted)
            for each in self._regions[at]
            if each.active(level)
        ]
        answers = self._ask(x, sigma, [each for _, each in asked])
        return [
            _mean(
                x, [(each, answer) for (at, each), answer in zip(asked, answers, strict=True) if at == place]
            )
            for place in range(len(wanted))
        ]

    def _ask(self, x: Tensor, sigma: Tensor, regions: Sequence[Region]) -> list[Tensor]:
        by_window: dict[Window | None, list[int]] = {}
        for at, each in enumerate(regions):
            by_window.setdefault(each.window, []).append(at)
        answers: dict[int, Tensor] = {}
        for members in by_window.values():
            part = regions[members[0]].cut(x).contiguous()
            found = self.network.x0(part, sigma, [regions[at].condition for at in members])
            answers.update(zip(members, found, strict=True))
        return [answers[at] for at in range(len(regions))]


def _whole(each: Region) -> bool:
    """Whether a region that is alone on its side simply holds always and everywhere."""
    always = each.condition.start <= 0.0 and each.condition.end >= 1.0
    return always and each.window is None and isinstance(each.weight, float | int)


def _mean(x: Tensor, answers: Sequence[tuple[Region, Tensor]]) -> Tensor:
    """The weighted mean of what the conditions of one side say."""
    if len(answers) == 1 and answers[0][0].window is None and isinstance(answers[0][0].weight, float | int):
        return answers[0][1]
    total = torch.zeros_like(x)
    count = torch.full_like(x, COVERED)
    for each, answer in answers:
        each.cut(total).add_(answer * each.weight)
        each.cut(count).add_(each.weight)
    return total / count
