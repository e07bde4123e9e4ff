"""Reading LoRA files of every spelling: which weight each tensor is about, and what role it has."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from nodegraph.support.errors import LoadError
from nodes.models.files.header import read_header
from nodes.models.files.pickles import readable
from nodes.models.files.weight_files import open_stored
from nodes.models.patches.beside import settings_beside
from nodes.models.patches.changes import DELTAS, Change
from nodes.models.patches.names import split
from nodes.models.patches.targets import unwrapped
from nodes.text_encoders.tokenizers.bounded_regex import is_bounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from torch import Tensor

    from nodes.models.files.tensor_info import TensorInfo


LARGEST_CONFIG = 4 * 2**20
MOST_PATTERNS = 2000


class StoredTensors(Mapping[str, "Tensor"]):
    """Tensors of a file by role; each is opened when it is asked for, and nothing of the file stays mapped."""

    def __init__(self, path: Path, infos: Mapping[str, TensorInfo], names: Mapping[str, str]) -> None:
        self._path = path
        self._infos = infos
        self._names = names

    def __getitem__(self, role: str) -> Tensor:
        with open_stored(self._path, self._infos) as opened:
            return opened.get_tensor(self._names[role])

    def __contains__(self, role: object) -> bool:
        return role in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def read_changes(path: Path) -> tuple[dict[str, dict[str, Change]], list[str]]:
    """The changes of a file by spelled target, each to "weight", "bias" or both, and tensors not understood."""
    settings = [_written(path) for path in settings_beside(path)]
    path = readable(path)
    header = read_header(path)
    found: dict[str, dict[str, str]] = defaultdict(dict)
    unknown: list[str] = []
    for name in header.tensors:
        place = split(name)
        if place is None:
            unknown.append(name)
        else:
            found[place[0]][place[1]] = name
    strengths = Strengths(path, _in_metadata(header.metadata), settings)
    changes: dict[str, dict[str, Change]] = {}
    for target, roles in found.items():
        change = _changes(path, header.tensors, target, roles, strengths)
        if change:
            changes[target] = change
        else:
            unknown += roles.values()
    return changes, unknown


def _changes(
    path: Path, infos: Mapping[str, TensorInfo], target: str, roles: dict[str, str], strengths: Strengths
) -> dict[str, Change]:
    changes: dict[str, Change] = {}
    roles = dict(roles)
    bias, alpha = roles.pop("bias", None), roles.pop("alpha", None)
    if bias is not None:
        changes["bias"] = Change(StoredTensors(path, infos, {"diff": bias}))
    if any(role in roles for role in DELTAS) and ("down" not in roles or "up" in roles):
        given = None if alpha is None else _number(path, infos, alpha)
        written, rooted = strengths.of(target)
        value, rooted = (written, rooted) if given is None else (given, False)
        changes["weight"] = Change(StoredTensors(path, infos, roles), value, rooted)
    return changes


def _number(path: Path, infos: Mapping[str, TensorInfo], name: str) -> float | None:
    """The first number of a tensor; None for an empty one."""
    with open_stored(path, infos) as opened:
        tensor = opened.get_tensor(name)
        return float(tensor.float().reshape(-1)[0]) if tensor.numel() else None


def _in_metadata(metadata: Mapping[str, str]) -> dict[str, Any]:
    """The settings that diffusers writes into a file's metadata, e.g. "unet.lora_alpha"."""
    try:
        value = json.loads(metadata.get("lora_adapter_metadata", "{}"))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _written(path: Path) -> dict[str, Any]:
    """The settings in a file beside the weights; raises `LoadError` for one that cannot be read."""
    try:
        if path.stat().st_size > LARGEST_CONFIG:
            raise LoadError("{path} is too large for settings.", path=path)
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise LoadError("{path} cannot be read as JSON: {error}.", path=path, error=error) from error
    if not isinstance(value, dict):
        raise LoadError("{path} holds no table of settings.", path=path)
    return value


class Strengths:
    """What settings say about the strength of each change, as PEFT reads them.

    `metadata` has them by network ("unet.lora_alpha"), `beside` for the file as a whole ("lora_alpha").
    """

    def __init__(self, path: Path, metadata: Mapping[str, Any], beside: Sequence[Mapping[str, Any]]) -> None:
        self._path = path
        self._metadata = metadata
        self._beside = beside
        self._patterns: dict[str, list[tuple[re.Pattern[str], float]]] = {}

    def of(self, target: str) -> tuple[float | None, bool]:
        """The alpha of a target, None where nothing is said, and whether it counts over the root of the rank."""
        target = unwrapped(target)
        network, _, inner = target.partition(".")
        for lead, name, table in (
            (f"{network}.", inner, self._metadata),
            *(("", target, table) for table in self._beside),
        ):
            alpha = self._alpha(lead, name, table)
            rooted = table.get(f"{lead}use_rslora") is True
            if alpha is not None or rooted:
                return alpha, rooted
        return None, False

    def _alpha(self, lead: str, name: str, table: Mapping[str, Any]) -> float | None:
        """By a pattern of its own, or for the whole network."""
        patterns = table.get(f"{lead}alpha_pattern")
        if isinstance(patterns, dict):
            for pattern, value in self._compiled(f"{lead}{id(table)}", patterns):
                if pattern.match(name):
                    return value
        return _float(table.get(f"{lead}lora_alpha"))

    def _compiled(self, key: str, patterns: Mapping[str, Any]) -> list[tuple[re.Pattern[str], float]]:
        if key not in self._patterns:
            made = []
            for text, value in islice(patterns.items(), MOST_PATTERNS):
                number = _float(value)
                if number is None:
                    continue
                if not is_bounded(text):
                    raise self._odd(text)
                try:
                    # As PEFT has it: a whole name, or its end from one of its dots on.
                    made.append((re.compile(rf"(?:.*\.)?(?:{text})$"), number))
                except re.error as error:
                    raise self._odd(text) from error
            self._patterns[key] = made
        return self._patterns[key]

    def _odd(self, text: str) -> LoadError:
        return LoadError(
            "{path} gives strengths for names like {text!r}, which cannot be read as a pattern.",
            path=self._path,
            text=text[:80],
        )


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def check_some(path: Path, changes: Mapping[str, object]) -> None:
    """Raise `LoadError` for a file without a single change."""
    if not changes:
        raise LoadError("{path} is no LoRA: none of its tensors changes a weight.", path=path)
