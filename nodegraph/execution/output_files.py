"""Nodes that write files: what they wrote, and whether it still stands there."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from nodegraph.execution.memory_cache import Cache
from nodegraph.execution.plan import Keyed
from nodegraph.model.digest import digest
from nodegraph.node_api.events import Written


class Sinks:
    """Remembers, in the cache, the files that a node wrote into an output folder.

    A node whose files are all there unchanged need not write them again.
    """

    def __init__(self, cache: Cache, output: Path) -> None:
        self._cache = cache
        self._output = os.path.abspath(output)

    def record(self, node: Keyed, paths: Iterable[str], *, keep: bool = True) -> list[Written]:
        """Say what the node wrote, and with `keep` note it."""
        paths = list(paths)
        if keep:
            self._cache.put(self._key(node), json.dumps([_state(path) for path in paths]))
        return [Written(node.item.id, path) for path in paths]

    def written(self, node: Keyed) -> list[Written]:
        """The files of a node that did not have to run."""
        return [Written(node.item.id, str(path)) for path, _, _ in self._noted(node) or ()]

    def done(self, node: Keyed) -> bool:
        """Whether the node's files are all there as it wrote them."""
        noted = self._noted(node)
        return noted is not None and all(_state(path) == [path, size, time] for path, size, time in noted)

    def _key(self, node: Keyed) -> str:
        return digest(node.key, "files", self._output)

    def _noted(self, node: Keyed) -> list[tuple[str, int, int]] | None:
        if not node.item.spec.sink:
            return None
        try:
            return [(str(p), int(s), int(t)) for p, s, t in json.loads(self._cache.get(self._key(node)))]
        except (KeyError, ValueError, TypeError):
            return None


def _state(path: str) -> list[object]:
    try:
        stat = os.stat(path)
    except OSError:
        return [path, -1, -1]
    return [path, stat.st_size, stat.st_mtime_ns]
