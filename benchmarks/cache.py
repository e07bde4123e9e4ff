"""The cache tiers: memory, disk, and what a miss costs, for a latent and for a 1024 px picture."""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch

from benchmarks.timing import seconds
from nodegraph.execution.disk_cache import DiskTier
from nodegraph.execution.memory_cache import Cache
from nodes.codec import TensorCodec
from nodes.types import Latent


def main(argv: list[str]) -> dict[str, object]:
    """Milliseconds per put and get."""
    codec = TensorCodec()
    figures: dict[str, object] = {}
    values = {"latent": Latent(torch.randn(1, 4, 64, 64)), "image_1024": torch.rand(1, 1024, 1024, 3)}
    with tempfile.TemporaryDirectory() as folder:
        disk = DiskTier(Path(folder), codec)
        for name, value in values.items():
            memory = Cache(1 << 30, codec)
            key = name.encode().hex().ljust(40, "0")[:40]
            memory.put(key, value)
            figures[f"{name}_memory_get_ms"] = 1e3 * seconds(lambda c=memory, k=key: c.get(k), 50)  # type: ignore[misc]
            keys = [f"{index:02x}{key[2:]}" for index in range(10)]
            left = iter(keys)
            figures[f"{name}_disk_put_ms"] = 1e3 * seconds(lambda i=left, v=value: disk.put(next(i), v), 10)  # type: ignore[misc]
            figures[f"{name}_disk_get_ms"] = 1e3 * seconds(lambda k=keys[0]: disk.get(k), 10)  # type: ignore[misc]
            figures[f"{name}_absent_ms"] = 1e3 * seconds(lambda: "f" * 40 in disk, 50)
            figures[f"{name}_stamp_ms"] = 1e3 * seconds(lambda v=value: codec.stamp(v), 50)  # type: ignore[misc]
            figures[f"{name}_digest_ms"] = 1e3 * seconds(lambda v=value: codec.digest(v), 5)  # type: ignore[misc]
    return figures
