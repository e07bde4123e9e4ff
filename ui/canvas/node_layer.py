"""The nodes of a frame: pictures from the cache near by, batched rectangles far off."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from time import perf_counter

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from ui.canvas.boxes import NodeBox
from ui.canvas.cache import Picture, PixmapCache
from ui.canvas.camera import Camera
from ui.canvas.far import FarNodes
from ui.canvas.look import Look, view_rect
from ui.canvas.paint_nodes import RADIUS, NodePainter, look_of
from ui.canvas.paint_state import StatePainter
from ui.canvas.scene import Scene
from ui.canvas.state import CanvasState

BUDGET, HASTE = 0.005, 0.002
"""Seconds of a frame that may go into drawing pictures that the cache lacks, and faces while the zoom changes."""
LEAST, MOST = 0.7, 1.5
"""How much smaller and larger than it was made a face may be shown."""


class NodeLayer:
    """Paints nodes. `wanting` says that pictures are missing or not at the exact scale.

    While the zoom changes no picture is made: nodes are shown by those they have, the others by faces without values.
    """

    def __init__(self, nodes: NodePainter, states: StatePainter, state: CanvasState) -> None:
        self.wanting = False
        self.cache = PixmapCache()
        self._faces = PixmapCache(2**24)
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
        missing = [box for box in boxes if not self._put(painter, box, camera)]
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
        look: Look,
    ) -> None:
        """Paint nodes too small for text; equal keys stand for the same boxes in the same places."""
        chosen = [box.rect for box in boxes if box.id in look.nodes] if look.nodes else []
        self._far.paint(painter, boxes, key, camera, view, chosen)
        if self._state.busy():
            self._alarms(painter, boxes, camera)

    def sharpen(self, boxes: Iterable[NodeBox], camera: Camera) -> Iterator[None]:
        """Make the pictures of these nodes that the cache lacks at this scale, one by step."""
        scale = camera.zoom * camera.ratio
        for box in boxes:
            picture = self.cache.get(box.content)
            if picture is None or picture.scale != scale:
                self._make(box, camera)
                yield

    def _put(self, painter: QPainter, box: NodeBox, camera: Camera) -> bool:
        """Draw a node's picture; False where the frame has no time left to make it."""
        scale, ratio = camera.zoom * camera.ratio, camera.ratio
        picture = self.cache.get(box.content)
        exact = picture is not None and picture.scale == scale
        if not exact and camera.steady and self._spent < BUDGET:
            picture, exact = self._make(box, camera), True
        self.wanting = self.wanting or not exact
        picture = picture or self._face(box, scale, ratio)
        if picture is None:
            return False
        x = (box.x - camera.origin.x()) * scale
        y = (box.y - camera.origin.y()) * scale
        if exact:
            at = QPointF((round(x) - picture.pad) / ratio, (round(y) - picture.pad) / ratio)
            painter.drawPixmap(at, picture.pixmap)
            return True
        grown = scale / picture.scale
        size = picture.pixmap.size()
        pad = picture.pad * grown
        target = QRectF(
            (x - pad) / ratio, (y - pad) / ratio, size.width() * grown / ratio, size.height() * grown / ratio
        )
        painter.drawPixmap(target, picture.pixmap, QRectF(picture.pixmap.rect()))
        return True

    def _make(self, box: NodeBox, camera: Camera) -> Picture:
        begun = perf_counter()
        scale = camera.zoom * camera.ratio
        picture = self._nodes.picture(box, scale, camera.ratio)
        self.cache.put(box.content, picture)
        self._spent += perf_counter() - begun
        return picture

    def _face(self, box: NodeBox, scale: float, ratio: float) -> Picture | None:
        """What nodes that look alike but for their values share; None where the frame has no time left to make it."""
        key = look_of(box)
        face = self._faces.get(key)
        fits = face is not None and LEAST <= scale / face.scale <= MOST
        if not fits and self._spent < HASTE:
            begun = perf_counter()
            face = self._nodes.face(box, scale, ratio)
            self._faces.put(key, face)
            self._spent += perf_counter() - begun
        return face

    def _alarms(self, painter: QPainter, boxes: Collection[NodeBox], camera: Camera) -> None:
        """Far off, a node that runs or failed is one coloured block."""
        colors = {"running": "accent", "failed": "error"}
        shown = {name: colors[s.status] for name, s in self._state.states().items() if s.status in colors}
        for box in boxes if shown else ():
            if box.id in shown:
                painter.fillRect(view_rect(camera, box.rect), self._theme.color(shown[box.id]))

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
