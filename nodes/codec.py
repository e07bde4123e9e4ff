"""Results in safetensors: a tree of plain values and dataclasses as JSON, its tensors beside it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from nodegraph.node_api.codec import Items, PlainCodec
from nodegraph.support.errors import LoadError
from nodes import types
from nodes.models.files.tensor_files import write_tensors

KINDS: Mapping[str, type] = {
    name: kind
    for name, kind in vars(types).items()
    if isinstance(kind, type) and dataclasses.is_dataclass(kind)
}
"""The dataclasses that may be made from a file: those of `nodes.types`, by name."""


SAMPLED = 1024
"""Numbers of each tensor that are compared to find writes that torch does not count."""


class StaysInMemory(Exception):
    """A value that has no place on disk."""


class TensorCodec:
    """See nodegraph.node_api.codec.Codec.

    Descriptions of weights stay in memory: their files may be elsewhere next time.
    """

    def buffers(self, value: Any) -> Mapping[int, int]:
        """Bytes of each tensor's storage, by its address."""
        found: dict[int, int] = {id(value): 64}
        for tensor in _tensors(value):
            storage = tensor.untyped_storage()
            found[storage.data_ptr()] = storage.nbytes()
        return found

    def digest(self, value: Any) -> str | None:
        """A digest of the tree and of every tensor's bytes, dtype and shape."""
        tensors: list[torch.Tensor] = []
        try:
            tree = _flatten(value, tensors, refs=True)
        except StaysInMemory:
            return PlainCodec().digest(value)
        found = hashlib.blake2b(json.dumps(tree, sort_keys=True).encode(), digest_size=20)
        for tensor in tensors:
            found.update(f"{tensor.dtype} {tuple(tensor.shape)}".encode())
            found.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
        return found.hexdigest()

    def stamp(self, value: Any) -> object:
        """For each tensor its count of writes by torch, and SAMPLED numbers of it for writes past torch."""
        tensors = _tensors(value)
        if not tensors:
            return PlainCodec().stamp(value)
        return [(_version(tensor), _sample(tensor)) for tensor in tensors]

    def dump(self, value: Any, path: Path, key: str) -> bool:
        """Write one safetensors file; False for what has no place on disk. Raises OSError."""
        tensors: list[torch.Tensor] = []
        try:
            tree = json.dumps(_flatten(value, tensors, refs=False))
        except StaysInMemory:
            return False
        named = {str(i): tensor for i, tensor in enumerate(_separate(tensors))}
        checksum = self.digest(value) or ""
        write_tensors(named, path, {"tree": tree, "key": key, "digest": checksum})
        return True

    def load(self, path: Path, key: str) -> Any:
        """The value that `dump` wrote for `key`; raises LoadError or OSError."""
        try:
            with safe_open(path, framework="pt") as file:
                kept = file.metadata() or {}
                tree = json.loads(kept["tree"])
                value = _rebuild(tree, [file.get_tensor(str(i)) for i in range(len(list(file.keys())))])
            if kept.get("key") != key or kept.get("digest") != self.digest(value):
                raise ValueError("its key or checksum differs")
        except (
            SafetensorError,
            KeyError,
            ValueError,
            TypeError,
            IndexError,
            AttributeError,
            RuntimeError,
            RecursionError,
        ) as error:
            raise LoadError(
                "The cached result {name} cannot be read ({error}).", name=path.name, error=error
            ) from None
        return value

    def summary(self, value: Any) -> str:
        """Shape, dtype and range of a tensor; the names of a dataclass; plain values as they are."""
        if isinstance(value, torch.Tensor):
            shape = "x".join(map(str, value.shape))
            if not value.numel() or not value.is_floating_point():
                return f"{shape} {str(value.dtype).removeprefix('torch.')}"
            low, high = value.min().item(), value.max().item()
            return f"{shape} {str(value.dtype).removeprefix('torch.')} {low:.3g}..{high:.3g}"
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            tensors = ", ".join(map(self.summary, _tensors(value)))
            return f"{type(value).__name__}({tensors})" if tensors else PlainCodec().summary(value)
        return PlainCodec().summary(value)


def codec() -> TensorCodec:
    """The codec of the built-in nodes."""
    return TensorCodec()


def _version(tensor: torch.Tensor) -> int:
    """How often torch wrote into a tensor; tensors made in inference mode do not count."""
    return 0 if tensor.is_inference() else tensor._version


def _sample(tensor: torch.Tensor) -> bytes:
    """SAMPLED numbers of a tensor on the CPU, evenly spread; those on a device only torch can write into."""
    if tensor.device.type != "cpu" or not tensor.numel() or not tensor.is_contiguous():
        return b""
    step = max(tensor.numel() // SAMPLED, 1) | 1
    return tensor.detach().reshape(-1)[::step].contiguous().view(torch.uint8).numpy().tobytes()


def _tensors(value: Any) -> list[torch.Tensor]:
    found: list[torch.Tensor] = []
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, torch.Tensor):
            found.append(item)
        elif isinstance(item, Items):
            waiting += item.values
        elif isinstance(item, tuple | list):
            waiting += item
        elif isinstance(item, Mapping):
            waiting += item.values()
        elif dataclasses.is_dataclass(item) and not isinstance(item, type):
            waiting += [getattr(item, field.name) for field in dataclasses.fields(item)]
    return found


def _separate(tensors: list[torch.Tensor]) -> Iterator[torch.Tensor]:
    """The tensors on the CPU, each with memory of its own, as the format wants it."""
    seen: set[int] = set()
    for tensor in tensors:
        plain = tensor.detach().cpu().contiguous()
        storage = plain.untyped_storage()
        if storage.data_ptr() in seen or storage.nbytes() != plain.nbytes:
            plain = plain.clone()
        seen.add(storage.data_ptr())
        yield plain


def _flatten(value: Any, tensors: list[torch.Tensor], *, refs: bool) -> Any:
    """The value as JSON, tensors moved into `tensors`; `refs` lets descriptions of weights pass."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, torch.Tensor):
        tensors.append(value)
        return {"tensor": len(tensors) - 1}
    if isinstance(value, Items):
        return {"items": [_flatten(item, tensors, refs=refs) for item in value.values]}
    if isinstance(value, tuple | list):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {kind: [_flatten(item, tensors, refs=refs) for item in value]}
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {"map": {key: _flatten(item, tensors, refs=refs) for key, item in value.items()}}
    name = type(value).__name__
    known = dataclasses.is_dataclass(value) and KINDS.get(name) is type(value)
    if not known or (isinstance(value, types.Source) and not refs):
        raise StaysInMemory(name)
    fields = {f.name: _flatten(getattr(value, f.name), tensors, refs=refs) for f in dataclasses.fields(value)}
    return {"kind": name, "fields": fields}


def _rebuild(tree: Any, tensors: list[torch.Tensor]) -> Any:
    if not isinstance(tree, dict):
        return tree
    if "tensor" in tree:
        return tensors[tree["tensor"]]
    if "items" in tree:
        return Items(tuple(_rebuild(item, tensors) for item in tree["items"]))
    if "tuple" in tree:
        return tuple(_rebuild(item, tensors) for item in tree["tuple"])
    if "list" in tree:
        return [_rebuild(item, tensors) for item in tree["list"]]
    if "map" in tree:
        return MappingProxyType({key: _rebuild(item, tensors) for key, item in tree["map"].items()})
    return KINDS[tree["kind"]](**{key: _rebuild(item, tensors) for key, item in tree["fields"].items()})
