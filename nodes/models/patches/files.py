"""Reading LoRA files of every spelling: which weight each tensor is about, and what role it has."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from nodegraph.support.errors import LoadError
from nodes.models.files.header import read_header
from nodes.models.files.mapped_tensors import open_tensors
from nodes.models.files.pickles import readable
from nodes.models.patches.changes import DELTAS, Change
from nodes.models.patches.names import split

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor


def read_changes(path: Path) -> tuple[dict[str, dict[str, Change]], list[str]]:
    """The changes of a file by spelled target, each to "weight", "bias" or both, and tensors not understood."""
    path = readable(path)
    header = read_header(path)
    found: dict[str, dict[str, Tensor]] = defaultdict(dict)
    unknown: list[str] = []
    tensors = open_tensors(path)
    for name in header.tensors:
        place = split(name)
        if place is None:
            unknown.append(name)
        else:
            found[place[0]][place[1]] = tensors[name]
    alphas = _written_alphas(header.metadata)
    changes: dict[str, dict[str, Change]] = {}
    for target, roles in found.items():
        change = _changes(target, roles, alphas)
        if change:
            changes[target] = change
        else:
            unknown += [name for name in header.tensors if (split(name) or ("",))[0] == target]
    return changes, unknown


def _changes(target: str, roles: dict[str, Tensor], alphas: Mapping[str, Any]) -> dict[str, Change]:
    changes: dict[str, Change] = {}
    bias = roles.pop("bias", None)
    if bias is not None:
        changes["bias"] = Change({"diff": bias})
    alpha = roles.pop("alpha", None)
    if any(role in roles for role in DELTAS) and ("down" not in roles or "up" in roles):
        given = float(alpha.float().reshape(-1)[0]) if alpha is not None and alpha.numel() else None
        changes["weight"] = Change(roles, _alpha_of(target, alphas) if given is None else given)
    return changes


def _written_alphas(metadata: Mapping[str, str]) -> dict[str, Any]:
    """The settings that diffusers writes into a file's metadata, e.g. "unet.lora_alpha"."""
    try:
        value = json.loads(metadata.get("lora_adapter_metadata", "{}"))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _alpha_of(target: str, alphas: Mapping[str, Any]) -> float | None:
    """The alpha that the metadata gives for a target, by its own pattern or for the whole network."""
    network, _, inner = target.partition(".")
    patterns = alphas.get(f"{network}.alpha_pattern")
    if isinstance(patterns, dict):
        for pattern, value in patterns.items():
            if (inner == pattern or inner.endswith("." + pattern)) and isinstance(value, int | float):
                return float(value)
    value = alphas.get(f"{network}.lora_alpha")
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def check_some(path: Path, changes: Mapping[str, object]) -> None:
    """Raise `LoadError` for a file without a single change."""
    if not changes:
        raise LoadError("{path} is no LoRA: none of its tensors changes a weight.", path=path)
