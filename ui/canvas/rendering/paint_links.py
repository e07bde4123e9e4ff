"""Links: curves in their type's hue near by, batched straight lines far off."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from nodegraph.model.graph import Point
from ui.canvas.rendering.raw_buffers import Values, draw_lines, pack_values
from ui.canvas.rendering.straight import Straight
from ui.canvas.rendering.text import CENTER, TextPainter
from ui.canvas.scene.boxes import LinkBox, LinkKey
from ui.canvas.scene.camera import Camera
from ui.canvas.scene.routing import STUB, comes_near, distance, path_of
from ui.theme.palette import Theme
from ui.theme.types import type_color

WIDTH = 1.8
REROUTE = 4.0
LIT, RING = 0.45, 9.0
"""How much of the text's colour is in a half that is lit; the radius of the ring around its end."""
HAIR = 1.0
"""Width in pixels up to which a link is drawn as a line of one pixel."""
SMOOTH, PATHS = 1.3, 3.0
"""Device pixels a scene unit from which on curves are cut finely, and are drawn as paths."""
NOTHING: frozenset[LinkKey] = frozenset()
THIN = 1.01
"""A width that looks like one pixel: Qt fills such lines by rows, long ones in a third of the time."""


@dataclass(frozen=True)
class Marked:
    """Links that stand out: selected ones, the one under the pointer, those about to be cut, those to dim.

    With `revealed` the one under the pointer, a portal, shows the way that it spares. `half` is the half of it that
    a drag would take: True the one at the input, False the one at the output.
    `flowing` are those into nodes that run.
    """

    selected: Collection[tuple[str, str, int]] = NOTHING
    hovered: LinkKey | None = None
    cut: Collection[LinkKey] = NOTHING
    dimmed: bool = False
    revealed: bool = False
    flowing: Collection[LinkKey] = NOTHING
    half: bool | None = None


