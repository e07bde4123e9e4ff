"""Weights in Python pickles, which can run code when they are opened: refused, or read as bare tensors."""

from __future__ import annotations

import hashlib
import os
import pickle
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nodegraph.node_api.fingerprint import stamp
from nodegraph.support.errors import LoadError
from nodegraph.support.user_dirs import cache_folder
from nodes.models.files.first_bytes import LOOKED_AT, is_pickle

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

VARIABLE = "NODEGRAPH_ALLOW_PICKLES"

SWELLING = 4
"""How many times its own size the tensors of a pickle may be, as those that share numbers are."""


def readable(path: Path) -> Path:
    """A weights file of what `path` holds: itself, or a copy of a pickle's tensors in the cache.

    What a file is follows from its first bytes, not from its ending. Pickles are read only where the environment
    variable NODEGRAPH_ALLOW_PICKLES is 1, and then by a reader that makes tensors and plain values and nothing else;
    `LoadError` otherwise.
    """
    if not path.is_file():
        return path
    try:
        with path.open("rb") as file:
            first = file.read(LOOKED_AT)
        state = stamp(path)
    except OSError as error:
        raise LoadError(
            "{path} cannot be read: {value}.", path=path, value=error.strerror or error
        ) from error
    if not is_pickle(first):
        return path
    if os.environ.get(VARIABLE) != "1":
        raise LoadError(
            "{path} is a Python pickle, which can run code when it is opened: convert it to safetensors, or "
            "set {variable}=1 to read its tensors and nothing else.",
            path=path,
            variable=VARIABLE,
        )
    name = hashlib.sha256(f"{path.absolute()}\0{state}".encode()).hexdigest()[:32]
    copy = cache_folder() / "converted" / f"{name}.safetensors"
    if not copy.is_file():
        _convert(path, copy)
    return copy


def _convert(path: Path, copy: Path) -> None:
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    _check_sizes(path)
    try:
        # By its name alone torch would take a file for another form.
        with path.open("rb") as file:
            found = torch.load(file, map_location="cpu", weights_only=True)
    except (
        pickle.UnpicklingError,
        RuntimeError,
        EOFError,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        OSError,
        RecursionError,
    ) as error:
        raise LoadError(
            "{path} holds more than weights or is damaged; it was not opened further.", path=path
        ) from error
    tensors = _tensors(found)
    if not tensors:
        raise LoadError("{path} holds no tensors.", path=path)
    if sum(tensor.nbytes for tensor in tensors.values()) > SWELLING * path.stat().st_size:
        raise LoadError("{path} is damaged: its tensors are larger than the file.", path=path)
    part = copy.with_suffix(f".{os.getpid()}.part")
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        save_file({name: tensor.contiguous().clone() for name, tensor in tensors.items()}, part)
        part.replace(copy)
    except (OSError, SafetensorError) as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        reason = (isinstance(error, OSError) and error.strerror) or str(error).partition("\n")[0]
        raise LoadError(
            "{path} is a Python pickle, and no copy of its tensors can be kept in {folder} ({reason}): "
            "make room there, or convert it to safetensors.",
            path=path,
            folder=copy.parent,
            reason=reason,
        ) from error


def _check_sizes(path: Path) -> None:
    """Refuse an archive that would grow when it is unpacked: torch stores its tensors as they are."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        size = path.stat().st_size
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise LoadError("{path} is damaged: its archive cannot be read.", path=path) from error
    if unpacked > SWELLING * size:
        raise LoadError("{path} is damaged: its tensors are larger than the file.", path=path)


def _tensors(found: Any, depth: int = 0) -> dict[str, Tensor]:
    """The tensors of a state dict, of one under "state_dict" or "params", or of a textual inversion."""
    import torch

    if not isinstance(found, dict) or depth > 3:
        return {}
    for inner in ("state_dict", "params_ema", "params", "string_to_param", "model"):
        if isinstance(found.get(inner), dict):
            return _tensors(found[inner], depth + 1)
    return {str(name): value for name, value in found.items() if isinstance(value, torch.Tensor)}
