"""Results by key: a byte budget in memory, least recently used first out, then a folder on disk."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable
from typing import Any

from nodegraph.execution.disk_cache import DiskTier
from nodegraph.node_api.codec import Codec


class Cache:
    """Memory shared by two results is counted once. Pinned results stay, whatever the budget says."""

    def __init__(self, budget: int, codec: Codec, disk: DiskTier | None = None) -> None:
        self.budget = budget
        self.disk = disk
        self._codec = codec
        self._values: OrderedDict[str, Any] = OrderedDict()
        self._buffers: dict[str, dict[int, int]] = {}
        self._owners: Counter[int] = Counter()
        self._pins: Counter[str] = Counter()
        self._bytes = 0

    @property
    def bytes(self) -> int:
        """What the results in memory take."""
        return self._bytes

    def __contains__(self, key: object) -> bool:
        return key in self._values or (self.disk is not None and key in self.disk)

    def get(self, key: str) -> Any:
        """The result, from memory or disk; raises KeyError."""
        if key in self._values:
            self._values.move_to_end(key)
            return self._values[key]
        if self.disk is None:
            raise KeyError(key)
        value = self.disk.get(key)
        self._keep(key, value)
        return value

    def find(self, key: str) -> tuple[Any, ...]:
        """The result as the one element of a tuple, or nothing where it is not kept or was damaged on disk."""
        try:
            return (self.get(key),)
        except KeyError:
            return ()

    def put(self, key: str, value: Any, *, persist: bool = True) -> int:
        """Keep a result and return its bytes; `persist=False` keeps it from the disk."""
        self._drop(key)
        self._keep(key, value)
        if persist and self.disk is not None:
            self.disk.put(key, value)
        return sum(self._buffers.get(key, {}).values())

    def pin(self, keys: Iterable[str]) -> None:
        """Hold results until as many `unpin` calls have come; keys may be pinned before they are there."""
        self._pins.update(keys)

    def unpin(self, keys: Iterable[str]) -> None:
        """Release results; if the budget is short, they may leave at once."""
        for key in keys:
            self._pins[key] -= 1
            if self._pins[key] <= 0:
                del self._pins[key]
        self._shrink()

    def drop(self, keys: Iterable[str], *, disk: bool = False) -> None:
        """Forget results in memory, and on disk if asked."""
        for key in keys:
            self._drop(key)
            if disk and self.disk is not None:
                self.disk.drop(key)

    def clear(self, *, disk: bool = False) -> None:
        """Forget everything in memory, and on disk if asked."""
        self.drop(list(self._values))
        if disk and self.disk is not None:
            self.disk.clear()

    def _keep(self, key: str, value: Any) -> None:
        self._values[key] = value
        self._buffers[key] = dict(self._codec.buffers(value))
        for buffer, size in self._buffers[key].items():
            if not self._owners[buffer]:
                self._bytes += size
            self._owners[buffer] += 1
        self._shrink()

    def _drop(self, key: str) -> None:
        if key not in self._values:
            return
        del self._values[key]
        for buffer, size in self._buffers.pop(key).items():
            self._owners[buffer] -= 1
            if not self._owners[buffer]:
                del self._owners[buffer]
                self._bytes -= size

    def _shrink(self) -> None:
        if self._bytes <= self.budget:
            return
        for key in [key for key in self._values if key not in self._pins]:
            self._drop(key)
            if self._bytes <= self.budget:
                return