class LinkPainter:
    """Draws links in one theme."""

    def __init__(self, theme: Theme, text: TextPainter) -> None:
        self._theme = theme
        self._text = text
        self._accent = theme.color("accent")
        self._error = theme.color("error")
        self._ground = theme.color("canvas")
        self._mixtures: dict[tuple[str, float], QColor] = {}

    def near(
        self,
        painter: QPainter,
        links: Collection[LinkBox],
        camera: Camera,
        view: QRectF,
        dimmed: bool = False,
    ) -> None:
        """Curves, in scene coordinates, grouped by pen; `view` is the part of the scene that is seen."""
        zoom, scale = camera.zoom, camera.zoom * camera.ratio
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        groups: dict[tuple[str, bool], list[LinkBox]] = {}
        for link in links:
            groups.setdefault((link.type, link.source.muted), []).append(link)
        for (type_name, muted), members in groups.items():
            pen = self.pen(type_name, zoom, muted, dimmed)
            painter.setPen(pen)
            if muted or scale > PATHS or pen.isCosmetic():
                for link in members:
                    painter.drawPath(link.path())
            else:
                draw_lines(painter, seen_lines(members, view, scale > SMOOTH))
        self.marks(painter, links, zoom)

    def special(self, painter: QPainter, links: Iterable[LinkBox], zoom: float, marked: Marked) -> None:
        """Links that stand out, over the plain ones."""
        for link in links:
            self._special(painter, link, zoom, marked)
        self.marks(painter, links, zoom)

    def far(self, painter: QPainter, lines: Straight) -> None:
        """Straight lines of one pixel, by type."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for type_name, path in lines.short.items():
            painter.setPen(self._far_pen(type_name))
            painter.drawPath(path)
        for type_name, values in lines.long.items():
            self.lines(painter, type_name, values, THIN)

    def lines(self, painter: QPainter, type_name: str, lines: Values, width: float) -> None:
        """The same for lines that are long, of the width `THIN`, or that change by the frame."""
        painter.setPen(self._far_pen(type_name, width))
        draw_lines(painter, lines)

    def _far_pen(self, type_name: str, width: float = 1.0) -> QPen:
        pen = QPen(self._mixed(type_name, 0.55), width)
        pen.setCosmetic(True)
        return pen

    def pen(
        self, type_name: str, zoom: float, muted: bool = False, dimmed: bool = False, hair: float = HAIR
    ) -> QPen:
        """The pen of a link: one of one pixel up to a width of `hair` pixels."""
        color = self._mixed(type_name, 0.4 if muted else 0.25 if dimmed else 1.0)
        if muted:
            pen = QPen(color, max(WIDTH, 1.1 / zoom))
            pen.setDashPattern([3, 3])
        elif zoom * WIDTH <= hair:
            # Qt draws lines of one pixel five times as fast as wider ones.
            pen = QPen(color, 1)
            pen.setCosmetic(True)
        else:
            pen = QPen(color, WIDTH)
        pen.setCapStyle(Qt.PenCapStyle.SquareCap)
        return pen

    def _mixed(self, type_name: str, part: float) -> QColor:
        """A hue mixed with the ground; Qt draws opaque lines eight times as fast as transparent ones."""
        found = self._mixtures.get((type_name, part))
        if found is None:
            found = mixed(self._ground, type_color(self._theme, type_name), part)
            self._mixtures[type_name, part] = found
        return found

    def _special(self, painter: QPainter, link: LinkBox, zoom: float, marked: Marked) -> None:
        width = max(WIDTH, 1.1 / zoom)
        if link.key in marked.cut:
            painter.setPen(QPen(self._error, width * 1.4))
            painter.drawPath(link.path())
            return
        if link.source.portal and marked.revealed and link.key == marked.hovered:
            self._behind(painter, link, width)
        color = self._accent if link.key in marked.selected else type_color(self._theme, link.type)
        painter.setPen(QPen(self._ground, width * 3.6))
        painter.drawPath(link.path())
        painter.setPen(QPen(color, width * 1.7, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPath(link.path())
        if marked.half is not None and link.key == marked.hovered:
            self._half(painter, link, width, marked.half)

    def _half(self, painter: QPainter, link: LinkBox, width: float, entering: bool) -> None:
        """The half that a drag would take, with a ring around the end that would come loose."""
        hue, text = type_color(self._theme, link.type), self._theme.color("text")
        pen = QPen(mixed(hue, text, LIT), width * 2.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPolyline([QPointF(*point) for point in link.half(entering)])
        pen.setWidthF(width)
        painter.setPen(pen)
        painter.drawEllipse(QPointF(*link.points[-1 if entering else 0]), RING, RING)

    def _behind(self, painter: QPainter, link: LinkBox, width: float) -> None:
        """The way that a portal spares."""
        pen = QPen(type_color(self._theme, link.type), width)
        pen.setDashPattern([2, 3])
        painter.setPen(pen)
        painter.drawPath(path_of(link.points, link.style))

    def marks(self, painter: QPainter, links: Iterable[LinkBox], zoom: float) -> None:
        """Reroute points, names of portals, the mark of a rounding conversion, where they are large enough."""
        if zoom <= 0.5:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for link in links:
            if link.source.via:
                painter.setPen(QPen(self._ground, 2))
                painter.setBrush(type_color(self._theme, link.type))
                for point in link.source.via:
                    painter.drawEllipse(QPointF(*point), REROUTE, REROUTE)
                painter.setBrush(Qt.BrushStyle.NoBrush)
            if link.source.portal:
                self._portal(painter, link)
            if link.lossy:
                self._lossy(painter, link)

    def _portal(self, painter: QPainter, link: LinkBox) -> None:
        color = type_color(self._theme, link.type)
        for rect in portal_rects(link, self._text.measure):
            painter.setPen(QPen(color, 1.2))
            painter.setBrush(self._ground)
            painter.drawRoundedRect(rect, 9, 9)
            painter.setPen(self._theme.color("text"))
            self._text.draw(painter, rect.adjusted(6, 0, -6, 0), link.source.portal, CENTER)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _lossy(self, painter: QPainter, link: LinkBox) -> None:
        middle = link.path().pointAtPercent(0.5)
        painter.setPen(QPen(type_color(self._theme, link.type), 1.2))
        painter.setBrush(self._ground)
        rect = QRectF(middle.x() - 8, middle.y() - 8, 16, 16)
        painter.drawEllipse(rect)
        painter.setPen(self._theme.color("text"))
        self._text.draw(painter, rect, "≈", CENTER)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def mixed(first: QColor, second: QColor, part: float) -> QColor:
    """A colour between two: 0 is the first, 1 the second."""
    pairs = zip(first.getRgb()[:3], second.getRgb()[:3], strict=True)  # type: ignore[index]
    return QColor(*(round(a + (b - a) * part) for a, b in pairs))


def portal_rects(link: LinkBox, measure: Callable[[str], float]) -> tuple[QRectF, ...]:
    """The two signs of a portal, at the output and at the input; none for a drawn link."""
    if not link.source.portal:
        return ()
    width = min(120.0, measure(link.source.portal) + 16)
    start, end = link.points[0], link.points[-1]
    places = ((start[0] + STUB / 2, start[1]), (end[0] - STUB / 2 - width, end[1]))
    return tuple(QRectF(left, y - 9, width, 18) for left, y in places)


def seen_lines(links: Iterable[LinkBox], view: QRectF, fine: bool | None) -> Values:
    """The segments of these links, those out of sight left out where a link leaves the view."""
    found = pack_values()
    left, top, right, bottom = view.left(), view.top(), view.right(), view.bottom()
    for link in links:
        if link.source.portal:
            start, end = link.points[0], link.points[-1]
            found.extend((*start, start[0] + STUB / 2, start[1], end[0] - STUB / 2, end[1], *end))
            continue
        x1, y1, x2, y2 = link.edges
        line, segments = link.drawn(fine)
        if not segments:
            continue
        inside = x1 >= left and x2 <= right and y1 >= top and y2 <= bottom
        found.extend(segments if inside else within(line, view))
    return found


def within(line: Sequence[Point], view: QRectF) -> Values:
    """The segments between these points that may show in the view."""
    found = pack_values()
    left, top, right, bottom = view.left(), view.top(), view.right(), view.bottom()
    x1, y1 = line[0]
    for x2, y2 in line[1:]:
        beside = (x1 < left and x2 < left) or (x1 > right and x2 > right)
        if not (beside or (y1 < top and y2 < top) or (y1 > bottom and y2 > bottom)):
            found.extend((x1, y1, x2, y2))
        x1, y1 = x2, y2
    return found


def nearest(
    links: Iterable[LinkBox], point: tuple[float, float], tolerance: float
) -> tuple[LinkBox, float] | None:
    """The link within `tolerance` of a scene point, and how far along it the point is (0 output, 1 input)."""
    best: tuple[LinkBox, float] | None = None
    least = tolerance
    for link in links:
        if link.source.portal:
            continue
        x1, y1, x2, y2 = link.edges
        if not (
            x1 - tolerance <= point[0] <= x2 + tolerance and y1 - tolerance <= point[1] <= y2 + tolerance
        ):
            continue
        line = link.polyline()
        if not comes_near(point, line, tolerance):
            continue
        away, where = distance(point, line)
        if away <= least:
            best, least = (link, where), away
    return best
