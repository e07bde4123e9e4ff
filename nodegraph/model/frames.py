"""What frames hold: the nodes they own, and the frames and notes that lie wholly inside them.

A node belongs to one frame at most, by name. Frames nest by place: a frame whose rectangle lies wholly inside
another's is held by it, with all that it holds itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nodegraph.model.graph import Frame, Graph

Rect = tuple[float, float, float, float]
"""x, y, width and height in scene units."""


class FrameIndex:
    """Find the frames whose rectangles contain another rectangle, without comparing with every frame.

    Each frame stands in a grid whose cells are about as large as the frame itself, so that it covers four cells
    at most; a rectangle is looked up by its upper left corner, once for each size of cell in use.
    """

    def __init__(self, frames: Iterable[Frame]) -> None:
        self._cells: dict[tuple[int, int, int], list[Frame]] = {}
        self._levels: set[int] = set()
        for frame in frames:
            x, y, width, height = frame.rect
            level = math.ceil(math.log2(max(width, height, 1.0)))
            self._levels.add(level)
            for column in range(_cell(x, level), _cell(x + width, level) + 1):
                for row in range(_cell(y, level), _cell(y + height, level) + 1):
                    self._cells.setdefault((level, column, row), []).append(frame)

    def around(self, rect: Rect) -> Iterator[Frame]:
        """The frames that contain `rect` wholly, the same rectangle included."""
        for level in self._levels:
            spot = (level, _cell(rect[0], level), _cell(rect[1], level))
            for frame in self._cells.get(spot, ()):
                if contains(frame.rect, rect):
                    yield frame


@dataclass(frozen=True, slots=True)
class Contents:
    """Ids of what some frames hold, the frames themselves included."""

    nodes: frozenset[str]
    frames: frozenset[str]
    notes: frozenset[str]


def nested(graph: Graph, names: Iterable[str]) -> dict[str, set[str]]:
    """For each frame of `names` the ids of the frames inside it, its own included."""
    chosen = [graph.frames[name] for name in dict.fromkeys(names)]
    found = {frame.id: {frame.id} for frame in chosen}
    index = FrameIndex(chosen)
    for frame in graph.frames.values() if chosen else ():
        for outer in index.around(frame.rect):
            found[outer.id].add(frame.id)
    return found


def contents(graph: Graph, names: Iterable[str]) -> Contents:
    """What the frames `names` hold: their nodes, the frames inside and the nodes of these, the notes inside.

    Notes pinned to one of the nodes belong to it and count too.
    """
    chosen = [graph.frames[name] for name in dict.fromkeys(names)]
    if not chosen:
        return Contents(frozenset(), frozenset(), frozenset())
    index = FrameIndex(chosen)
    frames = {frame.id for frame in chosen}
    frames |= {f.id for f in graph.frames.values() if next(index.around(f.rect), None) is not None}
    nodes = {member for name in frames for member in graph.frames[name].members}
    notes = {
        note.id
        for note in graph.notes.values()
        if note.on in nodes or next(index.around((*note.pos, *note.size)), None) is not None
    }
    return Contents(frozenset(nodes), frozenset(frames), frozenset(notes))


def contains(outer: Rect, inner: Rect) -> bool:
    """Whether `inner` lies wholly in `outer`; a common edge counts as inside."""
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and inner[0] + inner[2] <= outer[0] + outer[2]
        and inner[1] + inner[3] <= outer[1] + outer[3]
    )


def _cell(at: float, level: int) -> int:
    return math.floor(at / 2.0**level)
