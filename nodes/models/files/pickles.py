"""Weights in Python pickles, which can run code when they are opened: refused, or read as bare tensors."""

from __future__ import annotations

import hashlib
import os
import pickle
from typing import TYPE_CHECKING, Any

from nodegraph.node_api.fingerprint import stamp
from nodegraph.support.errors import LoadError
from nodegraph.support.user_dirs import cache_folder

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

ENDINGS = (".ckpt", ".pt", ".pth", ".bin")
VARIABLE = "NODEGRAPH_ALLOW_PICKLES"


def readable(path: Path) -> Path:
    """A safetensors file of what `path` holds: itself, or a copy of a pickle's tensors in the cache.

    Pickles are read only where the environment variable NODEGRAPH_ALLOW_PICKLES is 1, and then by a reader
    that makes tensors and plain values and nothing else; `LoadError` otherwise.
    """
    if path.suffix.lower() not in ENDINGS or not path.is_file():
        return path
    if os.environ.get(VARIABLE) != "1":
        raise LoadError(
            "{path} is a Python pickle, which can run code when it is opened: convert it to safetensors, or "
            "set {variable}=1 to read its tensors and nothing else.",
            path=path,
            variable=VARIABLE,
        )
    name = hashlib.sha256(f"{path.absolute()}\0{stamp(path)}".encode()).hexdigest()[:32]
    copy = cache_folder() / "converted" / f"{name}.safetensors"
    if not copy.is_file():
        _convert(path, copy)
    return copy


def _convert(path: Path, copy: Path) -> None:
    import torch
    from safetensors.torch import save_file

    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except (
        pickle.UnpicklingError,
        RuntimeError,
        EOFError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
    ) as error:
        raise LoadError(
            "{path} holds more than weights or is damaged; it was not opened further.", path=path
        ) from error
    tensors = {name: tensor.contiguous().clone() for name, tensor in _tensors(found).items()}
    if not tensors:
        raise LoadError("{path} holds no tensors.", path=path)
    copy.parent.mkdir(parents=True, exist_ok=True)
    part = copy.with_suffix(f".{os.getpid()}.part")
    save_file(tensors, part)
    part.replace(copy)


def _tensors(found: Any, depth: int = 0) -> dict[str, Tensor]:
    """The tensors of a state dict, of one under "state_dict" or "params", or of a textual inversion."""
    import torch

    if not isinstance(found, dict) or depth > 3:
        return {}
    for inner in ("state_dict", "params_ema", "params", "string_to_param", "model"):
        if isinstance(found.get(inner), dict):
            return _tensors(found[inner], depth + 1)
    return {str(name): value for name, value in found.items() if isinstance(value, torch.Tensor)}
