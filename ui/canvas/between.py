"""Nodes dropped on a link go in between; nodes pulled out leave the link healed behind them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QRectF

from nodegraph.edits import Batch, Connect, Disconnect, Edit, Move
from nodegraph.edits.heal import bridges
from nodegraph.graph import Graph, Link, Point, Source
from nodegraph.phrases import Phrase
from nodegraph.sockets import fits
from ui.canvas.boxes import LinkBox, LinkKey, NodeBox
from ui.canvas.fitting import downstream, upstream
from ui.canvas.refit import refitted
from ui.canvas.routing import gap
from ui.canvas.scene import Scene
from ui.canvas.wiring import link_of

GAP = 48.0
REACH = 40.0
"""How near, in scene units, a link must pass the middle of a node that is to go into it."""


@dataclass(frozen=True)
class Kin:
    """All that a node feeds and all that feeds it, itself included: between these it would close a circle."""

    after: frozenset[str]
    before: frozenset[str]


def kin_of(scene: Scene, name: str) -> Kin:
    """The kin of a node; worked out once for a drag."""
    return Kin(frozenset(downstream(scene.graph, [name])), frozenset(upstream(scene.graph, [name])))


def link_under(scene: Scene, box: NodeBox, by: Point, kin: Kin) -> LinkKey | None:
    """The link that a node, dragged by `by`, would go into: the nearest under it that fits."""
    middle = box.rect.translated(*by).center()
    near = QRectF(middle.x() - REACH, middle.y() - REACH, 2 * REACH, 2 * REACH)
    point = (middle.x(), middle.y())
    best: LinkKey | None = None
    least = REACH
    for link in scene.links_in(near):
        if link.source.portal or link.source.node in kin.after or link.key.target in kin.before:
            continue
        away = gap(point, link.polyline(), least)
        if away < least and ports_for(scene, box, link) is not None:
            best, least = link.key, away
    return best


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
    healing = bridges(graph, gone, scene.specs)
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
