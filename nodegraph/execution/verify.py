"""The debug mode of the cache: is every kept result what a fresh run gives, and who wrote into an input?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nodegraph.execution.memory_cache import Cache
from nodegraph.execution.plan import Keyed, Plan, Read
from nodegraph.node_api.codec import Codec
from nodegraph.support.errors import NodeFailed


def written_into(node: Keyed, read: Read) -> NodeFailed:
    """The failure of a node that wrote into the value that `read` brought."""
    return NodeFailed(
        node.item.id,
        node.item.title,
        f"it wrote into its input {read.input} ({read.node}.{read.output}); values are read-only, "
        "so the node must work on a copy.",
    )


class Watch:
    """Compares contents around each call of a run that recomputes what the cache holds."""

    def __init__(self, cache: Cache, codec: Codec, plan: Plan) -> None:
        self._cache = cache
        self._codec = codec
        self._kept = set(plan.cached)
        self._differing: list[tuple[Keyed, str]] = []

    def inputs(self, values: list[tuple[Read, Any]]) -> list[str | None]:
        """The digests of a node's inputs before it runs."""
        return [self._codec.digest(value) for _, value in values]

    def check(
        self,
        node: Keyed,
        values: list[tuple[Read, Any]],
        before: list[str | None],
        results: Mapping[str, Any],
    ) -> None:
        """Raise NodeFailed if the node wrote into an input; remember results that differ from the kept ones."""
        for (read, value), digest in zip(values, before, strict=True):
            if self._codec.digest(value) != digest:
                raise written_into(node, read)
        if node.item.id in self._kept:
            for output, value in results.items():
                self._compare(node, output, value)

    def conclude(self) -> None:
        """Raise NodeFailed for the first kept result that a fresh run does not give."""
        for node, output in self._differing:
            raise NodeFailed(
                node.item.id,
                node.item.title,
                f"its cached result {output} is not what a fresh run gives; a node after it wrote into it, "
                "or this node depends on something that is not among its inputs.",
            )

    def _compare(self, node: Keyed, output: str, value: Any) -> None:
        try:
            kept = self._cache.get(node.result(output))
        except KeyError:
            return
        if self._codec.digest(kept) != self._codec.digest(value):
            self._differing.append((node, output))
