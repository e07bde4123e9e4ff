"""The nodes of a frame: pictures from the cache near by, batched rectangles far off."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from time import perf_counter

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from ui.canvas.rendering.cache import Picture, PixmapCache, scaled
from ui.canvas.rendering.highlights import Highlights, view_rect
from ui.canvas.rendering.overview_layer import OverviewNodes
from ui.canvas.rendering.paint_nodes import RADIUS, NodePainter
from ui.canvas.rendering.paint_state import StatePainter
from ui.canvas.scene.boxes import NodeBox
from ui.canvas.scene.camera import Camera
from ui.canvas.scene.scene import Scene
from ui.canvas.scene.state import CanvasState

BUDGET, HASTE = 0.005, 0.002
"""Seconds of a frame that may go into drawing pictures that the cache lacks, and faces while the zoom changes."""
STEP = 1.4
"""From one scale at which faces are made to the next."""


class NodeLayer:
    """Paints nodes. `wanting` says that pictures are missing or not at the exact scale.

    While the zoom changes no picture is made: nodes are shown by those they have, and by faces where they have none
    or are too small for values.
    """

    def __init__(self, nodes: NodePainter, states: StatePainter, state: CanvasState) -> None:
        self.wanting = False
        self.cache = PixmapCache()
        self._faces = PixmapCache(2**25)
        self._fitted: dict[int, Picture] = {}
        self._fitted_to = (0.0, 0.0)
        self._nodes = nodes
        self._states = states
        self._state = state
        self._theme = nodes.theme
        self._spent = 0.0
        self._far = OverviewNodes(nodes.theme, nodes.line_color)

    def begin(self) -> None:
        """A frame begins."""
        self.wanting = False
        self._spent = 0.0

    def paint(
        self, painter: QPainter, boxes: list[NodeBox], scene: Scene, camera: Camera, look: Highlights
    ) -> None:
        """Paint these nodes."""
        boxes = scene.piled(boxes)
        self._outlines(painter, boxes, camera, look)
        missing = self._put(painter, boxes, camera)
        if missing:
            self._flat(painter, missing, camera)
        if self._state.busy():
            self._live(painter, boxes, camera)

    def paint_far(
        self,
        painter: QPainter,
        boxes: Collection[NodeBox],
        key: object,
        camera: Camera,
        view: QRectF,
        look: Highlights,
    ) -> None:
        """Paint nodes too small for text; equal keys stand for the same boxes in the same places."""
        self._far.paint(painter, boxes, key, camera, view, look.nodes)
        if self._state.busy():
            self._alarms(painter, boxes, camera)

    def sharpen(self, boxes: Iterable[NodeBox], camera: Camera) -> Iterator[None]:
        """Make the pictures of these nodes that the cache lacks at this scale, one by step."""
        scale = camera.zoom * camera.ratio
        full = self._nodes.in_full(scale, camera.ratio)
        for box in boxes:
            picture = self.cache.get(box.content if full else box.plain)
            if picture is None or picture.scale != scale:
                self._make(box, camera)
                yield

    def _put(self, painter: QPainter, boxes: list[NodeBox], camera: Camera) -> list[NodeBox]:
        """Draw the nodes' pictures; returns those that the frame has no time left to make."""
        scale, ratio, steady = camera.zoom * camera.ratio, camera.ratio, camera.steady
        left, top = camera.origin.x(), camera.origin.y()
        full, missing = self._nodes.in_full(scale, ratio), list[NodeBox]()
        if not (full or steady):
            return self._put_faces(painter, boxes, camera)
        for box in boxes:
            picture = self.cache.get(box.content if full else box.plain)
            if picture is None or picture.scale != scale:
                if steady and self._spent < BUDGET:
                    picture = self._make(box, camera)
                else:
                    self.wanting = True
                    picture = picture or self._face(box, scale, ratio)
            if picture is None:
                missing.append(box)
                continue
            x, y = (box.x - left) * scale, (box.y - top) * scale
            if picture.scale == scale:
                at = QPointF((round(x) - picture.pad) / ratio, (round(y) - picture.pad) / ratio)
                painter.drawPixmap(at, picture.pixmap)
                continue
            grown = scale / picture.scale
            pad, area = picture.pad * grown, picture.area
            width, height = area.width() * grown / ratio, area.height() * grown / ratio
            painter.drawPixmap(
                QRectF((x - pad) / ratio, (y - pad) / ratio, width, height), picture.pixmap, area
            )
        return missing

    def _put_faces(self, painter: QPainter, boxes: list[NodeBox], camera: Camera) -> list[NodeBox]:
        """The same while the zoom changes, for nodes that are too small for values.

        Each face is brought to the scale once: where many look alike that takes half the time of scaling it for each.
        """
        self.wanting = True
        scale, ratio = camera.zoom * camera.ratio, camera.ratio
        left, top = camera.origin.x(), camera.origin.y()
        if self._fitted_to != (scale, ratio):
            self._fitted_to = (scale, ratio)
            self._fitted.clear()
        missing = []
        for box in boxes:
            picture = self._fitted.get(box.plain)
            if picture is None:
                face = self._face(box, scale, ratio)
                if face is None:
                    missing.append(box)
                    continue
                picture = self._fitted[box.plain] = scaled(face, scale)
            x, y = round((box.x - left) * scale), round((box.y - top) * scale)
            painter.drawPixmap(QPointF((x - picture.pad) / ratio, (y - picture.pad) / ratio), picture.pixmap)
        return missing

    def _make(self, box: NodeBox, camera: Camera) -> Picture:
        begun = perf_counter()
        scale = camera.zoom * camera.ratio
        picture = self._nodes.picture(box, scale, camera.ratio)
        self.cache.put(box.content if self._nodes.in_full(scale, camera.ratio) else box.plain, picture)
        self._spent += perf_counter() - begun
        return picture

    def _face(self, box: NodeBox, scale: float, ratio: float) -> Picture | None:
        """What nodes share that are equally plain; None where there is none and no time left to make it.

        Faces are made at steps of the scale, so that they last from one zoom to the next.
        """
        known = self.cache.get(box.plain)
        if known is not None and 1 / STEP < scale / known.scale < STEP:
            return known
        step = round(math.log(scale, STEP))
        key = (box.plain, ratio)
        face = self._faces.get((*key, step))
        if face is None and self._spent < HASTE:
            begun = perf_counter()
            face = self._nodes.face(box, STEP**step, ratio)
            self._faces.put((*key, step), face)
            self._spent += perf_counter() - begun
        near = (self._faces.get((*key, other)) for other in (step - 1, step + 1))
        return face or next((found for found in near if found), known)

    def _alarms(self, painter: QPainter, boxes: Collection[NodeBox], camera: Camera) -> None:
        """Far off, a node that runs or failed is one coloured block."""
        state = self._state
        for names, color in ((state.failed, "error"), (state.running, "accent")):
            for box in boxes if names else ():
                if box.id in names:
                    painter.fillRect(view_rect(camera, box.rect), self._theme.color(color))

    def _flat(self, painter: QPainter, boxes: list[NodeBox], camera: Camera) -> None:
        painter.save()
        painter.setWorldTransform(camera.transform(), True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("node"))
        painter.drawRects([box.rect for box in boxes])
        painter.restore()

    def _outlines(self, painter: QPainter, boxes: list[NodeBox], camera: Camera, look: Highlights) -> None:
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
