"""The inside of a subgraph, edited like a document of its own; every change is a step of the whole document."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from nodegraph.edits import Edit
from nodegraph.edits.document import Document
from nodegraph.edits.nested import Inside
from nodegraph.model.graph import Graph, Subgraph
from ui.document.editor import Editor

SHOWN = ("nodes", "frames", "notes", "subgraphs")
"""The parts of a graph that a level shows."""


class SubgraphEditor(Editor):
    """The inside of subgraph `subgraph` of the document of `root`, with a selection of its own."""

    gone = Signal()
    """The subgraph is no longer in the document."""

    def __init__(self, root: Editor, subgraph: str, parent: QObject | None = None) -> None:
        super().__init__(root.specs, Document(_level(root.graph, subgraph)), parent)
        self.root = root
        self.subgraph = subgraph
        self.stack = root.stack
        self.fields = root.fields
        root.changed.connect(self._follow)

    @property
    def definition(self) -> Subgraph | None:
        """The subgraph as it stands."""
        return self.root.graph.subgraphs.get(self.subgraph)

    def apply(self, edit: Edit, merge: str = "") -> bool:
        """Make an edit of the inner nodes one step of undo of the document."""
        return self.root.apply(Inside(self.subgraph, edit), f"{self.subgraph}/{merge}" if merge else "")

    def may_open(self, name: str) -> bool:
        """Whether a file that an inner node names may be opened without asking."""
        return self.root.may_open(name)

    def keep_draft(self, edit: Edit) -> None:
        """Journal a draft of the inner nodes with the document."""
        self.root.keep_draft(Inside(self.subgraph, edit))

    def drop_draft(self) -> None:
        """What was typed is given up."""
        self.root.drop_draft()

    def push(self, label: str, after: Graph, merge: str = "") -> None:
        """Nobody replaces a subgraph as a whole; raises TypeError."""
        raise TypeError("A subgraph is changed by edits.")

    def part(self) -> None:
        """Hear no more of the document."""
        self.root.changed.disconnect(self._follow)

    def _follow(self, _before: Graph, after: Graph) -> None:
        if self.definition is None:
            self.gone.emit()
            return
        before, now = self.graph, _level(after, self.subgraph)
        self.document.replace(now)
        if any(getattr(now, part) is not getattr(before, part) for part in SHOWN):
            self.selection.prune(now)
            self.changed.emit(before, now)


def _level(graph: Graph, subgraph: str) -> Graph:
    return graph.subgraphs[subgraph].level(graph.subgraphs)
