"""Guidance: from the predictions of the sides to the one that a solver follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from nodes.sampling import guidance
from nodes.sampling.predictions import PredictionKind
from nodes.sampling.run import Denoise, Prediction

if TYPE_CHECKING:
    from torch import Tensor

    from nodes.guidance.guidance_branches import GuidanceBranches
    from nodes.sampling.spaces import SigmaSpace
    from nodes.types import Model

METHODS = ("plain", "rescale", "apg", "threshold", "zero_star")
"""How guidance may join its two sides; a Model's option `guidance` names one of them."""

PREFIX = "guidance."
"""What a Model's options for guidance begin with: `guidance.method`, `guidance.share` ..."""

NOTHING: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True)
class Rule:
    """How guidance joins its two sides: `method` with its `settings`, while sigma is from `start` down to `end`.

    Outside those sigmas the scale is 1. `steps` counts those at which CFG-Zero* stands still.
    """

    method: str = "plain"
    settings: Mapping[str, float] = field(default_factory=lambda: NOTHING)
    start: float = float("inf")
    end: float = 0.0


def rule_of(model: Model, space: SigmaSpace) -> Rule:
    """The rule that the options of a Model ask for."""
    given = {name.removeprefix(PREFIX): value for name, value in model.options if name.startswith(PREFIX)}
    method = str(given.pop("method", "plain"))
    start = space.percent_to_sigma(float(given.pop("start", 0.0) or 0.0))
    end = space.percent_to_sigma(float(given.pop("end", 1.0) or 0.0))
    return Rule(method, {name: float(value or 0.0) for name, value in given.items()}, start, end)


class Guided:
    """A denoiser that guides side 0 away from side 1; as long as it is used, it remembers what its rule needs."""

    def __init__(self, sides: GuidanceBranches, scale: float, rule: Rule, *, both: bool = False) -> None:
        self._sides = sides
        self._scale = scale
        self._rule = rule
        self._both = both
        self._average: Tensor | None = None
        self._lowest = float("inf")
        self._levels = 0

    def __call__(self, x: Tensor, sigma: Tensor) -> Prediction:
        """The guided prediction. At a scale of 1 the negative side is not computed, unless a solver needs it."""
        level = float(sigma[0])
        scale = guidance.scale_at(self._scale, level, self._rule.start, self._rule.end)
        if not self._both and not guidance.needs_uncond(scale):
            cond = self._sides.predict(x, sigma, (0,))[0]
            return Prediction(cond, None, cond)
        uncond, cond = self._sides.predict(x, sigma, (1, 0))
        if not guidance.needs_uncond(scale):
            return Prediction(cond, uncond, cond)
        return Prediction(self._joined(x, sigma, cond, uncond, scale), uncond, cond)

    def _joined(self, x: Tensor, sigma: Tensor, cond: Tensor, uncond: Tensor, scale: float) -> Tensor:
        space, settings = self._sides.network.space, dict(self._rule.settings)
        kind: PredictionKind = "flow" if space.flow else "v"
        match self._rule.method:
            case "rescale":
                return guidance.rescaled_cfg(cond, uncond, scale, x, sigma, kind=kind, **settings)
            case "apg":
                guided, self._average = guidance.adaptive_projected(
                    cond, uncond, scale, average=self._average, **settings
                )
                return guided
            case "norm":
                return guidance.norm_limited(cond, uncond, scale, **settings)
            case "threshold":
                return guidance.dynamic_threshold(cond, uncond, scale, **settings)
            case "zero_star":
                still = self._still(float(sigma[0]), int(settings.get("still", 0)))
                return guidance.cfg_zero_star(cond, uncond, scale, x, sigma, still=still, kind=kind)
        return guidance.cfg(cond, uncond, scale)

    def _still(self, sigma: float, steps: int) -> bool:
        """Whether this is among the first `steps` sigmas that were asked for."""
        if sigma < self._lowest:
            self._lowest = sigma
            self._levels += 1
        return self._levels <= steps


def unguided(sides: GuidanceBranches) -> Denoise:
    """Side 0 as it is."""

    def predict(x: Tensor, sigma: Tensor) -> Prediction:
        cond = sides.predict(x, sigma, (0,))[0]
        return Prediction(cond, None, cond)

    return predict


def dual(sides: GuidanceBranches, scale: float, middle_scale: float, *, nested: bool) -> Denoise:
    """Side 0 against side 1 and that against side 2, each at a scale of its own."""
    join = guidance.nested_cfg if nested else guidance.dual_cfg

    def predict(x: Tensor, sigma: Tensor) -> Prediction:
        uncond, middle, cond = sides.predict(x, sigma, (2, 1, 0))
        return Prediction(join(cond, middle, uncond, scale, middle_scale), uncond, cond)

    return predict


def perpendicular(sides: GuidanceBranches, scale: float, negative_scale: float) -> Denoise:
    """Side 0 away from what only side 1 says, measured from the empty prompt of side 2."""

    def predict(x: Tensor, sigma: Tensor) -> Prediction:
        empty, negative, cond = sides.predict(x, sigma, (2, 1, 0))
        guided = guidance.perpendicular(cond, negative, empty, scale, negative_scale)
        return Prediction(guided, empty, cond)

    return predict
