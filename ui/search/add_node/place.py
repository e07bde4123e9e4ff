"""Where a new node may stand so that it covers no other; sizes are estimated, for the canvas alone measures them."""

from __future__ import annotations

from collections.abc import Mapping

from nodegraph.model.graph import Graph, Point
from nodegraph.model.spec import NodeSpec
from nodegraph.subgraphs.lookup import spec_of

WIDTH, TITLE, ROW, TEXT = 240.0, 40.0, 24.0, 96.0
STEP, MOST = 32.0, 200
"""A place is looked for so far below at a time, so often."""


def free_place(graph: Graph, specs: Mapping[str, NodeSpec], spec: NodeSpec, pos: Point) -> Point:
    """The first place at `pos` or below it where a node of that type covers no other."""
    height = height_of(spec)
    taken = []
    for node in graph.nodes.values():
        known = spec_of(graph, node.type, specs)
        size = node.size or (WIDTH, height_of(known) if known is not None else TITLE)
        left, top = node.pos
        if left < pos[0] + WIDTH and pos[0] < left + size[0]:
            taken.append((top, top + size[1]))
    for number in range(MOST):
        y = pos[1] + number * STEP
        if all(bottom <= y or y + height <= top for top, bottom in taken):
            return (pos[0], y)
    return pos


def height_of(spec: NodeSpec) -> float:
    """About how high a node of that type is, in scene units."""
    shown = [param for param in spec.params if not param.advanced]
    texts = sum(param.widget == "multiline" for param in shown)
    rows = max(len(spec.sockets), len(spec.outputs)) + len(shown) - texts
    return TITLE + rows * ROW + texts * TEXT
