"""The one place where a noisy latent becomes a network's call and its answer a clean latent."""

from __future__ import annotations

from collections import defaultdict
from math import lcm
from typing import TYPE_CHECKING

import torch

from nodegraph.errors import LoadError
from nodes.models.family import Inputs
from nodes.models.loading import first_bad
from nodes.models.precision import network_dtype
from nodes.models.space import space_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
    from typing import Any

    from torch import Tensor

    from nodes.models.family import Facts, Family
    from nodes.models.parts import Part
    from nodes.models.pool import Pool
    from nodes.models.resident import Resident
    from nodes.sampling.spaces import SigmaSpace
    from nodes.types import Condition, Control, Model

REPEATS = 4
"""How often a context may be repeated to share a call with a longer one."""


class Denoiser:
    """The network of one `Model`. `facts` and `space` say what sampling must know; nothing is loaded before
    the first call."""

    def __init__(self, pool: Pool, ref: Model, family: Family, facts: Facts, part: Part) -> None:
        self._pool = pool
        self._ref = ref
        self._part = part
        self.family = family
        self.facts = facts
        self.space: SigmaSpace = space_of(facts, ref.options)
        self._checked = False

    @property
    def device(self) -> torch.device:
        """Where the network runs and latents belong during sampling."""
        return self._pool.device

    def scaled(self, samples: Tensor) -> Tensor:
        """Raw latents as the network knows them."""
        return (samples - self.facts.latent.shift) * self.facts.latent.scale

    def raw(self, samples: Tensor) -> Tensor:
        """The inverse of `scaled`."""
        return samples / self.facts.latent.scale + self.facts.latent.shift

    def x0(self, x: Tensor, sigma: Tensor, conditions: Sequence[Condition]) -> list[Tensor]:
        """The clean latent, float32, that the network sees in `x` `[B, C, h, w]` at `sigma` `[B]` under each
        condition. Conditions alike in shape and control share one call, in the order given."""
        groups: dict[Hashable, list[int]] = defaultdict(list)
        for at, condition in enumerate(conditions):
            groups[self._alike(condition, float(sigma[0]))].append(at)
        found: dict[int, Tensor] = {}
        with torch.inference_mode():
            resident = self._resident()
            for members in groups.values():
                together = [conditions[at] for at in members]
                output = self._call(resident, x, sigma, together)
                for at, piece in zip(members, output.chunk(len(members)), strict=True):
                    found[at] = self.space.to_x0(x, piece, sigma)
        return [found[at] for at in range(len(conditions))]

    def _resident(self) -> Resident:
        dtype = network_dtype(self._ref.dtype, self._pool.device, self._part.parameters, self._part.stored)
        if self._ref.dtype == "auto":
            dtype = network_dtype(self._pool.dtype, self._pool.device, self._part.parameters, self._part.stored)
        return self._pool.network(self._ref, self.family, self._part, dtype)
