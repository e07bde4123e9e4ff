"""The nodes of a frame: pictures from the cache near by, batched rectangles far off."""

from __future__ import annotations

from collections.abc import Collection
from time import perf_counter

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from ui.canvas.boxes import NodeBox
from ui.canvas.cache import PixmapCache
from ui.canvas.camera import Camera
from ui.canvas.far import FarNodes
from ui.canvas.look import Look, view_rect
from ui.canvas.paint_nodes import RADIUS, NodePainter
from ui.canvas.paint_state import StatePainter
from ui.canvas.scene import Scene
from ui.canvas.state import CanvasState

BUDGET, HASTE = 0.005, 0.002
"""Seconds of a frame that may go into drawing pictures that the cache lacks; fewer while the zoom changes."""


class NodeLayer:
    """Paints nodes. `wanting` says that pictures are missing or not at the exact scale; `exact` asks for it."""

    def __init__(self, nodes: NodePainter, states: StatePainter, state: CanvasState) -> None:
        self.wanting = False
        self.exact = True
        self.cache = PixmapCache()
        self._nodes = nodes
        self._states = states
        self._state = state
        self._theme = nodes.theme
        self._spent = 0.0
        self._far = FarNodes(nodes.theme, nodes.line_color)

    def begin(self) -> None:
        """A frame begins."""
        self.wanting = False
        self._spent = 0.0

    def paint(
        self, painter: QPainter, boxes: list[NodeBox], scene: Scene, camera: Camera, look: Look
    ) -> None:
        """Paint these nodes."""
        boxes = sorted(boxes, key=lambda box: scene.height_of(box.id))
        self._outlines(painter, boxes, camera, look)
        missing = [box for box in boxes if not self._put(painter, box, scene, camera)]
        if missing:
            self._flat(painter, missing, camera)
        if self._state.busy():
            self._live(painter, boxes, camera)

    def paint_far(
        self, painter: QPainter, boxes: Collection[NodeBox], key: object, camera: Camera, look: Look
    ) -> None:
        """Paint nodes too small for text; equal keys stand for the same boxes in the same places."""
        chosen = [box.rect for box in boxes if box.id in look.nodes] if look.nodes else []
        self._far.paint(painter, boxes, key, camera, chosen)
        if self._state.busy():
            self._alarms(painter, boxes, camera)

    def _put(self, painter: QPainter, box: NodeBox, scene: Scene, camera: Camera) -> bool:
        """Draw a node's picture; False where the frame has no time left to make it."""
        scale, ratio = camera.zoom * camera.ratio, camera.ratio
        picture = self.cache.get(box.content)
        stale = picture is None or (self.exact and picture.scale != scale)
        if stale and self._spent < (BUDGET if self.exact else HASTE):
            begun = perf_counter()
            picture = self._nodes.picture(box, scale, ratio, box.id in scene.unfolded)
            self.cache.put(box.content, picture)
            self._spent += perf_counter() - begun
        if picture is None:
            self.wanting = True
            return False
        x = (box.x - camera.origin.x()) * scale
        y = (box.y - camera.origin.y()) * scale
        if picture.scale == scale:
            at = QPointF((round(x) - picture.pad) / ratio, (round(y) - picture.pad) / ratio)
            painter.drawPixmap(at, picture.pixmap)
            return True
        self.wanting = True
        grown = scale / picture.scale
        size = picture.pixmap.size()
        pad = picture.pad * grown
        target = QRectF(
            (x - pad) / ratio, (y - pad) / ratio, size.width() * grown / ratio, size.height() * grown / ratio
        )
        painter.drawPixmap(target, picture.pixmap, QRectF(picture.pixmap.rect()))
        return True

    def _alarms(self, painter: QPainter, boxes: Collection[NodeBox], camera: Camera) -> None:
        """Far off, a node that runs or failed is one coloured block."""
        for box in boxes:
            status = self._state.of(box.id).status
            if status in ("running", "failed"):
                name = "error" if status == "failed" else "accent"
                painter.fillRect(view_rect(camera, box.rect), self._theme.color(name))

    def _flat(self, painter: QPainter, boxes: list[NodeBox], camera: Camera) -> None:
        painter.save()
        painter.setWorldTransform(camera.transform(), True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("node"))
        painter.drawRects([box.rect for box in boxes])
        painter.restore()

    def _outlines(self, painter: QPainter, boxes: list[NodeBox], camera: Camera, look: Look) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for box in boxes:
            chosen = box.id in look.nodes
            if not chosen and box.id != look.hovered:
                continue
            color = self._theme.color("accent") if chosen else self._theme.color("muted", 0.55)
            width = 2.0 if chosen else 1.0
            painter.setPen(QPen(color, width))
            rect = view_rect(camera, box.rect)
            grow = width / 2
            radius = RADIUS * camera.zoom + grow
            painter.drawRoundedRect(rect.adjusted(-grow, -grow, grow, grow), radius, radius)

    def _live(self, painter: QPainter, boxes: list[NodeBox], camera: Camera) -> None:
        transform = camera.transform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for box in boxes:
            if self._state.shows(box.id):
                painter.save()
                painter.setWorldTransform(transform, True)
                painter.translate(box.x, box.y)
                self._states.paint(painter, box, camera.zoom, camera.ratio)
                painter.restore()
