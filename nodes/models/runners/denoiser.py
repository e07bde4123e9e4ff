"""The one place where a noisy latent becomes a network's call and its answer a clean latent."""

from __future__ import annotations

from collections import defaultdict
from contextlib import nullcontext
from dataclasses import replace
from math import lcm
from typing import TYPE_CHECKING

import torch

from nodegraph.support.errors import LoadError
from nodes.models.architectures.sigma_space import space_of
from nodes.models.memory.budget import network_work, together
from nodes.models.memory.compiled import OPTION
from nodes.models.memory.loading import bytes_in, damage
from nodes.models.memory.precision import network_dtype
from nodes.models.runners.network_inputs import gather, likeness
from nodes.sampling.intervals import is_within

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from typing import Any

    from torch import Tensor, nn

    from nodes.guidance.forward_overrides import Alter
    from nodes.models.architectures.family import Facts, Family, Inputs
    from nodes.models.files.parts import Part
    from nodes.models.runners.weight_store import WeightStore
    from nodes.sampling.spaces import SigmaSpace
    from nodes.types import Condition, Control, Model

CONTEXT = ("cross_attention_dim", "joint_attention_dim", "cap_feat_dim")
"""How networks' settings call the width of what they are told."""

REPEATS = 4
"""How often a context may be repeated to share a call with a longer one."""


