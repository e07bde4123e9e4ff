"""Nodes put in order: columns along the flow, few crossings, frames kept together, pinned nodes left alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nodegraph.edits import Batch, Edit, Move, Resize
from nodegraph.layout.heights import heights
from nodegraph.layout.layers import columns
from nodegraph.model.graph import Frame, Graph, Point
from nodegraph.support.messages import Phrase

SIZE: Point = (200.0, 120.0)
"""What a node is taken to measure where nobody says."""

MARGIN = 24.0
HEADER = 32.0
"""Room in a frame around its nodes, and above them for its title."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """Free space between columns and between the nodes in a column, in scene units."""

    across: float = 80.0
    down: float = 40.0


def laid_out(
    graph: Graph,
    sizes: Mapping[str, Point],
    names: Iterable[str] | None = None,
    gaps: Gaps = Gaps(),  # frozen
) -> Edit:
    """The edit that puts nodes `names` (all, unless given) and the frames they fill in order, where they are.

    `sizes` are the nodes' sizes as drawn. Pinned nodes do not move. The upper left corner stays.
    """
    wanted = graph.nodes if names is None else set(names)
    chosen = [node.id for node in graph.nodes.values() if node.id in wanted and not node.pinned]
    frames = _whole_frames(graph, set(chosen))
    held = {member: frame.id for frame in frames for member in frame.members}
    places: dict[str, Point] = {}
    rooms: dict[str, Point] = {}
    for frame in frames:
        inner, room = _arranged(graph, {m: _size(graph, sizes, m) for m in frame.members}, {}, gaps)
        places |= inner
        rooms[frame.id] = (room[0] + 2 * MARGIN, room[1] + 2 * MARGIN + HEADER)
    items = {name: _size(graph, sizes, name) for name in chosen if name not in held} | rooms
    outer, _ = _arranged(graph, items, held, gaps)
    corner = _corner(graph, items)
    outer = {name: (x + corner[0], y + corner[1]) for name, (x, y) in outer.items()}
    for member, frame_id in held.items():
        x, y = outer[frame_id]
        places[member] = (places[member][0] + x + MARGIN, places[member][1] + y + MARGIN + HEADER)
    rounded = {name: (float(round(x)), float(round(y))) for name, (x, y) in (places | outer).items()}
    return Batch((Move(rounded), Resize(rooms)), Phrase("Lay out nodes"))


def _whole_frames(graph: Graph, chosen: set[str]) -> list[Frame]:
    return [frame for frame in graph.frames.values() if frame.members and chosen.issuperset(frame.members)]


def _size(graph: Graph, sizes: Mapping[str, Point], name: str) -> Point:
    return sizes.get(name) or graph.nodes[name].size or SIZE


def _spot(graph: Graph, name: str) -> Point:
    return graph.nodes[name].pos if name in graph.nodes else graph.frames[name].rect[:2]


def _corner(graph: Graph, items: Iterable[str]) -> Point:
    spots = [_spot(graph, name) for name in items]
    return min((x for x, _ in spots), default=0.0), min((y for _, y in spots), default=0.0)


def _arranged(
    graph: Graph, items: Mapping[str, Point], held: Mapping[str, str], gaps: Gaps
) -> tuple[dict[str, Point], Point]:
    """The places of `items` from (0, 0), and the room they take. `held` maps nodes to the item that holds them."""
    edges = []
    inside = [name for name in (*items, *held) if name in graph.nodes]
    for name in inside:
        for sources in graph.nodes[name].inputs.values():
            for source in sources:
                pair = held.get(source.node, source.node), held.get(name, name)
                if pair[0] in items and pair[1] in items:
                    edges.append(pair)
    hint = {name: _spot(graph, name)[1] for name in items}
    found = columns(items, edges, hint)
    ups = heights(found, {name: size[1] for name, size in items.items()}, gaps.down)
    places: dict[str, Point] = {}
    x = 0.0
    for row in found.rows:
        shown = [name for name in row if name in items]
        for name in shown:
            places[name] = (x, ups[name])
        x += max((items[name][0] for name in shown), default=0.0) + gaps.across
    top = min((y for _, y in places.values()), default=0.0)
    places = {name: (left, y - top) for name, (left, y) in places.items()}
    bottom = max((y + items[name][1] for name, (_, y) in places.items()), default=0.0)
    return places, (max(0.0, x - gaps.across), bottom)
