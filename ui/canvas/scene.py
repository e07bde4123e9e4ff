"""Derived geometry of a graph, kept up to date by comparing old and new values by identity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from PySide6.QtCore import QRectF

from nodegraph.graph import Graph, Node, Source
from nodegraph.sockets import lossy
from nodegraph.spec import ANY, NodeSpec
from ui.canvas.boxes import LinkBox, LinkKey, NodeBox
from ui.canvas.geometry import LayoutKey, Metrics, NodeLayout, PortRef, Rect, lay_out, layout_key
from ui.canvas.index import GridIndex
from ui.canvas.routing import Style
from ui.canvas.specs import spec_of

NODE_CELL, LINK_CELL = 512.0, 1536.0
PORT_REACH = 12.0
UNMOVED = (
    "params",
    "inputs",
    "size",
    "title",
    "color",
    "mode",
    "collapsed",
    "pinned",
    "hide_unlinked",
    "type",
    "extra",
)
"""What a moved node shares with the node it was."""


class Scene:
    """Boxes of the nodes and links of one graph, with an index over each.

    `aspects` holds height / width of previews by node id, `unfolded` the nodes whose advanced parameters show.
    """

    def __init__(self, specs: Mapping[str, NodeSpec], metrics: Metrics, style: Style = "curve") -> None:
        self.specs = specs
        self.metrics = metrics
        self.style: Style = style
        self.graph = Graph()
        self.version = 0
        self.nodes: dict[str, NodeBox] = {}
        self.links: dict[LinkKey, LinkBox] = {}
        self.aspects: dict[str, float] = {}
        self.unfolded: set[str] = set()
        self._around: QRectF | None = None
        self._raised: dict[str, int] = {}
        self._leaving: dict[str, set[LinkKey]] = {}
        self._unindexed: set[LinkKey] = set()
        self._layouts: dict[LayoutKey, NodeLayout] = {}
        self._node_index: GridIndex[str] = GridIndex(NODE_CELL)
        self._link_index: GridIndex[LinkKey] = GridIndex(LINK_CELL)

    def rebuild(self) -> None:
        """Derive everything anew, after the specs, metrics or link style changed."""
        graph = self.graph
        self.update(Graph())
        self._layouts.clear()
        self.update(graph)

    def update(self, graph: Graph) -> set[str]:
        """Show another graph; returns the ids of nodes that look or lie otherwise than before."""
        old, new = self.graph.nodes, graph.nodes
        subgraphs_changed = self.graph.subgraphs is not graph.subgraphs
        self.graph = graph
        gone = [name for name in old if name not in new]
        changed = {name for name, node in new.items() if old.get(name) is not node}
        if subgraphs_changed:
            changed |= {name for name, node in new.items() if node.type.startswith("subgraph/")}
        touched: set[str] = set(changed)
        self._around = None
        for name in gone:
            touched |= self._unlink(old[name])
        for name in changed:
            before = old.get(name)
            if before is None or before.inputs is not new[name].inputs:
                touched |= self._unlink(before) if before else set()
                touched |= self._link(new[name])
        for name in gone:
            self._drop(name)
        shifted = {name for name in touched if self._shift(name, old.get(name), new.get(name))}
        fresh = (touched & new.keys()) - shifted
        self.refresh([name for name in new if name in fresh] if len(fresh) > 50 else sorted(fresh))
        for key in {key: None for name in shifted for key in self.links_of(name)}:
            self._place_link(key)
        return touched | set(gone)

    def refresh(self, names: Iterable[str]) -> None:
        """Derive these nodes and their links anew."""
        self.version += 1
        stale: set[LinkKey] = set()
        for name in names:
            stale |= self._place_node(self.graph.nodes[name])
        for key in stale:
            self._place_link(key)

    def set_aspect(self, name: str, aspect: float) -> None:
        """Give a node's preview area another shape; 0 takes it away."""
        if self.aspects.get(name, 0.0) != aspect and name in self.nodes:
            self.aspects[name] = aspect
            self.refresh([name])

    def toggle_fold(self, name: str) -> None:
        """Show or hide a node's advanced parameters."""
        self.unfolded ^= {name}
        self.refresh([name])

    def bring_up(self, names: Iterable[str]) -> None:
        """Let these nodes lie over all others."""
        top = max(self._raised.values(), default=0) + 1
        for name in names:
            self._raised[name] = top

    def height_of(self, name: str) -> int:
        """Where a node lies in the pile; higher covers lower."""
        return self._raised.get(name, 0)

    def links_of(self, name: str) -> Iterator[LinkKey]:
        """Every link that enters or leaves a node."""
        node = self.graph.nodes.get(name)
        if node is not None:
            yield from _entering(node)
        yield from self._leaving.get(name, ())

    def leaving(self, name: str, output: str | None = None) -> list[LinkKey]:
        """The links that leave a node, or one of its outputs."""
        keys = self._leaving.get(name, ())
        return [key for key in keys if output is None or self.links[key].source.output == output]

    def port_type(self, ref: PortRef) -> str | None:
        """The type of a port, or None if there is no such port."""
        box = self.nodes.get(ref.node)
        if box is None:
            return None
        if not ref.output:
            return box.spec.input_type(ref.name)
        output = box.spec.output(ref.name)
        return output.type if output else None

    def within(self, rect: QRectF) -> bool:
        """Whether a rectangle holds every node."""
        if self._around is None:
            self._around = union(box.bounds() for box in self.nodes.values())
        return rect.contains(self._around)

    def nodes_in(self, rect: QRectF) -> list[NodeBox]:
        """The nodes that meet a rectangle, in the order of the graph where few."""
        around = (rect.x(), rect.y(), rect.width(), rect.height())
        nodes = self.nodes
        if self.within(rect):
            return list(nodes.values())
        found = self._node_index.query(around)
        if len(found) == len(nodes):
            return list(nodes.values())
        return [box for box in map(nodes.__getitem__, sorted(found)) if box.rect.intersects(rect)]

    def links_in(self, rect: QRectF) -> list[LinkBox]:
        """The links whose bounds meet a rectangle."""
        links = self.links
        if self.within(rect):
            return list(links.values())
        self._index_links()
        found = self._link_index.query((rect.x(), rect.y(), rect.width(), rect.height()))
        left, top, right, bottom = rect.left(), rect.top(), rect.right(), rect.bottom()
        seen: list[LinkBox] = []
        for key in found:
            link = links[key]
            x1, y1, x2, y2 = link.edges
            if x1 <= right and x2 >= left and y1 <= bottom and y2 >= top:
                seen.append(link)
        return seen

    def bounds(self, names: Iterable[str] | None = None) -> QRectF:
        """The rectangle around these nodes, or around everything."""
        boxes = self.nodes.values() if names is None else [self.nodes[n] for n in names if n in self.nodes]
        rects = [box.bounds() for box in boxes]
        if names is None:
            rects += [frame.rect for frame in self.graph.frames.values()]
            rects += [(*note.pos, *note.size) for note in self.graph.notes.values()]
        return union(rects)

    def _unlink(self, node: Node) -> set[str]:
        sources: set[str] = set()
        for key in _entering(node):
            link = self.links.pop(key, None)
            if link is None:
                continue
            self._link_index.remove(key)
            self._unindexed.discard(key)
            self._leaving[link.source.node].discard(key)
            sources.add(link.source.node)
        return sources

    def _link(self, node: Node) -> set[str]:
        sources: set[str] = set()
        for name, found in node.inputs.items():
            for index, source in enumerate(found):
                key = LinkKey(node.id, name, index)
                self.links[key] = LinkBox(key, source, ANY, False, self.style)
                self._leaving.setdefault(source.node, set()).add(key)
                sources.add(source.node)
        return sources

    def _drop(self, name: str) -> None:
        if self.nodes.pop(name, None) is not None:
            self._node_index.remove(name)

    def _index_links(self) -> None:
        """Index what moved since the index was asked last; far off it is not asked at all."""
        for key in self._unindexed:
            left, top, right, bottom = self.links[key].edges
            self._link_index.put(key, (left, top, right - left, bottom - top))
        self._unindexed.clear()

    def _shift(self, name: str, old: Node | None, new: Node | None) -> bool:
        """Move a box whose node differs in its place alone, which needs no new layout."""
        box = self.nodes.get(name)
        if box is None or old is None or new is None or old is new or box.node is not old:
            return False
        for attribute in UNMOVED:
            if getattr(old, attribute) is not getattr(new, attribute):
                return False
        box.move(new)
        self._node_index.put(name, (box.x - PORT_REACH, box.y, box.width + 2 * PORT_REACH, box.height))
        return True

    def _place_node(self, node: Node) -> set[LinkKey]:
        name = node.id
        outputs = frozenset(self.links[key].source.output for key in self._leaving.get(name, ()))
        spec, known = spec_of(node, self.graph, self.specs, outputs)
        aspect = 0.0 if node.collapsed else self.aspects.get(name, 0.0)
        key = layout_key(spec, node, outputs, self.metrics, name in self.unfolded, aspect)
        layout = self._layouts.get(key)
        if layout is None:
            layout = self._layouts[key] = lay_out(key)
        box = NodeBox(node, spec, known, layout, outputs)
        self.nodes[name] = box
        around = (box.x - PORT_REACH, box.y, box.width + 2 * PORT_REACH, box.height)
        self._node_index.put(name, around)
        return set(self.links_of(name))

    def _place_link(self, key: LinkKey) -> None:
        link = self.links[key]
        source, target = self.nodes.get(link.source.node), self.nodes.get(key.target)
        if target is None:
            return
        end = target.port_at(key.input, False, key.index)
        output = None
        if source is None:
            start = (end[0] - 48.0, end[1])
        else:
            start = source.port_at(link.source.output, True)
            output = source.spec.output(link.source.output)
        wanted = target.spec.input_type(key.input) or ANY
        link.type = output.type if output else wanted
        link.lossy = lossy(link.type, wanted)
        link.place(start, end)
        self._unindexed.add(key)


def union(rects: Iterable[Rect]) -> QRectF:
    """The rectangle around rectangles; empty where there are none."""
    found = list(rects)
    if not found:
        return QRectF()
    left, top = min(r[0] for r in found), min(r[1] for r in found)
    right, bottom = max(r[0] + r[2] for r in found), max(r[1] + r[3] for r in found)
    return QRectF(left, top, right - left, bottom - top)


def link_source(source: Source) -> PortRef:
    """The output that a source names."""
    return PortRef(source.node, source.output, True)


def _entering(node: Node) -> Iterator[LinkKey]:
    for name, sources in node.inputs.items():
        for index in range(len(sources)):
            yield LinkKey(node.id, name, index)