class Denoiser:
    """The network of one `Model`. `facts` and `space` say what sampling must know; nothing is loaded before
    the first call."""

    def __init__(self, pool: WeightStore, ref: Model, family: Family, facts: Facts, part: Part) -> None:
        self._pool = pool
        self._ref = ref
        self._part = part
        self.family = family
        self.facts = facts
        self.space: SigmaSpace = space_of(facts, ref.options)
        self._checked = False
        self._shares: dict[tuple[tuple[int, ...], int, int], tuple[int, int]] = {}

    @property
    def device(self) -> torch.device:
        """Where the network runs and latents belong during sampling."""
        return self._pool.device

    def scaled(self, samples: Tensor) -> Tensor:
        """Raw latents as the network knows them."""
        return self.facts.latent.scaled(samples)

    def raw(self, samples: Tensor) -> Tensor:
        """The inverse of `scaled`."""
        return self.facts.latent.raw(samples)

    def preview_decoder(self) -> nn.Module | None:
        """What turns scaled latents into pixels quickly, -1..1, where there is such a network for the family."""
        return self._pool.tiny_decoder(self.facts.family, self.facts.latent.channels)

    def x0(
        self, x: Tensor, sigma: Tensor, conditions: Sequence[Condition], alter: Alter | None = None
    ) -> list[Tensor]:
        """The clean latent, float32, that the network sees in `x` `[B, C, h, w]` at `sigma` `[B]` under each
        condition. Conditions alike in shape and control share one call, in the order given. `alter` changes how
        the network computes, for these calls alone."""
        self._check_told(conditions)
        with torch.no_grad():
            self._pool.residents.begin()
            share, work = self._share(x, conditions)
            network = self._network(work)
            found: dict[int, Tensor] = {}
            for members in self._calls(conditions, float(sigma[0]), share):
                inputs = gather(self, x, sigma, [conditions[at] for at in members])
                inputs = replace(inputs, residuals=self._residuals(inputs, conditions[members[0]], sigma))
                with self._changed(network, alter):
                    output = self.family.call(network, inputs).float()
                self._check(network, output)
                for at, piece in zip(members, output.chunk(len(members)), strict=True):
                    found[at] = self.space.to_x0(x, piece, sigma)
        return [found[at] for at in range(len(conditions))]

    @property
    def dtype(self) -> torch.dtype:
        """The precision in which the network computes."""
        wanted = self._pool.dtype if self._ref.dtype == "auto" else self._ref.dtype
        return network_dtype(wanted, self._pool.choices, self._part.parameters, self._part.stored)

    def _network(self, work: int = 0) -> nn.Module:
        return self._pool.network(self._ref, self.family, self._part, self.dtype, work)

    def _changed(self, network: nn.Module, alter: Alter | None) -> AbstractContextManager[object]:
        """The network for one call: changed, else compiled where the model asks for it, else as it is."""
        if alter is not None:
            return alter(network)
        scope = dict(self._ref.options).get(OPTION)
        return self._pool.compiled(network, str(scope)) if scope else nullcontext()

    def _share(self, x: Tensor, conditions: Sequence[Condition]) -> tuple[int, int]:
        """How many conditions may share a call where memory is short, and the bytes such a call works with."""
        context = max(condition.cond.shape[1] for condition in conditions)
        finer = self.facts.latent.downscale // 8
        asked = ((*x.shape[:-2], x.shape[-2] * finer, x.shape[-1] * finer), context, len(conditions))
        if asked not in self._shares:
            dtype = self.dtype
            one = network_work(self._part.config, asked[0], context, dtype.itemsize)
            size = bytes_in(self._part, dtype)
            count = together(self._pool.residents.most(), size, one, len(conditions))
            self._shares[asked] = (count, one * count)
        return self._shares[asked]

    def _calls(self, conditions: Sequence[Condition], sigma: float, share: int) -> Iterator[list[int]]:
        """The groups, cut to as many conditions as may share a call."""
        for members in self._groups(conditions, sigma):
            for at in range(0, len(members), share):
                yield members[at : at + share]

    def _groups(self, conditions: Sequence[Condition], sigma: float) -> list[list[int]]:
        """The conditions that can share a call, by their places in the list."""
        groups: dict[Hashable, list[int]] = defaultdict(list)
        lengths = {condition.cond.shape[1] for condition in conditions}
        alike = self.family.repeats and lcm(*lengths) <= REPEATS * min(lengths)
        for at, condition in enumerate(conditions):
            controls = tuple(map(id, self._active(condition, sigma)))
            length = 0 if alike else condition.cond.shape[1]
            groups[length, *likeness(condition), controls].append(at)
        return list(groups.values())

    def _active(self, condition: Condition, sigma: float) -> list[Control]:
        percent = self.space.percent_to_sigma
        return [
            control
            for control in condition.controls
            if control.strength and is_within(sigma, percent(control.start), percent(control.end))
        ]

    def _residuals(self, inputs: Inputs, condition: Condition, sigma: Tensor) -> Mapping[str, Any]:
        """What the active control networks add, summed."""
        total: dict[str, Any] = {}
        for control in self._active(condition, float(sigma[0])):
            for name, value in self._pool.get(control.net).residuals(self, inputs, control).items():
                total[name] = plus(total[name], value) if name in total else value
        return total

    def _check_told(self, conditions: Sequence[Condition]) -> None:
        """Prompts that another family's text encoder has read are refused, with what to link instead."""
        config = self._part.config
        wanted = next((config[name] for name in CONTEXT if isinstance(config.get(name), int)), None)
        for condition in conditions:
            given = condition.cond.shape[-1]
            if wanted is not None and given != wanted:
                kinds = ", ".join(use.kind for use in self.family.encoders)
                raise LoadError(
                    "The prompt was read by another family's text encoder: its conditioning is {given} wide and "
                    "{title} takes {wanted}. Link the checkpoint's own, or load {kinds}.",
                    given=given,
                    title=self.family.title,
                    wanted=wanted,
                    kinds=kinds,
                )

    def _check(self, network: nn.Module, output: Tensor) -> None:
        """Once for each denoiser: raise `LoadError` where the network's file holds numbers that are not finite."""
        if self._checked:
            return
        self._checked = True
        if not torch.isfinite(output.sum()) and (fault := damage(self._part, network)):
            raise fault


def plus(left: Any, right: Any) -> Any:
    """The sum of two tensors, or of two equally long sequences of them."""
    if isinstance(left, torch.Tensor):
        return left + right
    return tuple(a + b for a, b in zip(left, right, strict=True))
