"""What is selected in one document: ids, kept apart from the graph and from undo."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from nodegraph.model.graph import Graph

LinkKey = tuple[str, str, int]
"""Where a link ends: node, input and place among the links of that input."""

NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Selected:
    """Everything selected at one moment."""

    nodes: frozenset[str] = NONE
    links: frozenset[LinkKey] = field(default_factory=frozenset)
    frames: frozenset[str] = NONE
    notes: frozenset[str] = NONE

    def __bool__(self) -> bool:
        """Whether anything is selected."""
        return bool(self.nodes or self.links or self.frames or self.notes)


class Selection(QObject):
    """The selected nodes, links, frames and notes, and `active`, the node that was selected last."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now = Selected()
        self._active = ""

    @property
    def now(self) -> Selected:
        """Everything selected, as one value."""
        return self._now

    @property
    def nodes(self) -> frozenset[str]:
        """The selected nodes."""
        return self._now.nodes

    @property
    def links(self) -> frozenset[LinkKey]:
        """The selected links, by where they end."""
        return self._now.links

    @property
    def frames(self) -> frozenset[str]:
        """The selected frames."""
        return self._now.frames

    @property
    def notes(self) -> frozenset[str]:
        """The selected notes."""
        return self._now.notes

    @property
    def active(self) -> str:
        """The node selected last, which new nodes are wired to; empty where none is selected."""
        return self._active if self._active in self._now.nodes else min(self._now.nodes, default="")

    def set(
        self,
        nodes: Iterable[str] = (),
        links: Iterable[LinkKey] = (),
        frames: Iterable[str] = (),
        notes: Iterable[str] = (),
        active: str = "",
    ) -> None:
        """Select exactly this."""
        new = Selected(frozenset(nodes), frozenset(links), frozenset(frames), frozenset(notes))
        if not active:
            added = new.nodes - self._now.nodes
            active = next(iter(added)) if len(added) == 1 else self._active
        if new != self._now or active != self._active:
            self._now, self._active = new, active
            self.changed.emit()

    def clear(self) -> None:
        """Select nothing."""
        self.set()

    def add(self, nodes: Iterable[str] = (), frames: Iterable[str] = (), notes: Iterable[str] = ()) -> None:
        """Select this as well."""
        now = self._now
        self.set(now.nodes.union(nodes), now.links, now.frames.union(frames), now.notes.union(notes))

    def toggle(self, node: str) -> None:
        """Select the node, or no longer."""
        now = self._now
        self.set(now.nodes ^ {node}, now.links, now.frames, now.notes)

    def prune(self, graph: Graph) -> None:
        """Let go of what the graph no longer has."""
        self.take(kept(self._now, graph))

    def take(self, wanted: Selected) -> None:
        """Select exactly what was selected at one moment."""
        self.set(wanted.nodes, wanted.links, wanted.frames, wanted.notes)


def kept(selected: Selected, graph: Graph) -> Selected:
    """The part of a selection that a graph still has."""
    return Selected(
        selected.nodes & graph.nodes.keys(),
        frozenset(key for key in selected.links if _has_link(graph, key)),
        selected.frames & graph.frames.keys(),
        selected.notes & graph.notes.keys(),
    )


def _has_link(graph: Graph, key: LinkKey) -> bool:
    node = graph.nodes.get(key[0])
    return node is not None and key[2] < len(node.inputs.get(key[1], ()))
