"""What a scene shows: its nodes, links and frames by place, those that collapsed frames hide left out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from PySide6.QtCore import QRectF

from nodegraph.model.graph import Frame, Graph, Node, Source
from ui.canvas.scene.boxes import LinkBox, LinkKey, NodeBox
from ui.canvas.scene.folding import UNFOLDED
from ui.canvas.scene.geometry import PortRef, Rect
from ui.canvas.scene.index import GridIndex

NODE_CELL, LINK_CELL = 512.0, 1536.0
STEP = 64
"""Links that are indexed at once."""


class SceneIndex:
    """Look-ups over boxes that `Scene` keeps up to date."""

    def __init__(self) -> None:
        self.graph = Graph()
        self.nodes: dict[str, NodeBox] = {}
        self.links: dict[LinkKey, LinkBox] = {}
        self.folds = UNFOLDED
        self._concealed: set[LinkKey] = set()
        self._around: QRectF | None = None
        self._leaving: dict[str, set[LinkKey]] = {}
        self._unindexed: set[LinkKey] = set()
        self._node_index: GridIndex[str] = GridIndex(NODE_CELL)
        self._link_index: GridIndex[LinkKey] = GridIndex(LINK_CELL)

    def shown(self) -> Collection[NodeBox]:
        """Every node that no collapsed frame hides."""
        away = self.folds.of
        return [box for name, box in self.nodes.items() if name not in away] if away else self.nodes.values()

    def shown_links(self) -> Collection[LinkBox]:
        """Every link that no collapsed frame hides."""
        away = self._concealed
        return [link for key, link in self.links.items() if key not in away] if away else self.links.values()

    def conceals(self, key: LinkKey) -> bool:
        """Whether a link runs within a collapsed frame."""
        return key in self._concealed

    def frames(self) -> list[tuple[Frame, QRectF]]:
        """Frames that are seen, with where they lie: larger ones first, so that nested ones lie on top."""
        boxes, hidden = self.folds.boxes, self.folds.frames
        found = [
            (frame, boxes[frame.id].rect if frame.id in boxes else QRectF(*frame.rect))
            for frame in self.graph.frames.values()
            if frame.id not in hidden
        ]
        return sorted(found, key=lambda item: -item[1].width() * item[1].height())

    def place_of(self, name: str) -> Rect:
        """Where a node is seen: its box, or that of the collapsed frame it is in."""
        frame = self.folds.of.get(name)
        if frame is None:
            return self.nodes[name].bounds()
        rect = self.folds.boxes[frame].rect
        return (rect.x(), rect.y(), rect.width(), rect.height())

    def links_of(self, name: str) -> Iterator[LinkKey]:
        """Every link that enters or leaves a node."""
        node = self.graph.nodes.get(name)
        if node is not None:
            yield from entering(node)
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
        return rect.contains(self._all_nodes())

    def _all_nodes(self) -> QRectF:
        """The rectangle around every node: asked in each frame, so it is kept."""
        if self._around is None:
            self._around = union(box.bounds() for box in self.shown())
        return self._around

    def nodes_in(self, rect: QRectF) -> list[NodeBox]:
        """The nodes that meet a rectangle, in the order of the graph where few."""
        around = (rect.x(), rect.y(), rect.width(), rect.height())
        nodes = self.nodes
        if self.within(rect):
            return list(self.shown())
        found = self._node_index.query(around)
        if len(found) == len(nodes):
            return list(nodes.values())
        left, top, right, bottom = rect.left(), rect.top(), rect.right(), rect.bottom()
        return [
            box
            for box in map(nodes.__getitem__, sorted(found))
            if box.x < right and box.y < bottom and box.x + box.width > left and box.y + box.height > top
        ]

    def links_in(self, rect: QRectF) -> list[LinkBox]:
        """The links whose bounds meet a rectangle."""
        links = self.links
        if self.within(rect):
            return list(self.shown_links())
        self.index_links()
        found = self._link_index.query((rect.x(), rect.y(), rect.width(), rect.height()))
        left, top, right, bottom = rect.left(), rect.top(), rect.right(), rect.bottom()
        seen: list[LinkBox] = []
        for link in map(links.__getitem__, found):
            x1, y1, x2, y2 = link.edges
            if x1 <= right and x2 >= left and y1 <= bottom and y2 >= top:
                seen.append(link)
        return seen

    def bounds(self, names: Iterable[str] | None = None) -> QRectF:
        """The rectangle around these nodes, or around everything."""
        if names is not None:
            return union(self.place_of(name) for name in names if name in self.nodes)
        rects: list[Rect] = [(r.x(), r.y(), r.width(), r.height()) for _, r in self.frames()]
        rects += [
            (*note.pos, *note.size) for note in self.graph.notes.values() if note.id not in self.folds.notes
        ]
        if self.nodes:
            r = self._all_nodes()
            rects.append((r.x(), r.y(), r.width(), r.height()))
        return union(rects)

    @property
    def unindexed(self) -> int:
        """How many links moved since the index was asked last."""
        return len(self._unindexed)

    def index_links(self) -> None:
        """Index what moved since the index was asked last; far off it is not asked at all."""
        for _ in self.index_slowly():
            pass

    def index_slowly(self) -> Iterator[None]:
        """The same in small steps, between which anything may change."""
        while self._unindexed:
            for _ in range(min(STEP, len(self._unindexed))):
                key = self._unindexed.pop()
                left, top, right, bottom = self.links[key].edges
                self._link_index.put(key, (left, top, right - left, bottom - top))
            yield


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


def entering(node: Node) -> Iterator[LinkKey]:
    """The keys of the links that end in a node."""
    for name, sources in node.inputs.items():
        for index in range(len(sources)):
            yield LinkKey(node.id, name, index)
