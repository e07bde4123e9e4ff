"""What lies under the nodes: grid, frames, links, notes; kept as one pixmap that panning scrolls."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap, QRegion

from ui.canvas.boxes import LinkBox, LinkKey
from ui.canvas.camera import Camera
from ui.canvas.look import STILL, Look, Moving, is_far, scene_rect, view_rect
from ui.canvas.paint_frames import FramePainter, frame_rects
from ui.canvas.paint_grid import GridPainter
from ui.canvas.paint_links import LinkPainter
from ui.canvas.scene import Scene


class Ground:
    """Paints what does not move; what moves is left out of it."""

    def __init__(self, grid: GridPainter, frames: FramePainter, links: LinkPainter) -> None:
        self._grid = grid
        self._frames = frames
        self._links = links
        self._pixmap: QPixmap | None = None
        self._key: object = None
        self._at = (0, 0)
        self._zoom = 0.0
        self._lines: tuple[object, dict[str, list[QLineF]]] | None = None

    def paint(
        self, painter: QPainter, rect: QRectF, scene: Scene, camera: Camera, look: Look, moving: Moving
    ) -> None:
        """Paint `rect` of the view; while the zoom changes directly, otherwise from the pixmap."""
        if camera.zoom != self._zoom:
            self._zoom = camera.zoom
            self._pixmap = None
            self._draw(painter, rect, scene, camera, look, moving)
        else:
            painter.drawPixmap(0, 0, self._current(scene, camera, look, moving))
        self._special(painter, scene, camera, look, moving)

    def _current(self, scene: Scene, camera: Camera, look: Look, moving: Moving) -> QPixmap:
        key = (
            scene.version,
            camera.zoom,
            camera.ratio,
            camera.size.width(),
            camera.size.height(),
            look.frames,
            look.notes,
            look.hidden,
            look.links.dimmed,
            moving.things(),
        )
        scale = camera.zoom * camera.ratio
        at = (round(camera.origin.x() * scale), round(camera.origin.y() * scale))
        if self._pixmap is None or key != self._key:
            self._pixmap = QPixmap((camera.size * camera.ratio).toSize())
            self._pixmap.setDevicePixelRatio(camera.ratio)
            self._fill(self._pixmap, [QRectF(QPointF(0, 0), camera.size)], scene, camera, look, moving)
        elif at != self._at:
            self._scroll(self._pixmap, self._at[0] - at[0], self._at[1] - at[1], scene, camera, look, moving)
        self._key, self._at = key, at
        return self._pixmap

    def _scroll(
        self,
        pixmap: QPixmap,
        dx: int,
        dy: int,
        scene: Scene,
        camera: Camera,
        look: Look,
        moving: Moving,
    ) -> None:
        width, height = pixmap.width(), pixmap.height()
        if abs(dx) >= width // 2 or abs(dy) >= height // 2:
            exposed = [QRectF(0, 0, width, height)]
        else:
            pixmap.scroll(dx, dy, 0, 0, width, height, QRegion())
            exposed = []
            if dx:
                exposed.append(QRectF(0 if dx > 0 else width + dx, 0, abs(dx), height))
            if dy:
                exposed.append(QRectF(0, 0 if dy > 0 else height + dy, width, abs(dy)))
        ratio = camera.ratio
        rects = [QRectF(r.x() / ratio, r.y() / ratio, r.width() / ratio, r.height() / ratio) for r in exposed]
        self._fill(pixmap, rects, scene, camera, look, moving)

    def _fill(
        self,
        pixmap: QPixmap,
        rects: list[QRectF],
        scene: Scene,
        camera: Camera,
        look: Look,
        moving: Moving,
    ) -> None:
        painter = QPainter(pixmap)
        for rect in rects:
            painter.setClipRect(rect)
            self._draw(painter, rect, scene, camera, look, moving)
        painter.end()

    def _draw(
        self, painter: QPainter, rect: QRectF, scene: Scene, camera: Camera, look: Look, moving: Moving
    ) -> None:
        self._grid.paint(painter, rect, camera)
        self.put_frames(painter, rect, scene, camera, look, frozenset(scene.graph.frames) - moving.frames)
        around = scene_rect(camera, rect)
        if is_far(camera) and not moving.nodes and not look.hidden and scene.within(around):
            self._all(painter, scene, camera)
        else:
            links = scene.links_in(around)
            if moving.nodes or look.hidden:
                links = [k for k in links if not _touches(k, moving.nodes) and k.key not in look.hidden]
            self.put_links(painter, links, around, camera, look)
        self.put_notes(painter, scene, camera, look, frozenset(scene.graph.notes) - moving.notes)

    def _all(self, painter: QPainter, scene: Scene, camera: Camera) -> None:
        """Every link of the scene as lines, grouped once for each state of the scene."""
        if self._lines is None or self._lines[0] != scene.version:
            groups: dict[str, list[QLineF]] = {}
            for link in scene.links.values():
                if not link.source.portal:
                    groups.setdefault(link.type, []).append(link.line)
            self._lines = (scene.version, groups)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setWorldTransform(camera.transform(), True)
        self._links.lines(painter, self._lines[1])
        painter.restore()

    def put_links(
        self, painter: QPainter, links: list[LinkBox], around: QRectF, camera: Camera, look: Look
    ) -> None:
        """Paint links; `around` is the part of the scene in sight."""
        painter.save()
        painter.setWorldTransform(camera.transform(), True)
        far = is_far(camera)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not far)
        if far:
            self._links.far(painter, links)
        else:
            self._links.near(painter, links, camera.zoom, around, look.links.dimmed)
        painter.restore()

    def put_frames(
        self,
        painter: QPainter,
        rect: QRectF,
        scene: Scene,
        camera: Camera,
        look: Look,
        names: frozenset[str],
    ) -> None:
        """Paint these frames where `rect` of the view shows them."""
        if not names:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for frame, place in frame_rects(scene.graph.frames.values()):
            seen = view_rect(camera, place)
            if frame.id in names and seen.adjusted(0, -32, 0, 0).intersects(rect):
                self._frames.frame(painter, frame, seen, camera.zoom, frame.id in look.frames)

    def put_notes(
        self, painter: QPainter, scene: Scene, camera: Camera, look: Look, names: frozenset[str]
    ) -> None:
        """Paint these notes."""
        for note in scene.graph.notes.values() if names else ():
            if note.id in names:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                rect = view_rect(camera, QRectF(*note.pos, *note.size))
                self._frames.note(painter, note, rect, camera.zoom, camera.ratio, note.id in look.notes)

    def _special(self, painter: QPainter, scene: Scene, camera: Camera, look: Look, moving: Moving) -> None:
        marked = look.links
        keys = {*marked.selected, *marked.cut, *([marked.hovered] if marked.hovered else [])}
        links = [k for key in keys if (k := scene.links.get(LinkKey(*key))) and not _touches(k, moving.nodes)]
        links = [link for link in links if link.key not in look.hidden]
        if links:
            painter.save()
            painter.setWorldTransform(camera.transform(), True)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            self._links.special(painter, links, camera.zoom, marked)
            painter.restore()


def _touches(link: LinkBox, names: frozenset[str]) -> bool:
    return link.key.target in names or link.source.node in names


__all__ = ["STILL", "Ground"]
