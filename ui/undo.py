"""The one undo command of the program: two graphs and a name."""

from __future__ import annotations

from collections.abc import Callable
from zlib import crc32

from PySide6.QtGui import QUndoCommand

from nodegraph.graph import Graph


class GraphCommand(QUndoCommand):
    """A step from one graph to another. Steps with the same merge key, made in a row, become one."""

    def __init__(
        self, label: str, before: Graph, after: Graph, show: Callable[[Graph], None], merge: str = ""
    ) -> None:
        super().__init__(label)
        self.before = before
        self.after = after
        self.merge = merge
        self._show = show

    def redo(self) -> None:
        """Show the graph after the step."""
        self._show(self.after)

    def undo(self) -> None:
        """Show the graph before the step."""
        self._show(self.before)

    def id(self) -> int:
        """A number from the merge key; -1 (never merge) without one."""
        return crc32(self.merge.encode()) & 0x7FFFFFFF if self.merge else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take over the end of the next step of the same drag or scrub."""
        if not isinstance(other, GraphCommand) or other.merge != self.merge:
            return False
        self.after = other.after
        return True
