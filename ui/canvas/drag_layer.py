"""The links of what is dragged: worked out once for a drag, then shifted or stretched by the frame."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter

from nodegraph.graph import Point
from ui.canvas.boxes import LinkBox, LinkKey, NodeBox
from ui.canvas.camera import Camera
from ui.canvas.look import Moving
from ui.canvas.paint_links import LinkPainter, far_paths, within
from ui.canvas.routing import polyline
from ui.canvas.scene import Scene

Stretched = tuple[Callable[[float, float, float, float], None], float, float, float, float]
"""How a line is laid anew, and where its ends are before the drag."""


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
        self._paths = far_paths(self.inner)
        self._outer = [
            (k, k.source.node in names) for k in links if (k.key.target in names) != (k.source.node in names)
        ]
        self._stretched: dict[str, list[QLineF]] = {}
        self._leaving: list[Stretched] = []
        self._entering: list[Stretched] = []
        for link, leaves in self._outer:
            line = QLineF(link.line)
            self._stretched.setdefault(link.type, []).append(line)
            ends = (line.setLine, *link.points[0], *link.points[-1])
            (self._leaving if leaves else self._entering).append(ends)

    def paint_far(self, painter: QPainter, links: LinkPainter, camera: Camera, by: Point) -> None:
        """All links as lines of one pixel."""
        dx, dy = by
        for stretch, x1, y1, x2, y2 in self._leaving:
            stretch(x1 + dx, y1 + dy, x2, y2)
        for stretch, x1, y1, x2, y2 in self._entering:
            stretch(x1, y1, x2 + dx, y2 + dy)
        painter.save()
        painter.setWorldTransform(camera.transform(), True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        links.lines(painter, self._stretched)
        painter.translate(dx, dy)
        links.far(painter, [self._paths])
        painter.restore()

    def paint_near(
        self, painter: QPainter, links: LinkPainter, camera: Camera, by: Point, view: QRectF
    ) -> None:
        """Those with one end in the drag, as curves; `view` is the part of the scene that is seen."""
        painter.save()
        painter.setWorldTransform(camera.transform(), True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for link, leaves in self._outer:
            start, end = stretched(link, leaves, by)
            line = polyline((start, *link.source.via, end), link.style, fine=camera.zoom * camera.ratio > 1.3)
            painter.setPen(links.pen(link.type, camera.zoom, link.source.muted))
            segments = [QLineF(*a, *b) for a, b in itertools.pairwise(line)]
            painter.drawLines(within(line, segments, view))
        painter.restore()


def stretched(link: LinkBox, leaves: bool, by: Point) -> tuple[Point, Point]:
    """The ends of a link while the node that it leaves, or else enters, is dragged."""
    (x1, y1), (x2, y2) = link.points[0], link.points[-1]
    dx, dy = by
    return ((x1 + dx, y1 + dy), (x2, y2)) if leaves else ((x1, y1), (x2 + dx, y2 + dy))
