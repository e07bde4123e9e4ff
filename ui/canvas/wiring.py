"""The edits that links in hand come to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from nodegraph.edits import AddNodes, Batch, Connect, Disconnect, Edit
from nodegraph.graph import Graph, Link, Node, Source, readable_id
from nodegraph.phrases import Phrase
from nodegraph.sockets import Conversion
from ui.canvas.boxes import LinkBox, LinkKey
from ui.canvas.geometry import PortRef
from ui.canvas.scene import Scene


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


def connect(scene: Scene, output: PortRef, target: PortRef, old: Source | None = None) -> Connect:
    """Link an output to an input; on a variadic input the free place adds, others replace."""
    sources = scene.graph.nodes[target.node].inputs.get(target.name, ())
    socket = scene.nodes[target.node].spec.socket(target.name)
    index: int | None = 0
    if socket is not None and socket.variadic:
        index = target.index if target.index < len(sources) else None
    muted = old.muted if old else False
    return Connect(Source(output.node, output.name, muted=muted), target.node, target.name, index)


def rewire(scene: Scene, fixed: Sequence[PortRef], end: PortRef, taken: Sequence[LinkKey]) -> Edit | None:
    """Put the loose end of links on a port: new links, or `taken` ones that leave their old place."""
    graph = scene.graph
    if end.output:
        return _resourced(scene, fixed, end, taken)
    output = fixed[0]
    if not taken:
        return connect(scene, output, end)
    key = taken[0]
    old = link_of(graph, key)
    if key == LinkKey(end.node, end.name, end.index):
        return None
    if (key.target, key.input) == (end.node, end.name):
        return connect(scene, output, end, old.source)
    return Batch(
        (Disconnect((old,)), connect(scene, output, end, old.source)),
        Phrase("Reconnect {node}", node=end.node),
    )


def _resourced(scene: Scene, fixed: Sequence[PortRef], end: PortRef, taken: Sequence[LinkKey]) -> Edit | None:
    if not taken:
        edits: tuple[Edit, ...] = tuple(connect(scene, end, ref) for ref in fixed)
        return edits[0] if len(edits) == 1 else Batch(edits, Phrase("Connect {node}", node=end.node))
    graph = scene.graph
    moved = tuple(
        Connect(
            replace(link_of(graph, key).source, node=end.node, output=end.name),
            key.target,
            key.input,
            key.index,
        )
        for key in taken
    )
    if len(moved) == 1:
        return moved[0]
    return Batch(moved, Phrase("Move {count} links to {node}", count=len(moved), node=end.node))


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
