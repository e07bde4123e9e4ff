"""Shows for a moment where nodes go that a command moved, so that the eye can follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation

from nodegraph.model.graph import Graph, Point

LAYOUT, INSERT = 200, 120
"""Milliseconds of motion after a layout, and after a node went into a link."""
MOST = 300
"""More nodes than this jump: they could not be drawn often enough to be followed."""


class Glide(QObject):
    """`show` is given graphs between the one before and the one after, and the one after at the end."""

    def __init__(self, show: Callable[[Graph], None], parent: QObject) -> None:
        super().__init__(parent)
        self._show = show
        self._after: Graph | None = None
        self._from: dict[str, Point] = {}
        self._motion = QVariantAnimation(self)
        self._motion.setStartValue(0.0)
        self._motion.setEndValue(1.0)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._motion.valueChanged.connect(self._step)
        self._motion.finished.connect(self.finish)

    @property
    def runs(self) -> bool:
        """Whether anything moves."""
        return self._after is not None

    def begin(self, before: Graph, after: Graph, milliseconds: int) -> bool:
        """Go from one graph to the other; False where nothing moved, or too much."""
        self.finish()
        moved = {
            name: old.pos
            for name, node in after.nodes.items()
            if (old := before.nodes.get(name)) is not None and old is not node and old.pos != node.pos
        }
        if not 0 < len(moved) <= MOST:
            return False
        self._after, self._from = after, moved
        self._motion.setDuration(milliseconds)
        self._motion.start()
        return True

    def finish(self) -> None:
        """Be there."""
        after, self._after = self._after, None
        self._motion.stop()
        if after is not None:
            self._show(after)

    def _step(self, part: float) -> None:
        after = self._after
        if after is not None:
            nodes = (after.nodes[name] for name in self._from)
            self._show(
                after.with_nodes(replace(n, pos=_between(self._from[n.id], n.pos, part)) for n in nodes)
            )


def _between(start: Point, end: Point, part: float) -> Point:
    return start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part
