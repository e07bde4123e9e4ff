"""What a run gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nodegraph.node_api import events


@dataclass(frozen=True, slots=True)
class Result:
    """`ran` in order, `cached` that need not run, `outputs` written, `error` the sentence if a node failed."""

    ok: bool
    ran: list[str]
    cached: list[str]
    outputs: list[events.Written]
    seconds: float
    cancelled: bool = False
    error: str = ""
    failed: events.NodeFailed | None = None
    skipped: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def value(self, name: str) -> Any:
        """The result `node.output` of a target; a node with one output needs no `.output`. Raises KeyError."""
        if name in self.values:
            return self.values[name]
        found = [key for key in self.values if key.rpartition(".")[0] == name]
        if len(found) != 1:
            raise KeyError(f"{name} is not among the results: {', '.join(self.values) or 'none'}")
        return self.values[found[0]]

    def finished(self) -> events.RunFinished:
        """The last event of the run."""
        return events.RunFinished(
            self.ok,
            tuple(self.ran),
            tuple(self.cached),
            tuple(self.outputs),
            self.seconds,
            self.cancelled,
            self.error,
        )
