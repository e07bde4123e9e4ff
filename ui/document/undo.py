"""The one undo command of the program: two graphs and a name."""

from __future__ import annotations

from zlib import crc32

from PySide6.QtGui import QUndoCommand

from nodegraph.model.graph import Graph


class GraphCommand(QUndoCommand):
    """A step from one graph to another. Steps with the same merge key, made in a row, become one.

    It does nothing by itself: the editor shows the graph that the stack has come to.
    """

    def __init__(self, label: str, before: Graph, after: Graph, merge: str = "") -> None:
        super().__init__(label)
        self.before = before
        self.after = after
        self.merge = merge

    def id(self) -> int:
        """A number from the merge key; -1 (never merge) without one."""
        return crc32(self.merge.encode()) & 0x7FFFFFFF if self.merge else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take over the end of the next step of the same drag or scrub."""
        if not isinstance(other, GraphCommand) or other.merge != self.merge:
            return False
        self.after = other.after
        return True
