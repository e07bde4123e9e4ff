"""Collapsed frames: what they hide, and the box with ports that stands for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QRectF

from nodegraph.model.frames import FrameIndex, nested
from nodegraph.model.graph import Frame, Graph, Point

HEADER = 32.0
"""The height of a frame's title bar."""
ROW = 20.0
LEAST, MOST = 176.0, 256.0
"""The narrowest and widest box of a collapsed frame."""
Spot = tuple[str, str]
"""An output: node and name."""


@dataclass(frozen=True)
class Fold:
    """The box of one collapsed frame: each link that enters or leaves has a port at the height (from the top) given.

    `entering` and `leaving` are keyed by the output that the link starts at.
    """

    rect: QRectF
    entering: Mapping[Spot, float]
    leaving: Mapping[Spot, float]
    count: int

    def place(self, spot: Spot, leaves: bool) -> Point:
        """Where the link ends in the scene."""
        found = (self.leaving if leaves else self.entering).get(spot, HEADER / 2)
        return (self.rect.right() if leaves else self.rect.left(), self.rect.top() + found)


@dataclass(frozen=True)
class Folds:
    """Every collapsed frame of a graph. `of` names the collapsed frame that a hidden node is in."""

    of: Mapping[str, str] = field(default_factory=dict)
    boxes: Mapping[str, Fold] = field(default_factory=dict)
    frames: frozenset[str] = frozenset()
    notes: frozenset[str] = frozenset()
    """Frames and notes that lie inside a collapsed frame."""


UNFOLDED = Folds()


def folded(graph: Graph) -> Folds:
    """What the collapsed frames of a graph hide."""
    collapsed = [frame for frame in graph.frames.values() if frame.collapsed]
    if not collapsed:
        return UNFOLDED
    # The largest first: what lies in another collapsed frame is hidden by that one.
    collapsed.sort(key=lambda frame: -frame.rect[2] * frame.rect[3])
    of: dict[str, str] = {}
    hidden: set[str] = set()
    outer: list[Frame] = []
    within = nested(graph, [frame.id for frame in collapsed])
    for frame in collapsed:
        if frame.id not in hidden:
            outer.append(frame)
            hidden.update(within[frame.id] - {frame.id})
            of.update({m: frame.id for name in within[frame.id] for m in graph.frames[name].members})
    index = FrameIndex(outer)
    notes = {
        note.id
        for note in graph.notes.values()
        if note.on in of or next(index.around((*note.pos, *note.size)), None) is not None
    }
    members: dict[str, list[str]] = {}
    for name, owner in of.items():
        members.setdefault(owner, []).append(name)
    boxes = {frame.id: _fold(graph, frame, of, members.get(frame.id, [])) for frame in outer}
    return Folds(of, boxes, frozenset(hidden), frozenset(notes))


def _fold(graph: Graph, frame: Frame, of: Mapping[str, str], members: list[str]) -> Fold:
    entering = dict.fromkeys(
        (link.source.node, link.source.output)
        for name in members
        for link in graph.nodes[name].links()
        if of.get(link.source.node) != frame.id
    )
    leaving = dict.fromkeys(
        (name, link.source.output)
        for name in members
        for link in graph.consumers.get(name, ())
        if of.get(link.target) != frame.id
    )
    rows = max(len(entering), len(leaving))
    width = max(LEAST, min(MOST, frame.rect[2]))
    height = HEADER + (rows * ROW + 8 if rows else 0)
    rect = QRectF(frame.rect[0], frame.rect[1], width, height)
    return Fold(rect, _spread(entering), _spread(leaving), len(members))


def _spread(spots: Mapping[Spot, object]) -> dict[Spot, float]:
    return {spot: HEADER + (row + 0.5) * ROW for row, spot in enumerate(spots)}
