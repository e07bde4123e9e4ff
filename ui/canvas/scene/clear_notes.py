"""Notes keep clear of what a layout moves: each goes along with its node or frame, or aside where it is in the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from nodegraph.model.frames import FrameIndex
from nodegraph.model.graph import Frame, Graph, Note, Point
from ui.canvas.scene.geometry import Rect
from ui.canvas.scene.index import GridIndex

GAP = 16.0
"""Free space around a note that was moved aside, in scene units."""
STEP = 24.0
FARTHEST = 16
"""A free place is looked for in squares of this step, so many of them; beyond that above everything."""


def cleared(
    graph: Graph, nodes: Mapping[str, Rect], moved: Mapping[str, Point], frames: Mapping[str, Frame]
) -> dict[str, Point]:
    """The new places of notes after a layout.

    `nodes` are all nodes' rectangles after it, `moved` how far each of those that it moves went, `frames` the frames
    that it changes.
    """
    before = FrameIndex(graph.frames[name] for name in frames)
    solid: GridIndex[str] = GridIndex(512.0)
    rects: dict[str, Rect] = {**nodes, **{name: frame.rect for name, frame in frames.items()}}
    for name, rect in rects.items():
        solid.put(name, rect)
    found: dict[str, Point] = {}
    movable = moved.keys() | frames.keys()
    top = min((rect[1] for rect in rects.values()), default=0.0)
    for note in graph.notes.values():
        inside = {frame.id: frame for frame in before.around((*note.pos, *note.size))}
        by = moved.get(note.on)
        if by is None and inside:
            frame = min(inside.values(), key=lambda f: f.rect[2] * f.rect[3])
            new = frames[frame.id].rect
            by = (new[0] - frame.rect[0], new[1] - frame.rect[1])
        place = note.pos if by is None else (note.pos[0] + by[0], note.pos[1] + by[1])
        now = _free(note, place, solid, rects, {note.on, *inside}, movable)
        if now is None:
            top -= note.size[1] + GAP
            now = (place[0], top)
        rects[note.id] = (*now, *note.size)
        solid.put(note.id, rects[note.id])
        if now != note.pos:
            found[note.id] = now
    return found


def _free(
    note: Note,
    place: Point,
    solid: GridIndex[str],
    rects: Mapping[str, Rect],
    own: AbstractSet[str],
    moved: AbstractSet[str],
) -> Point | None:
    """The place, or the nearest one where the note covers nothing; one that no moved thing covers stays. None far off.

    What a note is pinned to and the frames it lies in, `own`, do not count.
    """

    def hit(at: Point, gap: float) -> Iterator[str]:
        rect = (at[0] - gap, at[1] - gap, note.size[0] + 2 * gap, note.size[1] + 2 * gap)
        return (name for name in solid.query(rect) if name not in own and _meet(rects[name], rect))

    if not any(name in moved for name in hit(place, 0.0)):
        return place
    return next((at for at in _around(place) if next(hit(at, GAP), None) is None), None)


def _around(place: Point) -> Iterator[Point]:
    """Places in growing squares around one, the nearest of each square first; above before below."""
    for ring in range(1, FARTHEST):
        reach = ring * STEP
        offsets = [step * STEP for step in sorted(range(-ring, ring + 1), key=abs)]
        for along in offsets:
            for dx, dy in ((along, -reach), (-reach, along), (along, reach), (reach, along)):
                yield (place[0] + dx, place[1] + dy)


def _meet(one: Rect, other: Rect) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )
