"""One frame of the canvas: which things are seen, at which detail, in which order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from time import perf_counter

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from nodegraph.graph import Point
from ui.canvas.boxes import LinkBox, LinkKey, NodeBox
from ui.canvas.cache import PixmapCache
from ui.canvas.camera import Camera
from ui.canvas.geometry import Metrics
from ui.canvas.paint_frames import FramePainter, frame_rects
from ui.canvas.paint_grid import GridPainter
from ui.canvas.paint_links import LinkPainter, Marked
from ui.canvas.paint_nodes import FULL_TEXT, PAD, PLATE_TEXT, RADIUS, NodePainter
from ui.canvas.paint_state import StatePainter
from ui.canvas.routing import path_of
from ui.canvas.scene import Scene
from ui.canvas.state import CanvasState
from ui.canvas.text import TextPainter
from ui.theme.palette import Theme

BUDGET = 0.006
"""Seconds of a frame that may go into drawing pictures that the cache lacks."""


@dataclass(frozen=True)
class Moving:
    """What is being dragged, and how far in scene units; the rest of the scene stands still meanwhile."""

    nodes: frozenset[str] = frozenset()
    frames: frozenset[str] = frozenset()
    notes: frozenset[str] = frozenset()
    by: Point = (0.0, 0.0)


@dataclass
class Look:
    """What stands out in this frame."""

    nodes: frozenset[str] = frozenset()
    frames: frozenset[str] = frozenset()
    notes: frozenset[str] = frozenset()
    links: Marked = field(default_factory=Marked)
    hovered: str = ""
    hidden: frozenset[LinkKey] = frozenset()


STILL = Moving()


class Renderer:
    """Paints a scene through a camera. `wanting` says that pictures are missing or not at the exact scale."""

    def __init__(self, theme: Theme, metrics: Metrics, text: TextPainter, state: CanvasState) -> None:
        self.theme = theme
        self.wanting = False
        self.exact = True
        self.cache = PixmapCache()
        self._grid = GridPainter(theme)
        self._links = LinkPainter(theme, text)
        self._nodes = NodePainter(theme, metrics, text)
        self._frames = FramePainter(theme, text)
        self._states = StatePainter(theme, text, state)
        self._state = state
        self._spent = 0.0
        self._static: tuple[object, QPixmap] | None = None
        self._shades: dict[str, QColor] = {}

    @property
    def link_painter(self) -> LinkPainter:
        """Draws single links, for what gestures show."""
        return self._links

    def frame(
        self,
        painter: QPainter,
        rect: QRectF,
        scene: Scene,
        camera: Camera,
        look: Look,
        moving: Moving = STILL,
    ) -> None:
        """Paint `rect` of the view."""
        self.wanting = False
        self._spent = 0.0
        if moving is STILL:
            self._static = None
            self._ground(painter, rect, scene, camera, look, moving)
            seen = scene.nodes_in(_scene_rect(camera, rect))
            self._put_nodes(painter, seen, scene, camera, look)
            return
        painter.drawPixmap(0, 0, self._still(scene, camera, look, moving))
        self._put_moving(painter, scene, camera, look, moving)

    def forget(self) -> None:
        """Drop the picture of what stands still during a drag."""
        self._static = None

    def _still(self, scene: Scene, camera: Camera, look: Look, moving: Moving) -> QPixmap:
        """Everything that does not move, drawn once for a drag at one place of the camera."""
        key = (
            id(scene.graph),
            camera.place(),
            camera.size.width(),
            camera.size.height(),
            camera.ratio,
            moving.nodes,
            moving.frames,
            moving.notes,
            look.links.cut,
        )
        if self._static is not None and self._static[0] == key and not self.wanting:
            return self._static[1]
        pixmap = QPixmap((camera.size * camera.ratio).toSize())
        pixmap.setDevicePixelRatio(camera.ratio)
        painter = QPainter(pixmap)
        view = QRectF(QPointF(0, 0), camera.size)
        self._ground(painter, view, scene, camera, look, moving)
        seen = [box for box in scene.nodes_in(_scene_rect(camera, view)) if box.id not in moving.nodes]
        self._put_nodes(painter, seen, scene, camera, look)
        painter.end()
        self._static = (key, pixmap)
        return pixmap

    def _ground(
        self, painter: QPainter, rect: QRectF, scene: Scene, camera: Camera, look: Look, moving: Moving
    ) -> None:
        self._grid.paint(painter, rect, camera)
        self._put_frames(painter, scene, camera, look, set(scene.graph.frames) - moving.frames)
        around = _scene_rect(camera, rect)
        links: Iterable[LinkBox] = scene.links_in(around)
        if moving.nodes or look.hidden:
            links = [
                link for link in links if not _touches(link, moving.nodes) and link.key not in look.hidden
            ]
        self._put_links(painter, links, camera, look)
        self._put_notes(painter, scene, camera, look, set(scene.graph.notes) - moving.notes)

    def _put_moving(
        self, painter: QPainter, scene: Scene, camera: Camera, look: Look, moving: Moving
    ) -> None:
        shift = QPointF(*moving.by) * camera.zoom
        painter.save()
        painter.translate(shift)
        self._put_frames(painter, scene, camera, look, moving.frames)
        painter.restore()
        self._put_stretched(painter, scene, camera, look, moving)
        view = _scene_rect(camera, QRectF(QPointF(0, 0), camera.size)).translated(
            -moving.by[0], -moving.by[1]
        )
        boxes = [box for name in moving.nodes if (box := scene.nodes.get(name)) and box.rect.intersects(view)]
        painter.save()
        painter.translate(_snapped(shift, camera.ratio))
        self._put_nodes(painter, boxes, scene, camera, look)
        self._put_notes(painter, scene, camera, look, moving.notes)
        painter.restore()

    def _put_stretched(
        self, painter: QPainter, scene: Scene, camera: Camera, look: Look, moving: Moving
    ) -> None:
        """The links of what moves: those with one end in it are drawn anew, the others shifted."""
        dx, dy = moving.by
        keys = {key for name in moving.nodes for key in scene.links_of(name)} - look.hidden
        links = [scene.links[key] for key in keys]
        inner = [
            link for link in links if link.key.target in moving.nodes and link.source.node in moving.nodes
        ]
        outer = [
            link for link in links if (link.key.target in moving.nodes) != (link.source.node in moving.nodes)
        ]
        painter.save()
        painter.translate(dx * camera.zoom, dy * camera.zoom)
        self._put_links(painter, inner, camera, look)
        painter.restore()
        painter.save()
        painter.setWorldTransform(camera.transform(), True)
        if camera.zoom * 12 < PLATE_TEXT:
            groups: dict[str, list[QLineF]] = {}
            for link in outer:
                (x1, y1), (x2, y2) = stretched(link, moving)
                groups.setdefault(link.type, []).append(QLineF(x1, y1, x2, y2))
            self._links.lines(painter, groups)
        else:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for link in outer:
                start, end = stretched(link, moving)
                painter.setPen(self._links.pen(link.type, camera.zoom, link.source.muted))
                painter.drawPath(path_of((start, *link.source.via, end), link.style))
        painter.restore()

    def _put_frames(
        self, painter: QPainter, scene: Scene, camera: Camera, look: Look, names: Iterable[str]
    ) -> None:
        wanted = set(names)
        if not wanted:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for frame, rect in frame_rects(scene.graph.frames.values()):
            if frame.id in wanted:
                seen = _view_rect(camera, rect)
                self._frames.frame(painter, frame, seen, camera.zoom, frame.id in look.frames)

    def _put_notes(
        self, painter: QPainter, scene: Scene, camera: Camera, look: Look, names: Iterable[str]
    ) -> None:
        for name in names:
            note = scene.graph.notes.get(name)
            if note is not None:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                rect = _view_rect(camera, QRectF(*note.pos, *note.size))
                self._frames.note(painter, note, rect, camera.zoom, camera.ratio, name in look.notes)

    def _put_links(self, painter: QPainter, links: Iterable[LinkBox], camera: Camera, look: Look) -> None:
        painter.save()
        painter.setWorldTransform(camera.transform(), True)
        far = camera.zoom * 12 < PLATE_TEXT
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not far)
        if far:
            self._links.far(painter, links, look.links)
        else:
            self._links.near(painter, links, camera.zoom, look.links)
        painter.restore()

    def _put_nodes(
        self, painter: QPainter, boxes: list[NodeBox], scene: Scene, camera: Camera, look: Look
    ) -> None:
        if camera.zoom * 12 < PLATE_TEXT:
            self._far(painter, boxes, camera, look)
            return
        boxes = sorted(boxes, key=lambda box: scene.height_of(box.id))
        missing = [box for box in boxes if not self._put(painter, box, scene, camera)]
        if missing:
            self._flat(painter, missing, camera)
        self._outlines(painter, boxes, camera, look)
        self._live(painter, boxes, camera)

    def _put(self, painter: QPainter, box: NodeBox, scene: Scene, camera: Camera) -> bool:
        """Draw a node's picture; False where the frame has no time left to make it."""
        scale, ratio = camera.zoom * camera.ratio, camera.ratio
        picture = self.cache.get(box.content)
        stale = picture is None or (self.exact and picture.scale != scale)
        if stale and self._spent < BUDGET:
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

    def _far(self, painter: QPainter, boxes: list[NodeBox], camera: Camera, look: Look) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setWorldTransform(camera.transform(), True)
        painter.setPen(Qt.PenStyle.NoPen)
        groups: dict[str, list[QRectF]] = {}
        for box in boxes:
            strips = groups.get(box.spec.category)
            if strips is None:
                strips = groups[box.spec.category] = []
                self._shades[box.spec.category] = self._nodes.line_color(box)
            strips.append(box.strip)
        painter.setBrush(self.theme.color("raised"))
        painter.drawRects([box.rect for box in boxes])
        for category, strips in groups.items():
            painter.setBrush(self._shades[category])
            painter.drawRects(strips)
        chosen = [box.rect for box in boxes if box.id in look.nodes] if look.nodes else []
        if chosen:
            pen = QPen(self.theme.color("accent"), 2)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.setBrush(self.theme.color("accent", 0.35))
            painter.drawRects(chosen)
        painter.restore()
        self._alarms(painter, boxes, camera)

    def _alarms(self, painter: QPainter, boxes: list[NodeBox], camera: Camera) -> None:
        """Far off, a node that runs or failed is one coloured block."""
        for box in boxes if self._state.busy() else ():
            status = self._state.of(box.id).status
            if status in ("running", "failed"):
                name = "error" if status == "failed" else "accent"
                painter.fillRect(_view_rect(camera, box.rect), self.theme.color(name, 0.8))

    def _flat(self, painter: QPainter, boxes: list[NodeBox], camera: Camera) -> None:
        painter.save()
        painter.setWorldTransform(camera.transform(), True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("node"))
        painter.drawRects([box.rect for box in boxes])
        painter.restore()

    def _outlines(self, painter: QPainter, boxes: list[NodeBox], camera: Camera, look: Look) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for box in boxes:
            chosen = box.id in look.nodes
            if not chosen and box.id != look.hovered:
                continue
            color = self.theme.color("accent") if chosen else QColor(self.theme.color("muted", 0.6))
            painter.setPen(QPen(color, 2.0 if chosen else 1.0))
            rect = _view_rect(camera, box.rect)
            grow = 1.0 if chosen else 0.0
            radius = RADIUS * camera.zoom + grow
            painter.drawRoundedRect(rect.adjusted(-grow, -grow, grow, grow), radius, radius)

    def _live(self, painter: QPainter, boxes: list[NodeBox], camera: Camera) -> None:
        if not self._state.busy():
            return
        transform = camera.transform()
        for box in boxes:
            if self._state.shows(box.id):
                painter.save()
                painter.setWorldTransform(transform, True)
                painter.translate(box.x, box.y)
                self._states.paint(painter, box, camera.zoom)
                painter.restore()


