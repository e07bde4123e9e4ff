"""The open document: its graph now, its graph as saved, and who wants to know."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from nodegraph.edits.base import Edit
from nodegraph.model.diff import diff
from nodegraph.model.graph import Graph

Listener = Callable[[Graph, Graph], None]
"""Called with the graph before and the graph after."""


class Document:
    """Holds one graph at a time. `path` is the file it came from or went to, None for a new one."""

    def __init__(self, graph: Graph | None = None, path: Path | None = None) -> None:
        self._graph = graph if graph is not None else Graph()
        self._saved = self._graph
        self._listeners: list[Listener] = []
        self.path = path

    @property
    def graph(self) -> Graph:
        """The graph as it is now."""
        return self._graph

    @property
    def saved(self) -> Graph:
        """The graph as it is in the file."""
        return self._saved

    @property
    def changed(self) -> bool:
        """Whether saving would change the file; a moved view alone does not count."""
        return bool(diff(self._saved, self._graph))

    def apply(self, edit: Edit) -> Graph:
        """Apply an edit and tell the listeners; raises EditError, and then nothing has changed.

        Returns the graph that was current before, which `replace` brings back.
        """
        before = self._graph
        self.replace(edit.apply(before))
        return before

    def replace(self, graph: Graph) -> None:
        """Make `graph` the current one, as undo and redo do; the same graph tells nobody."""
        before = self._graph
        if graph is before:
            return
        self._graph = graph
        for listener in tuple(self._listeners):
            listener(before, graph)

    def mark_saved(self, path: Path | None = None, graph: Graph | None = None) -> None:
        """Remember that `graph` (the current one unless given) is in the file, and where the file is."""
        self._saved = graph if graph is not None else self._graph
        if path is not None:
            self.path = path

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` after each change; the returned function ends that and may be called twice."""
        entry: Listener = lambda old, new: listener(old, new)  # noqa: E731  # one of its own for each subscription
        self._listeners.append(entry)

        def unsubscribe() -> None:
            if entry in self._listeners:
                self._listeners.remove(entry)

        return unsubscribe
