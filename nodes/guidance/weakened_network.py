"""Guidance by a weakened network: what its options add to whatever guidance a sampler has.

Each asks a second time with part of the network changed, and moves away from the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional

from nodes.guidance.forward_overrides import AttentionRecord, identity_attention, skipping
from nodes.guidance.freeu import FreeU
from nodes.guidance.guidance_branches import GuidanceBranches, Network
from nodes.guidance.network_blocks import chosen_blocks, need_unet
from nodes.sampling.intervals import is_within
from nodes.sampling.run import Denoise, Prediction

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from torch import nn

    from nodes.guidance.conditioning_context import ConditioningContext
    from nodes.guidance.forward_overrides import Alter
    from nodes.types import Conditioning, Model

SKIP, PERTURBED, SELF, FREEU = "skip_layer.", "perturbed.", "self_attention.", "freeu."
"""What a Model's options for each begin with."""

BLUR_SIDE = 9
"""Latent pixels on a side of the kernel that blurs for self-attention guidance."""


class Extra(Protocol):
    """Something that changes a guided prediction."""

    def added(self, found: Prediction, x: Tensor, sigma: Tensor) -> Tensor:
        """The new clean latent."""


@dataclass(frozen=True, eq=False)
class Weakened:
    """Away from the positive side's answer under a weakened network, while sigma is from `start` down to `end`.

    `rescale` draws the spread of the guided prediction to that of the positive side first.
    """

    sides: GuidanceBranches
    alter: Alter
    scale: float
    start: float = float("inf")
    end: float = 0.0
    rescale: float = 0.0

    def added(self, found: Prediction, x: Tensor, sigma: Tensor) -> Tensor:
        """The guided prediction plus `scale` times what the weakened network lacks."""
        if not is_within(float(sigma[0]), self.start, self.end) or found.x0_cond is None:
            return found.x0
        weak = self.sides.altered(x, sigma, (0,), self.alter)[0]
        ratio = (
            self.rescale * found.x0_cond.std() / found.x0.std() + 1 - self.rescale if self.rescale else 1.0
        )
        return found.x0 * ratio + self.scale * (found.x0_cond - weak)


@dataclass(frozen=True, eq=False)
class SelfAttention:
    """Self-attention guidance (Hong et al. 2022): away from what the unguided side sees once its picture is blurred
    where the network looks."""

    sides: GuidanceBranches
    record: AttentionRecord
    scale: float
    blur: float

    def added(self, found: Prediction, x: Tensor, sigma: Tensor) -> Tensor:
        """The guided prediction plus `scale` times the difference that the blur makes."""
        plain = found.x0 if self.sides.count == 1 else found.x0_uncond
        if plain is None or min(plain.shape[-2:]) <= BLUR_SIDE // 2:
            return found.x0
        blurred = self._blurred(plain)
        seen = self.sides.altered(x + self._moved(blurred - plain, sigma), sigma, (self.sides.count - 1,))[0]
        return found.x0 + self.scale * (blurred - seen)

    def _blurred(self, plain: Tensor) -> Tensor:
        looked_at = (self.record.attended(len(plain)) > 1.0).to(plain)
        mask = functional.interpolate(looked_at, plain.shape[-2:])
        from torchvision.transforms.functional import gaussian_blur

        soft = gaussian_blur(plain, [BLUR_SIDE, BLUR_SIDE], [self.blur, self.blur]) if self.blur else plain
        return torch.lerp(plain, soft, mask)

    def _moved(self, change: Tensor, sigma: Tensor) -> Tensor:
        """What a change of the clean latent changes in the noisy one, the noise staying as it is."""
        return change * (1 - float(sigma[0])) if self.sides.network.space.flow else change


def sides_of(
    model: Model,
    network: Network,
    sides: Sequence[Conditioning],
    telling: ConditioningContext,
    sigmas: Sequence[float],
    negative: int | None = 1,
) -> GuidanceBranches:
    """The sides of a model, whose network is changed in every call as its options say.

    `sigmas` are those of the whole sampling, even where only some of its steps are taken; `negative` is the side that
    says what not to show.
    """
    given = _options(model, FREEU)
    always: Alter | None = FreeU(**given).altered if given else None
    return GuidanceBranches(network, sides, telling, negative, always, sigmas)


def needs_unguided(model: Model) -> bool:
    """Whether the negative side must be asked even where the scale of guidance leaves it out."""
    return bool(_options(model, SELF).get("scale"))


def extended(model: Model, sides: GuidanceBranches, denoise: Denoise) -> Denoise:
    """`denoise` with what the options of the model add to it."""
    extras = _extras(model, sides)
    if not extras:
        return denoise

    def predict(x: Tensor, sigma: Tensor) -> Prediction:
        found = denoise(x, sigma)
        for extra in extras:
            found = replace(found, x0=extra.added(found, x, sigma))
        return found

    return predict


def _extras(model: Model, sides: GuidanceBranches) -> list[Extra]:
    extras: list[Extra] = []
    skip, perturbed, own = (_options(model, prefix) for prefix in (SKIP, PERTURBED, SELF))
    if skip.get("scale"):
        percent = sides.network.space.percent_to_sigma
        alter = skipping(chosen_blocks(str(skip["layers"]), str(skip["single"])))
        times = percent(skip["start"]), percent(skip["end"])
        extras.append(Weakened(sides, alter, skip["scale"], *times, skip["rescale"]))
    if perturbed.get("scale"):
        alter = identity_attention(chosen_blocks(str(perturbed["layers"])))
        extras.append(Weakened(sides, alter, perturbed["scale"]))
    if own.get("scale"):
        record = AttentionRecord()
        sides.watch(sides.count - 1, partial(_recorded, record))
        extras.append(SelfAttention(sides, record, own["scale"], own["blur"]))
    return extras


def _recorded(record: AttentionRecord, network: nn.Module) -> AbstractContextManager[None]:
    need_unet(network, "Self-attention guidance")
    return record.recording(network)


def _options(model: Model, prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): value for name, value in model.options if name.startswith(prefix)}