def stretched(link: LinkBox, moving: Moving) -> tuple[Point, Point]:
    """The ends of a link while one of its nodes is dragged."""
    start, end = link.points[0], link.points[-1]
    dx, dy = moving.by
    if link.source.node in moving.nodes:
        start = (start[0] + dx, start[1] + dy)
    if link.key.target in moving.nodes:
        end = (end[0] + dx, end[1] + dy)
    return start, end


def _touches(link: LinkBox, names: frozenset[str]) -> bool:
    return link.key.target in names or link.source.node in names


def _scene_rect(camera: Camera, rect: QRectF) -> QRectF:
    margin = PAD * 2
    top_left = camera.to_scene(rect.topLeft())
    size = rect.size() / camera.zoom
    return QRectF(top_left, size).adjusted(-margin, -margin, margin, margin)


def _view_rect(camera: Camera, rect: QRectF) -> QRectF:
    zoom, origin = camera.zoom, camera.origin
    return QRectF(
        (rect.x() - origin.x()) * zoom,
        (rect.y() - origin.y()) * zoom,
        rect.width() * zoom,
        rect.height() * zoom,
    )


def _snapped(shift: QPointF, ratio: float) -> QPointF:
    return QPointF(round(shift.x() * ratio) / ratio, round(shift.y() * ratio) / ratio)


__all__ = ["FULL_TEXT", "STILL", "Look", "Moving", "Renderer", "stretched"]
