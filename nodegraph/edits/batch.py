"""Several edits as one step of undo."""

from __future__ import annotations

from dataclasses import dataclass

from nodegraph.edits.base import Edit
from nodegraph.model.graph import Graph


@dataclass(frozen=True, slots=True)
class Batch:
    """Edits applied in order, all or none, under one title."""

    edits: tuple[Edit, ...]
    title: str

    def apply(self, graph: Graph) -> Graph:
        """The graph after the last edit; raises the first EditError, and then nothing has changed."""
        for edit in self.edits:
            graph = edit.apply(graph)
        return graph
