"""A line drawn across links: cut them, mute them, or put a reroute point on each."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from nodegraph.edits import Batch, Disconnect, Edit, MuteLink, SetVia
from nodegraph.model.graph import Link, Point
from nodegraph.support.messages import Phrase
from ui.canvas.interaction.dragged_links import link_of, links_of
from ui.canvas.interaction.gesture_context import Gesture, GestureContext, Pointer
from ui.canvas.scene.boxes import LinkBox, LinkKey
from ui.canvas.scene.routing import crossing, distance

Purpose = Literal["cut", "mute", "reroute"]


class Stroke(Gesture):
    """What the line crosses lights up; letting go makes it one step of undo."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, stage: GestureContext, start: Pointer, purpose: Purpose) -> None:
        super().__init__(stage)
        self._purpose = purpose
        self._points: list[Point] = [(start.scene.x(), start.scene.y())]
        self._crossed: dict[LinkKey, Point] = {}

    def changed(self) -> bool:
        """Links that are gone are not crossed."""
        links = self.stage.scene.links
        self._crossed = {key: point for key, point in self._crossed.items() if key in links}
        return True

    def moved(self, pointer: Pointer) -> bool:
        """Draw on, and see what the new piece crosses."""
        last, now = self._points[-1], (pointer.scene.x(), pointer.scene.y())
        if last == now:
            return True
        self._points.append(now)
        rect = QRectF(QPointF(*last), QPointF(*now)).normalized().adjusted(-1, -1, 1, 1)
        for link in self.stage.scene.links_in(rect):
            if link.key not in self._crossed and not link.source.portal:
                point = crossing(link.polyline(), (last, now))
                if point is not None:
                    self._crossed[link.key] = point
        if self._purpose != "reroute":
            self._mark(frozenset(self._crossed))
        self.stage.repaint()
        return True

    def released(self, pointer: Pointer) -> bool:
        """Do it."""
        edit = self._edit()
        self.cancel()
        if edit is not None:
            self.stage.editor.apply(edit)
        return False

    def cancel(self) -> None:
        """Forget the line."""
        self._mark(frozenset())
        self.stage.repaint()

    def paint(self, painter: QPainter) -> None:
        """The line, and points where reroutes will be."""
        camera, theme = self.stage.camera, self.stage.theme
        name = {"cut": "error", "mute": "warning", "reroute": "accent"}[self._purpose]
        painter.setPen(QPen(theme.color(name), 1.4, Qt.PenStyle.DashLine))
        painter.drawPolyline(QPolygonF([camera.to_view(QPointF(*point)) for point in self._points]))
        if self._purpose == "reroute":
            painter.setBrush(theme.color(name))
            for point in self._crossed.values():
                painter.drawEllipse(camera.to_view(QPointF(*point)), 4, 4)

    def _mark(self, keys: frozenset[LinkKey]) -> None:
        look = self.stage.look
        look.links = replace(look.links, cut=keys)

    def _edit(self) -> Edit | None:
        graph = self.stage.graph
        links = links_of(graph, self._crossed)
        if not links:
            return None
        if self._purpose == "cut":
            return Disconnect(links)
        if self._purpose == "mute":
            return MuteLink(links, not all(link.source.muted for link in links))
        edits = tuple(
            rerouted(self.stage.scene.links[key], link_of(graph, key), point)
            for key, point in self._crossed.items()
        )
        return (
            edits[0] if len(edits) == 1 else Batch(edits, Phrase("Reroute {count} links", count=len(edits)))
        )


class CutHeld(Gesture):
    """While Y is held every drag with the left button cuts."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, stage: GestureContext) -> None:
        super().__init__(stage)
        self._stroke: Stroke | None = None

    @property
    def held(self) -> bool:
        """The key is, the button need not be."""
        return False

    def changed(self) -> bool:
        """As the line."""
        return self._stroke is None or self._stroke.changed()

    def pressed(self, pointer: Pointer) -> bool:
        """A line begins."""
        self._stroke = Stroke(self.stage, pointer, "cut")
        return True

    def moved(self, pointer: Pointer) -> bool:
        """The line goes on."""
        return self._stroke is None or self._stroke.moved(pointer)

    def released(self, pointer: Pointer) -> bool:
        """Cut, and wait for another line."""
        if self._stroke is not None:
            self._stroke.released(pointer)
            self._stroke = None
        return True

    def cancel(self) -> None:
        """Forget the line that is being drawn."""
        if self._stroke is not None:
            self._stroke.cancel()

    def paint(self, painter: QPainter) -> None:
        """The line."""
        if self._stroke is not None:
            self._stroke.paint(painter)


def rerouted(box: LinkBox, link: Link, point: Point) -> SetVia:
    """Put a reroute point on a link, between the points that it lies between."""
    snapped = (round(point[0] / 8) * 8.0, round(point[1] / 8) * 8.0)
    via = link.source.via
    line = box.polyline()
    where = distance(point, line)[1]
    before = sum(1 for old in via if distance(old, line)[1] < where)
    return SetVia(link, (*via[:before], snapped, *via[before:]))
