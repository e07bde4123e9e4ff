"""Matching LoRAs to a network, and computing the weights of a stack of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from nodegraph.node_api.fingerprint import stamp
from nodegraph.support.errors import LoadError
from nodes.models.memory.loading import Place, read
from nodes.models.patches.beside import settings_beside
from nodes.models.patches.files import check_some, read_changes
from nodes.models.patches.targets import targets_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from nodegraph.node_api.fingerprint import Stamp
    from nodes.models.memory.resident import Resident
    from nodes.models.patches.changes import Change
    from nodes.models.patches.targets import Table, Target
    from nodes.types import Patch, Source


@dataclass(frozen=True)
class Fit:
    """How a patch file fits: how many weights it changes, and the targets or tensors that fit nowhere."""

    used: int
    unused: tuple[str, ...]


@dataclass(frozen=True)
class _Step:
    source: Source
    spelled: str
    change: Change
    target: Target
    strength: float


def changes_of(source: Source) -> tuple[Mapping[str, Mapping[str, Change]], tuple[str, ...]]:
    """The changes of a file, remembered for the last few files; their tensors are read when they are used."""
    path = Path(source.path)
    try:
        return _changes(source, (stamp(path), *map(stamp, settings_beside(path))))
    except OSError as error:
        raise LoadError(
            "{path} cannot be read: {value}.", path=source.path, value=error.strerror or error
        ) from error


@lru_cache(maxsize=16)
def _changes(
    source: Source, _states: tuple[Stamp, ...]
) -> tuple[Mapping[str, Mapping[str, Change]], tuple[str, ...]]:
    changes, unknown = read_changes(Path(source.path))
    check_some(Path(source.path), changes)
    return changes, tuple(unknown)


def fit(source: Source, tables: Sequence[Table]) -> Fit:
    """How a patch file fits networks with these targets."""
    changes, unknown = changes_of(source)
    used = {target for target in changes if any(targets_in(table, target) for table in tables)}
    return Fit(len(used), (*(target for target in changes if target not in used), *unknown))


class Patching:
    """The parameters of a network that a stack of patches changes: which, how large, and their changed values."""

    def __init__(self, patches: Sequence[Patch], table: Table, resident: Resident) -> None:
        self._resident = resident
        self._steps = _steps(patches, table, resident)

    @property
    def bytes(self) -> int:
        """The memory that the changed parameters take."""
        shapes = self._resident.part.shapes
        return sum(prod(shapes[name]) * self._resident.own(name).element_size() for name in self._steps)

    def weights(self) -> dict[str, Tensor]:
        """The changed parameters, computed in float32 from the file's own values and then cast to the type in which
        the network has them; raises `LoadError` for a patch of numbers that are not finite."""
        changed: dict[str, Tensor] = {}
        place = Place(self._resident.device, torch.float32)
        for name, weight in read(self._resident.part, self._steps, place):
            value = weight.to(torch.float32, copy=True)
            for step in self._steps[name]:
                value = _applied(step, value)
            if not torch.isfinite(value.sum()):
                _blame(self._resident.part.place, name, weight, self._steps[name])
            changed[name] = self._resident.home(name).put(value)
        return changed


def _blame(place: str, name: str, weight: Tensor, steps: Sequence[_Step]) -> None:
    """Raise `LoadError` for the file that brought numbers that are not finite into a weight, if one did."""
    if not torch.isfinite(weight).all():
        raise LoadError(
            "{place} is damaged: {name!r} holds numbers that are none (NaN). Download it again.",
            place=place,
            name=name,
        )
    for step in steps:
        for role, tensor in step.change.tensors.items():
            if not torch.isfinite(tensor.float()).all():
                raise LoadError(
                    "{path} is damaged: its {role!r} for {spelled!r} holds numbers that are none (NaN). Train or "
                    "download it again.",
                    path=step.source.path,
                    role=role,
                    spelled=step.spelled,
                )


def _steps(patches: Sequence[Patch], table: Table, resident: Resident) -> dict[str, list[_Step]]:
    """What happens to each parameter, in the order of the stack."""
    steps: dict[str, list[_Step]] = defaultdict(list)
    for patch in patches:
        for spelled, pair in changes_of(patch.source)[0].items():
            for target in targets_in(table, spelled):
                strength = patch.strength * block_strength(target.base, patch.blocks)
                for ending, change in pair.items():
                    name = f"{target.base}.{ending}"
                    if strength and resident.has(name):
                        steps[name].append(_Step(patch.source, spelled, change, target, strength))
    return steps


def block_strength(base: str, blocks: Sequence[tuple[str, float]]) -> float:
    """The strength of the longest block name that leads `base`; 1 where none does."""
    fitting = [(len(name), value) for name, value in blocks if f"{base}.".startswith(name.rstrip(".") + ".")]
    return max(fitting, default=(0, 1.0))[1]


def _applied(step: _Step, weight: Tensor) -> Tensor:
    try:
        return step.change.applied(weight, step.strength, step.target.rows, step.target.form)
    except (RuntimeError, KeyError, IndexError) as error:
        raise LoadError(
            "{path} was made for another model: what it has for {spelled!r} does not fit "
            "a weight of shape {shape}.",
            path=step.source.path,
            spelled=step.spelled,
            shape=list(weight.shape),
        ) from error
