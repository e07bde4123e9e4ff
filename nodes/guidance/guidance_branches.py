"""The network's predictions for each side of the guidance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor

from nodes.guidance.conditioning_context import ConditioningContext, within
from nodes.guidance.forward_overrides import Alter, together
from nodes.guidance.regions import (
    Region,
    Window,
    region,
    with_bounds,
    with_matching_areas,
    with_shared_controls,
)
from nodes.sampling.intervals import at_or_above
from nodes.types import Condition, Conditioning

if TYPE_CHECKING:
    from torch import nn

    from nodes.models.architectures.family import Facts
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

    def x0(
        self, x: Tensor, sigma: Tensor, conditions: Sequence[Condition], alter: Alter | None = None
    ) -> list[Tensor]:
        """The clean latents under each condition, with the network changed by `alter`."""


class GuidanceBranches:
    """A network asked for several conditionings at once: positive, negative and what else guidance needs.

    `telling` knows the latents to come, on the network's device; `negative` is the side that says what not to show.
    `always` changes the network in every call. `sigmas` are those of the whole sampling, by which conditions know the
    step. A side that is watched is asked apart from the others, with the network changed by what watches it.
    """

    def __init__(
        self,
        network: Network,
        sides: Sequence[Conditioning],
        telling: ConditioningContext,
        negative: int | None = None,
        always: Alter | None = None,
        sigmas: Sequence[float] = (),
    ) -> None:
        self.network = network
        self.count = len(sides)
        self._always = always
        self._sigmas = sigmas
        self._watched: dict[int, Alter] = {}
        percent, pixel = network.space.percent_to_sigma, network.facts.latent.downscale
        bounded = [[with_bounds(each, telling.like, pixel) for each in side] for side in sides]
        matched = with_matching_areas(with_shared_controls(bounded, negative))
        self._regions: list[list[Region]] = [
            [
                within(
                    region(
                        telling.whole(each, at == negative),
                        telling.like,
                        percent(each.start),
                        percent(each.end),
                        pixel,
                    )
                )
                for each in side
                if each.strength
            ]
            for at, side in enumerate(matched)
        ]
        self._plain = all(len(side) == 1 and _whole(side[0]) for side in self._regions)

    def watch(self, side: int, alter: Alter) -> None:
        """From now on, ask about this side apart, with the network changed."""
        self._watched[side] = alter

    def predict(self, x: Tensor, sigma: Tensor, wanted: Sequence[int]) -> list[Tensor]:
        """The clean latents for the sides `wanted`, in that order, in as few network calls as shapes allow."""
        if not self._watched:
            return self.altered(x, sigma, wanted)
        rest = [side for side in wanted if side not in self._watched]
        found = dict(zip(rest, self.altered(x, sigma, rest), strict=True)) if rest else {}
        for side in wanted:
            if side in self._watched:
                found[side] = self.altered(x, sigma, (side,), self._watched[side])[0]
        return [found[side] for side in wanted]

    def altered(
        self, x: Tensor, sigma: Tensor, wanted: Sequence[int], alter: Alter | None = None
    ) -> list[Tensor]:
        """As `predict`, with the network changed by `alter`, and nobody watching."""
        alter = together(self._always, alter)
        if self._plain:
            return self.network.x0(x, sigma, [self._regions[at][0].condition for at in wanted], alter)
        level, last = float(sigma[0]), self.count - 1
        sides = list(dict.fromkeys([*wanted, last] if any(map(self._summed, wanted)) else wanted))
        asked = [
            (side, each)
            for side in sides
            for each in self._regions[side]
            if each.active(level, self._share(level))
        ]
        answers = self._ask(x, sigma, [each for _, each in asked], alter)
        said = {
            side: [(each, answer) for (at, each), answer in zip(asked, answers, strict=True) if at == side]
            for side in sides
        }
        found = {side: _mean(x, said[side]) for side in sides if not self._summed(side)}
        return [_sum(said[side], found[last]) if self._summed(side) else found[side] for side in wanted]

    def _summed(self, side: int) -> bool:
        """Whether the conditions of a side count by themselves, measured from the last side."""
        return side < self.count - 1 and all(each.condition.summed for each in self._regions[side])

    def _share(self, level: float) -> float:
        """The share of the steps before the one that begins at this sigma, or in which it lies."""
        steps = len(self._sigmas) - 1
        return sum(at_or_above(sigma, level) for sigma in self._sigmas[1:]) / steps if steps > 0 else 0.0

    def _ask(self, x: Tensor, sigma: Tensor, regions: Sequence[Region], alter: Alter | None) -> list[Tensor]:
        by_window: dict[Window | None, list[int]] = {}
        for at, each in enumerate(regions):
            by_window.setdefault(each.window, []).append(at)
        answers: dict[int, Tensor] = {}
        for members in by_window.values():
            part = regions[members[0]].cut(x).contiguous()
            found = self.network.x0(part, sigma, [regions[at].condition for at in members], alter)
            answers.update(zip(members, found, strict=True))
        return [answers[at] for at in range(len(regions))]


def _whole(each: Region) -> bool:
    """Whether a region that is alone on its side simply holds always and everywhere."""
    always = each.condition.start <= 0.0 and each.condition.end >= 1.0
    simple = not each.condition.summed and not each.condition.spans
    return always and simple and each.window is None and isinstance(each.weight, float | int)


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


def _sum(answers: Sequence[tuple[Region, Tensor]], base: Tensor) -> Tensor:
    """What the conditions of one side add to what the last side says, each by its own weight (Liu et al. 2022)."""
    total = base.clone()
    for each, answer in answers:
        each.cut(total).add_((answer - each.cut(base)) * each.weight)
    return total
