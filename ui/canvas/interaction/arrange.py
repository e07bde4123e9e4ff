"""Lay out, straighten, align and distribute: edits from a scene and what is chosen in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from nodegraph.edits import Batch, ChangeFrames, Edit, Move
from nodegraph.layout.layers import without_circles
from nodegraph.model.graph import Frame, Graph, Point
from nodegraph.support.messages import Phrase
from ui.canvas.interaction.layout import layered
from ui.canvas.scene.boxes import LinkKey
from ui.canvas.scene.clear_notes import cleared
from ui.canvas.scene.folding import HEADER
from ui.canvas.scene.refit import MARGIN, refitted
from ui.canvas.scene.scene import Scene

Side = Literal["left", "center", "right", "top", "middle", "bottom"]
Sizes = dict[str, Point]


def arranged(scene: Scene, names: Iterable[str] | None) -> Edit | None:
    """The layered layout of these nodes, or of all.

    Frames stay together, and grow where only some of their nodes are laid out. Pinned nodes stay where they are,
    and so does all that is in a frame with them or in a locked one.
    """
    graph = scene.graph
    chosen = set(graph.nodes if names is None else names) - _fixed(graph)
    frames = [f for f in graph.frames.values() if f.members and set(f.members) <= chosen]
    owner = {member: frame.id for frame in frames for member in frame.members}
    inner = {frame.id: _inner(scene, frame) for frame in frames}
    sizes: Sizes = {n: (scene.nodes[n].width, scene.nodes[n].height) for n in chosen if n not in owner}
    heights = {n: scene.nodes[n].y for n in sizes}
    for frame in frames:
        fold = scene.folds.boxes.get(frame.id)
        sizes[frame.id] = (fold.rect.width(), fold.rect.height()) if fold else inner[frame.id][1]
        heights[frame.id] = frame.rect[1]
    if len(sizes) < 2 and not frames:
        return None
    edges = _edges(scene, chosen, owner)
    after = without_circles(list(sizes), edges)
    found = layered(sizes, [(source, target) for source in after for target in after[source]], heights)
    left, top = _corner(scene, chosen, frames)
    moves: dict[str, Point] = {}
    changes: dict[str, Frame] = {}
    for name, (x, y) in found.items():
        if name in graph.frames:
            frame = graph.frames[name]
            places, size = inner[name]
            if frame.id in scene.folds.boxes:
                places, size = _as_they_are(scene, frame), frame.rect[2:]
            changes[frame.id] = replace(frame, rect=(left + x, top + y, *size))
            moves.update({m: (left + x + px, top + y + py) for m, (px, py) in places.items()})
        else:
            moves[name] = (left + x, top + y)
    moved = {name: place for name, place in moves.items() if graph.nodes[name].pos != place}
    if not moved:
        return None
    alone = {name: place for name, place in moved.items() if name not in owner}
    notes = _clear(scene, moved, changes)
    edits: list[Edit] = [Move({**moved, **notes})]
    edits += [ChangeFrames(tuple(changes.values()))] if changes else []
    return Batch((*edits, *refitted(scene, alone)), Phrase("Lay out"))


def _clear(scene: Scene, moved: dict[str, Point], frames: dict[str, Frame]) -> dict[str, Point]:
    """The places of the notes beside what a layout moves."""
    if not scene.graph.notes:
        return {}
    boxes = {
        name: (*moved.get(name, (box.x, box.y)), box.width, box.height) for name, box in scene.nodes.items()
    }
    ways = {
        name: (place[0] - scene.nodes[name].x, place[1] - scene.nodes[name].y)
        for name, place in moved.items()
    }
    return cleared(scene.graph, boxes, ways, frames)


def _fixed(graph: Graph) -> set[str]:
    """The nodes that no layout moves."""
    fixed = {name for name, node in graph.nodes.items() if node.pinned}
    for frame in graph.frames.values():
        if frame.locked or fixed.intersection(frame.members):
            fixed.update(frame.members)
    return fixed


def _as_they_are(scene: Scene, frame: Frame) -> dict[str, Point]:
    """Where the members of a frame lie in it."""
    nodes = scene.graph.nodes
    return {m: (nodes[m].pos[0] - frame.rect[0], nodes[m].pos[1] - frame.rect[1]) for m in frame.members}


def straightened(scene: Scene, nodes: frozenset[str], links: frozenset[LinkKey]) -> Edit | None:
    """Move nodes up or down so that these links (or those between these nodes) lie level."""
    keys = set(links) or {
        key for name in nodes for key in scene.links_of(name) if scene.links[key].source.node in nodes
    }
    keys = {LinkKey(*key) for key in keys if key[0] in nodes or not nodes or links}
    moved: dict[str, Point] = {}
    order = sorted((k for k in keys if k in scene.links), key=lambda k: scene.links[k].points[0][0])
    settled: set[str] = set()
    for key in order:
        link = scene.links[key]
        box = scene.nodes[key.target]
        if key.target in settled or box.node.pinned or link.source.node not in scene.nodes:
            continue
        source = scene.nodes[link.source.node]
        start = source.port_at(link.source.output, True)[1] + _shift(moved, source.id, source.y)
        end = box.port_at(key.input, False, key.index)[1]
        settled.add(key.target)
        if start != end:
            moved[key.target] = (box.x, box.y + start - end)
    return Batch((Move(moved),), Phrase("Straighten")) if moved else None


def aligned(scene: Scene, names: Iterable[str], side: Side) -> Edit | None:
    """Put the nodes' sides or middles on one line."""
    boxes = [scene.nodes[name] for name in names if not scene.nodes[name].node.pinned]
    if len(boxes) < 2:
        return None
    around = scene.bounds(box.id for box in boxes)
    places: dict[str, Point] = {}
    for box in boxes:
        places[box.id] = {
            "left": (around.left(), box.y),
            "center": (around.center().x() - box.width / 2, box.y),
            "right": (around.right() - box.width, box.y),
            "top": (box.x, around.top()),
            "middle": (box.x, around.center().y() - box.height / 2),
            "bottom": (box.x, around.bottom() - box.height),
        }[side]
    return Batch((Move(places),), Phrase("Align {count} nodes", count=len(places)))


