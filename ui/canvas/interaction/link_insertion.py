"""Nodes dropped on a link go in between; nodes pulled out leave the link healed behind them."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF

from nodegraph.edits import Batch, Connect, Disconnect, Edit, Move
from nodegraph.edits.bridge_links import bridge_links
from nodegraph.model.graph import Graph, Link, Point, Source
from nodegraph.model.sockets import fits
from nodegraph.support.messages import Phrase
from ui.canvas.interaction.dragged_links import link_of
from ui.canvas.interaction.fitting import downstream, upstream
from ui.canvas.scene.boxes import LinkBox, LinkKey, NodeBox
from ui.canvas.scene.refit import refitted
from ui.canvas.scene.routing import comes_near, gap
from ui.canvas.scene.scene import Scene

GAP = 48.0
REACH = 40.0
"""How near, in scene units, a link must pass the middle of a node that is to go into it."""
KEPT = 160.0
"""How far beyond that links are looked up for the moves to come."""


class LinkInsertion:
    """The links that one node, being dragged, could go into; what costs more than a look is kept for the drag."""

    def __init__(self, scene: Scene, box: NodeBox) -> None:
        self._scene, self._box = scene, box
        # Between these the node would close a circle: all that it feeds and all that feeds it, itself included.
        self._after = frozenset(downstream(scene.graph, [box.id]))
        self._before = frozenset(upstream(scene.graph, [box.id]))
        self._version = -1
        self._room = QRectF()
        self._near: list[LinkBox] = []

    def under(self, by: Point) -> LinkKey | None:
        """The link that the node, dragged by `by`, would go into: the nearest under it that fits."""
        middle = self._box.rect.translated(*by).center()
        point = (middle.x(), middle.y())
        best: LinkKey | None = None
        least = REACH
        for link in self._around(middle):
            away = gap(point, link.polyline(), least)
            if away < least:
                best, least = link.key, away
        return best

    def _around(self, middle: QPointF) -> list[LinkBox]:
        """The links that fit and come near a point; asked anew where the drag has gone on for a while."""
        near = QRectF(middle.x() - REACH, middle.y() - REACH, 2 * REACH, 2 * REACH)
        scene = self._scene
        if self._version != scene.version or not self._room.contains(near):
            self._version = scene.version
            self._room = near.adjusted(-KEPT, -KEPT, KEPT, KEPT)
            point, reach = (middle.x(), middle.y()), KEPT + REACH
            found = (link for link in scene.links_in(self._room) if self._fits(link))
            self._near = [link for link in found if comes_near(point, link.polyline(), reach)]
        return self._near

    def _fits(self, link: LinkBox) -> bool:
        if link.source.portal or link.source.node in self._after or link.key.target in self._before:
            return False
        return ports_for(self._scene, self._box, link) is not None


def ports_for(scene: Scene, box: NodeBox, link: LinkBox) -> tuple[str, str] | None:
    """The free input and the output by which a node may go into a link, or None."""
    target = scene.nodes.get(link.key.target)
    if target is None:
        return None
    wanted = target.spec.input_type(link.key.input) or "Any"
    sockets = [s for s in box.spec.sockets if fits(link.type, s.type) and not box.node.inputs.get(s.name)]
    outputs = [o for o in box.spec.outputs if fits(o.type, wanted)]
    if not sockets or not outputs:
        return None
    exact = [s for s in sockets if s.type == link.type] or sockets
    return exact[0].name, next((o.name for o in outputs if o.type == wanted), outputs[0].name)


def inserted(scene: Scene, box: NodeBox, key: LinkKey, by: Point) -> Edit:
    """Move the node, put it into the link and slide what follows to make room."""
    link = link_of(scene.graph, key)
    ports = ports_for(scene, box, scene.links[key])
    place = (box.x + by[0], box.y + by[1])
    slid = _slid(scene, box, key, by)
    edits: list[Edit] = [Move({box.id: place, **slid}), *refitted(scene, slid)]
    if ports is not None:
        edits.append(
            Connect(Source(link.source.node, link.source.output, link.source.muted), box.id, ports[0])
        )
        edits.append(Connect(Source(box.id, ports[1]), key.target, key.input, key.index))
    return Batch(tuple(edits), Phrase("Insert {title}", title=box.node.title or box.spec.title))


def _slid(scene: Scene, box: NodeBox, key: LinkKey, by: Point) -> dict[str, Point]:
    """The places of the nodes after the link, moved right as far as the new node needs."""
    target = scene.nodes[key.target]
    need = box.x + by[0] + box.width + GAP - target.x
    if need <= 0:
        return {}
    need = 8.0 * -(-need // 8)
    after = downstream(scene.graph, [key.target]) - {box.id}
    moved = {name for name in after if scene.nodes[name].x >= target.x and not scene.nodes[name].node.pinned}
    return {name: (scene.nodes[name].x + need, scene.nodes[name].y) for name in moved}


def extracted(scene: Scene, names: Iterable[str]) -> list[Edit]:
    """The edits that take nodes out of their links and heal what is left."""
    graph = scene.graph
    gone = set(names)
    healing = bridge_links(graph, gone, scene.specs)
    healed = {(link.target, link.input, link.index) for link in healing}
    loose = [link for link in _crossing(graph, gone) if (link.target, link.input, link.index) not in healed]
    edits: list[Edit] = [Connect(link.source, link.target, link.input, link.index) for link in healing]
    if loose:
        edits.append(Disconnect(tuple(loose)))
    return edits


def _crossing(graph: Graph, names: set[str]) -> list[Link]:
    """The links with exactly one end among the nodes."""
    entering = [k for name in names for k in graph.nodes[name].links() if k.source.node not in names]
    leaving = [k for name in names for k in graph.consumers.get(name, ()) if k.target not in names]
    return entering + leaving
