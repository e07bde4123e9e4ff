"""The links of what is dragged: worked out once for a drag, then shifted or stretched by the frame."""

from __future__ import annotations

from array import array

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from nodegraph.model.graph import Point
from ui.canvas.rendering.highlights import Moving
from ui.canvas.rendering.paint_links import SMOOTH, THIN, LinkPainter, within
from ui.canvas.rendering.raw_buffers import FIELDS, draw_lines, pack_values
from ui.canvas.rendering.straight import is_long, straight
from ui.canvas.scene.boxes import LinkBox, LinkKey, NodeBox
from ui.canvas.scene.camera import Camera
from ui.canvas.scene.routing import polyline
from ui.canvas.scene.scene import Scene


class Stretched:
    """Straight lines of which one end is dragged: the first, or else the second."""

    def __init__(self, lines: list[tuple[Point, Point]], first: bool) -> None:
        self.values = pack_values((*a, *b) for a, b in lines)
        self._at = 0 if first else FIELDS // 2
        self._ends = self.values[self._at :: FIELDS], self.values[self._at + 1 :: FIELDS]

    def stretch(self, by: Point) -> None:
        """Lay the lines for a drag by so much."""
        for at, ends, moved in zip((self._at, self._at + 1), self._ends, by, strict=True):
            self.values[at::FIELDS] = array("d", [end + moved for end in ends])


class DragLayer:
    """The moving nodes of one drag and their links: `inner` with both ends in it, outer with one."""

    def __init__(self, scene: Scene, moving: Moving, hidden: frozenset[LinkKey]) -> None:
        self.key = (scene.version, moving.things(), hidden)
        names = moving.nodes
        self.boxes: list[NodeBox] = [
            scene.nodes[n] for n in names if n in scene.nodes and n not in scene.folds.of
        ]
        keys = {key for name in names for key in scene.links_of(name)} - hidden
        links = [scene.links[key] for key in keys if not scene.conceals(key)]
        self.inner = [k for k in links if k.key.target in names and k.source.node in names]
        self._lines = straight(self.inner)
        self._outer = [
            (k, k.source.node in names) for k in links if (k.key.target in names) != (k.source.node in names)
        ]
        groups: dict[tuple[str, float, bool], list[tuple[Point, Point]]] = {}
        for link, leaves in self._outer:
            key = (link.type, THIN if is_long(link) else 1.0, leaves)
            groups.setdefault(key, []).append((link.points[0], link.points[-1]))
        self._stretched = [(key[:2], Stretched(lines, key[2])) for key, lines in groups.items()]

    def paint_far(self, painter: QPainter, links: LinkPainter, camera: Camera, by: Point) -> None:
        """All links as lines of one pixel."""
        painter.save()
        painter.setWorldTransform(camera.transform(), True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for (kind, width), lines in self._stretched:
            lines.stretch(by)
            links.lines(painter, kind, lines.values, width)
        painter.translate(*by)
        links.far(painter, self._lines)
        painter.restore()

    def paint_near(
        self, painter: QPainter, links: LinkPainter, camera: Camera, by: Point, view: QRectF
    ) -> None:
        """Those with one end in the drag, as curves; `view` is the part of the scene that is seen."""
        painter.save()
        painter.setWorldTransform(camera.transform(), True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fine = camera.zoom * camera.ratio > SMOOTH
        for link, leaves in self._outer:
            start, end = stretched(link, leaves, by)
            line = polyline((start, *link.source.via, end), link.style, fine)
            painter.setPen(links.pen(link.type, camera.zoom, link.source.muted))
            draw_lines(painter, within(line, view))
        painter.restore()


def stretched(link: LinkBox, leaves: bool, by: Point) -> tuple[Point, Point]:
    """The ends of a link while the node that it leaves, or else enters, is dragged."""
    (x1, y1), (x2, y2) = link.points[0], link.points[-1]
    dx, dy = by
    return ((x1 + dx, y1 + dy), (x2, y2)) if leaves else ((x1, y1), (x2 + dx, y2 + dy))