def distributed(scene: Scene, names: Iterable[str], across: bool) -> Edit | None:
    """Make the gaps between the nodes equal, from left to right (`across`) or from top to bottom."""
    boxes = [scene.nodes[name] for name in names if not scene.nodes[name].node.pinned]
    if len(boxes) < 3:
        return None
    boxes.sort(key=lambda box: box.x if across else box.y)
    first, last = boxes[0], boxes[-1]
    if across:
        span = last.x + last.width - first.x - sum(box.width for box in boxes)
    else:
        span = last.y + last.height - first.y - sum(box.height for box in boxes)
    gap = span / (len(boxes) - 1)
    at = first.x if across else first.y
    places: dict[str, Point] = {}
    for box in boxes:
        places[box.id] = (at, box.y) if across else (box.x, at)
        at += (box.width if across else box.height) + gap
    return Batch((Move(places),), Phrase("Distribute {count} nodes", count=len(places)))


def _inner(scene: Scene, frame: Frame) -> tuple[dict[str, Point], Point]:
    """The layout of a frame's members within it, and the size that the frame then has."""
    members = frame.members
    sizes = {name: (scene.nodes[name].width, scene.nodes[name].height) for name in members}
    found = layered(sizes, _edges(scene, set(members), {}), {n: scene.nodes[n].y for n in members})
    places = {name: (x + MARGIN, y + HEADER + MARGIN / 2) for name, (x, y) in found.items()}
    width = max((places[n][0] + sizes[n][0] for n in members), default=96.0) + MARGIN
    height = max((places[n][1] + sizes[n][1] for n in members), default=64.0) + MARGIN
    return places, (width, height)


def _edges(scene: Scene, names: set[str], owner: dict[str, str]) -> list[tuple[str, str]]:
    found = []
    for name in scene.graph.nodes:
        if name in names:
            for link in scene.graph.nodes[name].links():
                if link.source.node in names:
                    found.append((owner.get(link.source.node, link.source.node), owner.get(name, name)))
    return [(a, b) for a, b in dict.fromkeys(found) if a != b]


def _corner(scene: Scene, names: set[str], frames: list[Frame]) -> Point:
    rect = scene.bounds(names)
    left = min([rect.left(), *(frame.rect[0] for frame in frames)])
    top = min([rect.top(), *(frame.rect[1] for frame in frames)])
    return round(left / 8) * 8.0, round(top / 8) * 8.0


def _shift(moved: dict[str, Point], name: str, y: float) -> float:
    return moved[name][1] - y if name in moved else 0.0
