"""The steps of a document as plain values: what undo, redo, branches and the journal agree on."""

from __future__ import annotations

from dataclasses import dataclass, field

from nodegraph.model.graph import Graph


@dataclass(frozen=True)
class Step:
    """One undoable step: the graph after it, the name shown for it, and its merge key."""

    label: str
    graph: Graph
    merge: str = ""


@dataclass(frozen=True)
class Branch:
    """Steps that were undone and then left by another edit; `at` is the step they continued from."""

    at: int
    steps: tuple[Step, ...]


@dataclass
class History:
    """A base graph and the steps after it; `index` counts the steps done, `saved` where the file stands.

    `saved` is -1 where no step of the history is what lies on disk.
    """

    base: Graph
    steps: list[Step] = field(default_factory=list)
    index: int = 0
    saved: int = 0
    branches: list[Branch] = field(default_factory=list)

    @property
    def graph(self) -> Graph:
        """The graph as it stands."""
        return self.at(self.index)

    @property
    def clean(self) -> bool:
        """Whether the graph is the one on disk."""
        return self.index == self.saved

    def at(self, index: int) -> Graph:
        """The graph after `index` steps."""
        return self.steps[index - 1].graph if index else self.base

    def push(self, step: Step) -> None:
        """Make a step. Steps undone before it become a branch, so that no redo is ever lost."""
        tail = self.steps[self.index :]
        if tail:
            self.branches.append(Branch(self.index, tuple(tail)))
            del self.steps[self.index :]
            if self.saved > self.index:
                self.saved = -1
        self.steps.append(step)
        self.index += 1

    def amend(self, graph: Graph) -> None:
        """Let the last step end in `graph` (a drag goes on)."""
        old = self.steps[self.index - 1]
        self.steps[self.index - 1] = Step(old.label, graph, old.merge)

    def move(self, index: int) -> None:
        """Undo or redo to `index`. Raises ValueError where there is no such step."""
        if not 0 <= index <= len(self.steps):
            raise ValueError(f"there is no step {index}")
        self.index = index

    def mark_saved(self) -> None:
        """The graph as it stands is on disk."""
        self.saved = self.index
