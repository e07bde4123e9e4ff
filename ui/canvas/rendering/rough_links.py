"""Many links while the zoom changes: drawn without smoothing, from batches that last for several frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPainterPath

from ui.canvas.rendering.paint_links import THIN, WIDTH, LinkPainter, seen_lines, within
from ui.canvas.rendering.raw_buffers import Values, draw_lines, pack_values
from ui.canvas.rendering.straight import is_long
from ui.canvas.scene.boxes import LinkBox
from ui.canvas.scene.camera import Camera

FEW = 64
"""So many links are drawn smoothly all the time; without smoothing Qt takes a quarter of the time."""
HAIR = 1.6
"""Width in pixels up to which a link is drawn as a line of one pixel."""
ROOM = 1.25
"""How much wider and higher than the view the part of the scene is that a batch is made for."""
WASTE = 3.0
"""How many times the area in view that part may come to have."""
BITE = 0.0015
"""Seconds that may go into cutting links for a batch; it takes the others as paths, which are slower to draw."""


@dataclass
class Batch:
    """The links of one type: a path and, for long ones, lines of one pixel, or else wide lines and paths."""

    members: list[LinkBox] = field(default_factory=list)
    hair: QPainterPath = field(default_factory=QPainterPath)
    lines: Values = field(default_factory=pack_values)
    paths: list[QPainterPath] = field(default_factory=list)


class RoughLinks:
    """Keeps batches for as long as they hold all that is in view and not much more.

    `links` are those that the batches were made of.
    """

    def __init__(self, links: LinkPainter) -> None:
        self.links: list[LinkBox] = []
        self._painter = links
        self._key: object = None
        self._room = QRectF()
        self._batches: dict[tuple[str, bool], Batch] = {}
        self._marked: list[LinkBox] = []

    def paint(
        self,
        painter: QPainter,
        camera: Camera,
        view: QRectF,
        key: object,
        links_in: Callable[[QRectF], list[LinkBox]],
        dimmed: bool,
    ) -> bool:
        """Draw the links in `view`, a part of the scene; False where there are so few that it is not worth it.

        Equal keys stand for the same links in the same places.
        """
        hair = camera.zoom * WIDTH <= HAIR
        key = (key, hair)
        if key != self._key or not self._room.contains(view) or _area(self._room) > WASTE * _area(view):
            self._key = key
            self._room = _grown(view)
            self._make(links_in(self._room), hair)
        if len(self.links) <= FEW:
            return False
        painter.save()
        painter.setWorldTransform(camera.transform(), True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for (type_name, muted), batch in self._batches.items():
            pen = self._painter.pen(type_name, camera.zoom, muted, dimmed, HAIR)
            painter.setPen(pen)
            painter.drawPath(batch.hair)
            if pen.isCosmetic():
                pen.setWidthF(THIN)
                painter.setPen(pen)
            draw_lines(painter, batch.lines)
            for path in batch.paths:
                painter.drawPath(path)
        self._painter.marks(painter, self._marked, camera.zoom)
        painter.restore()
        return True

    def _make(self, links: list[LinkBox], hair: bool) -> None:
        self.links = links
        self._batches = {}
        self._marked = [link for link in links if link.source.via or link.source.portal or link.lossy]
        for link in links if len(links) > FEW else ():
            self._batches.setdefault((link.type, link.source.muted), Batch()).members.append(link)
        until = perf_counter() + BITE
        for (_, muted), batch in self._batches.items():
            if muted:
                batch.paths = [link.path() for link in batch.members]
            elif hair:
                self._cut(batch, until)
            else:
                self._cut_wide(batch, until)

    def _cut(self, batch: Batch, until: float) -> None:
        """Short links go into one path, of long ones what is in the room."""
        for link in batch.members:
            if link.source.portal or not (link.pieced or perf_counter() < until):
                batch.hair.addPath(link.path())
            elif is_long(link):
                line = [(point.x(), point.y()) for point in link.pieces().toList()]
                batch.lines.extend(within(line, self._room) if line else ())
            else:
                batch.hair.addPolygon(link.pieces())

    def _cut_wide(self, batch: Batch, until: float) -> None:
        found = []
        for link in batch.members:
            if link.cut or perf_counter() < until:
                link.drawn(None)
                found.append(link)
            else:
                batch.paths.append(link.path())
        batch.lines = seen_lines(found, self._room, None)


def _area(rect: QRectF) -> float:
    return rect.width() * rect.height()


def _grown(rect: QRectF) -> QRectF:
    beside, above = rect.width() * (ROOM - 1) / 2, rect.height() * (ROOM - 1) / 2
    return rect.adjusted(-beside, -above, beside, above)
