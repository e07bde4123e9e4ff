"""Resize nodes, frames and notes by their corner; move the points of a link."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from nodegraph.edits import Resize, SetVia
from nodegraph.model.frames import contents
from nodegraph.model.graph import Point
from ui.canvas.interaction.dragged_links import link_of
from ui.canvas.interaction.gesture_context import CTRL, Gesture, GestureContext, Pointer
from ui.canvas.rendering.highlights import view_rect
from ui.canvas.scene.boxes import LinkKey
from ui.canvas.scene.geometry import lay_out, layout_key
from ui.canvas.scene.hit import Hit
from ui.canvas.scene.routing import path_of


class ResizeThing(Gesture):
    """The corner follows the pointer on the grid; letting go applies the size."""

    cursor = Qt.CursorShape.SizeFDiagCursor

    def __init__(self, stage: GestureContext, start: Pointer, hit: Hit) -> None:
        super().__init__(stage)
        self._name = hit.node or hit.frame or hit.note
        self._rect, self._least = self._extent(hit)
        self._grip = self._rect.bottomRight() - start.scene
        self._size = self._rect.size()
        self._begun = False

    def changed(self) -> bool:
        """It ends with what it sizes."""
        graph = self.stage.graph
        return self._name in {*graph.nodes, *graph.frames, *graph.notes}

    def moved(self, pointer: Pointer) -> bool:
        """Show the new size."""
        self._begun = True
        corner = pointer.scene + self._grip
        step = 1.0 if pointer.held(CTRL) else max(1.0, self.stage.habits.snap)
        width = round((corner.x() - self._rect.x()) / step) * step
        height = round((corner.y() - self._rect.y()) / step) * step
        self._size.setWidth(max(self._least[0], width))
        self._size.setHeight(max(self._least[1], height))
        self.stage.repaint()
        return True

    def released(self, pointer: Pointer) -> bool:
        """Apply it."""
        if self._begun and self._size != self._rect.size():
            self.stage.editor.apply(Resize({self._name: (self._size.width(), self._size.height())}))
        self.stage.repaint()
        return False

    def cancel(self) -> None:
        """Leave the size."""
        self.stage.repaint()

    def paint(self, painter: QPainter) -> None:
        """The new outline."""
        painter.setPen(QPen(self.stage.theme.color("accent"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        rect = view_rect(self.stage.camera, QRectF(self._rect.topLeft(), self._size))
        painter.drawRoundedRect(rect, 6, 6)

    def _extent(self, hit: Hit) -> tuple[QRectF, Point]:
        stage = self.stage
        if hit.node:
            box = stage.scene.nodes[hit.node]
            bare = replace(box.node, size=None)
            aspect = stage.scene.shown_aspect(hit.node)
            turned = stage.scene.turned.get(hit.node, frozenset())
            key = layout_key(box.spec, bare, box.linked_out, stage.scene.metrics, turned, aspect)
            natural = lay_out(key)
            return QRectF(box.rect), (natural.width, natural.height)
        if hit.frame:
            frame = stage.graph.frames[hit.frame]
            held = contents(stage.graph, [frame.id])
            rects = [stage.scene.nodes[m].rect for m in held.nodes if m in stage.scene.nodes]
            rects += [QRectF(*stage.graph.frames[f].rect) for f in held.frames if f != frame.id]
            right = max((r.right() for r in rects), default=0.0) - frame.rect[0] + 8
            bottom = max((r.bottom() for r in rects), default=0.0) - frame.rect[1] + 8
            return QRectF(*frame.rect), (max(96.0, right), max(64.0, bottom))
        note = stage.graph.notes[hit.note]
        return QRectF(*note.pos, *note.size), (80.0, 48.0)


class MoveReroute(Gesture):
    """A point of a link follows the pointer on the grid."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, stage: GestureContext, key: LinkKey, point: int) -> None:
        super().__init__(stage)
        self._key = key
        self._point = point
        self._via = list(stage.scene.links[key].source.via)
        self._begun = False
        stage.look.hidden = frozenset((key,))

    def changed(self) -> bool:
        """It ends with its link, or where that has other points now."""
        link = self.stage.scene.links.get(self._key)
        return link is not None and len(link.source.via) == len(self._via)

    def moved(self, pointer: Pointer) -> bool:
        """Move the point."""
        self._begun = True
        step = 1.0 if pointer.held(CTRL) else max(1.0, self.stage.habits.snap)
        at = pointer.scene
        self._via[self._point] = (round(at.x() / step) * step, round(at.y() / step) * step)
        self.stage.repaint()
        return True

    def released(self, pointer: Pointer) -> bool:
        """Apply it."""
        self.cancel()
        link = link_of(self.stage.graph, self._key)
        if self._begun and tuple(self._via) != link.source.via:
            self.stage.editor.apply(SetVia(link, tuple(self._via)))
        return False

    def cancel(self) -> None:
        """Leave the point."""
        self.stage.look.hidden = frozenset()
        self.stage.repaint()

    def paint(self, painter: QPainter) -> None:
        """The link on its new way."""
        link = self.stage.scene.links[self._key]
        painter.save()
        painter.setWorldTransform(self.stage.camera.transform(), True)
        painter.setPen(QPen(self.stage.theme.color("accent"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path_of((link.points[0], *self._via, link.points[-1]), link.style))
        painter.setBrush(self.stage.theme.color("accent"))
        for point in self._via:
            painter.drawEllipse(QPointF(*point), 5, 5)
        painter.restore()
