"""The edits that links in hand come to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from nodegraph.edits import AddNodes, Batch, Connect, Disconnect, Edit
from nodegraph.model.graph import Graph, Link, Node, Point, Source, readable_id
from nodegraph.model.sockets import Conversion
from nodegraph.support.messages import Phrase
from ui.canvas.scene.boxes import LinkBox, LinkKey
from ui.canvas.scene.geometry import PortRef
from ui.canvas.scene.hit import Hit
from ui.canvas.scene.scene import Scene

HALVES = ("link", "portal")


@dataclass(frozen=True)
class DraggedLinks:
    """Links in the hand: the ends that stay, all outputs or all inputs; the links that were taken from where they
    led; and the points, from output to input, that they shall go through."""

    fixed: tuple[PortRef, ...]
    taken: tuple[LinkKey, ...] = ()
    via: tuple[Point, ...] = ()

    @property
    def port(self) -> PortRef:
        """The first of the ends that stay."""
        return self.fixed[0]

    def bent(self, point: Point) -> DraggedLinks:
        """The same links, going through one more point before the hand."""
        snapped = (round(point[0] / 8) * 8.0, round(point[1] / 8) * 8.0)
        return replace(self, via=(*self.via, snapped) if self.port.output else (snapped, *self.via))


def link_of(graph: Graph, key: LinkKey) -> Link:
    """The link that ends where the key says."""
    return Link(graph.nodes[key.target].inputs[key.input][key.index], key.target, key.input, key.index)


def links_of(graph: Graph, keys: Iterable[LinkKey]) -> tuple[Link, ...]:
    """The links of these keys that are there."""
    found = []
    for key in sorted(keys):
        node = graph.nodes.get(key.target)
        if node is not None and key.index < len(node.inputs.get(key.input, ())):
            found.append(link_of(graph, key))
    return tuple(found)


def takes_input(scene: Scene, link: LinkBox, along: float) -> bool:
    """Whether a drag that begins so far along a link takes its end at the input; else that at the output."""
    return along >= 0.5 and link.source.node in scene.nodes


def half_taken(scene: Scene, found: Hit) -> bool | None:
    """Which half of a link under the pointer a drag would take: True the one at the input; None where none is."""
    link = scene.links.get(found.link) if found.link and found.kind in HALVES else None
    return None if link is None else takes_input(scene, link, found.along)


def connect(
    scene: Scene,
    output: PortRef,
    target: PortRef,
    old: Source | None = None,
    via: tuple[Point, ...] = (),
) -> Connect:
    """Link an output to an input; on a variadic input the free place adds, others replace."""
    sources = scene.graph.nodes[target.node].inputs.get(target.name, ())
    socket = scene.nodes[target.node].spec.socket(target.name)
    index: int | None = 0
    if socket is not None and socket.variadic:
        index = target.index if target.index < len(sources) else None
    muted = old.muted if old else False
    return Connect(Source(output.node, output.name, muted=muted, via=via), target.node, target.name, index)


def rewire(scene: Scene, loose: DraggedLinks, end: PortRef) -> Edit | None:
    """Put the loose end of links on a port: new links, or taken ones that leave their old place."""
    graph, output, via = scene.graph, loose.port, loose.via
    if end.output:
        return _resourced(scene, loose, end)
    if not loose.taken:
        return connect(scene, output, end, via=via)
    key = loose.taken[0]
    old = link_of(graph, key)
    if key == LinkKey(end.node, end.name, end.index) and not via:
        return None
    if (key.target, key.input) == (end.node, end.name):
        return connect(scene, output, end, old.source, via)
    return Batch(
        (Disconnect((old,)), connect(scene, output, end, old.source, via)),
        Phrase("Reconnect {node}", node=end.node),
    )


def _resourced(scene: Scene, loose: DraggedLinks, end: PortRef) -> Edit | None:
    if not loose.taken:
        edits: tuple[Edit, ...] = tuple(connect(scene, end, ref, via=loose.via) for ref in loose.fixed)
        return edits[0] if len(edits) == 1 else Batch(edits, Phrase("Connect {node}", node=end.node))
    graph = scene.graph
    moved = []
    for key in loose.taken:
        old = link_of(graph, key).source
        source = replace(old, node=end.node, output=end.name, via=(*loose.via, *old.via))
        moved.append(Connect(source, key.target, key.input, key.index))
    if len(moved) == 1:
        return moved[0]
    return Batch(tuple(moved), Phrase("Move {count} links to {node}", count=len(moved), node=end.node))


def converted(
    scene: Scene, output: PortRef, target: PortRef, conversion: Conversion, pos: tuple[float, float]
) -> tuple[Edit, str]:
    """Insert the node that makes a link possible; returns the edit and the node's id."""
    graph = scene.graph
    name = graph.fresh_id(readable_id(conversion.type))
    spec = scene.specs[conversion.type]
    inputs = {conversion.input: (Source(output.node, output.name),)}
    node = Node(name, conversion.type, spec.version, inputs=inputs, pos=pos)
    index: int | None = 0
    socket = scene.nodes[target.node].spec.socket(target.name)
    if socket is not None and socket.variadic:
        sources = graph.nodes[target.node].inputs.get(target.name, ())
        index = target.index if target.index < len(sources) else None
    after = Connect(Source(name, conversion.output), target.node, target.name, index)
    return Batch((AddNodes((node,)), after), Phrase("Insert {title}", title=spec.title)), name
