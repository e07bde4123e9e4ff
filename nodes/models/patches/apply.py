"""Matching LoRAs to a network, and computing the weights of a stack of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from nodegraph.node_api.fingerprint import stamp
from nodegraph.support.errors import LoadError
from nodes.models.memory.loading import Place, read
from nodes.models.patches.files import check_some, read_changes

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
    """The changes of a file, remembered for the last few files; their tensors stay mapped."""
    try:
        return _changes(source, stamp(Path(source.path)))
    except OSError as error:
        raise LoadError(
            "{path} cannot be read: {value}.", path=source.path, value=error.strerror or error
        ) from error


@lru_cache(maxsize=16)
def _changes(source: Source, state: Stamp) -> tuple[Mapping[str, Mapping[str, Change]], tuple[str, ...]]:
    changes, unknown = read_changes(Path(source.path))
    check_some(Path(source.path), changes)
    return changes, tuple(unknown)


def fit(source: Source, tables: Sequence[Table]) -> Fit:
    """How a patch file fits networks with these targets."""
    changes, unknown = changes_of(source)
    used = {target for target in changes if any(target in table for table in tables)}
    return Fit(len(used), (*(target for target in changes if target not in used), *unknown))


def patched_weights(patches: Sequence[Patch], table: Table, resident: Resident) -> dict[str, Tensor]:
    """The parameters of a network that a stack of patches changes, computed in float32 from the file's own
    values and then cast to the type the network holds them in."""
    steps = _steps(patches, table, resident)
    changed: dict[str, Tensor] = {}
    for name, weight in read(resident.part, steps, Place(resident.device, torch.float32)):
        value = weight.to(torch.float32, copy=True)
        for step in steps[name]:
            value = _applied(step, value)
        changed[name] = resident.home(name).put(value)
    return changed


def _steps(patches: Sequence[Patch], table: Table, resident: Resident) -> dict[str, list[_Step]]:
    """What happens to each parameter, in the order of the stack."""
    steps: dict[str, list[_Step]] = defaultdict(list)
    for patch in patches:
        for spelled, pair in changes_of(patch.source)[0].items():
            for target in table.get(spelled, ()):
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
