"""What lies under the nodes: grid, frames, links, notes; kept as one pixmap that panning scrolls."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from ui.canvas.rendering.highlights import STILL, Highlights, Moving, is_far, scene_rect, view_rect
from ui.canvas.rendering.overview_layer import OverviewLinks
from ui.canvas.rendering.paint_formulas import FormulaPainter
from ui.canvas.rendering.paint_frames import BUTTONS, CLEAR, FramePainter
from ui.canvas.rendering.paint_grid import GridPainter
from ui.canvas.rendering.paint_links import LinkPainter
from ui.canvas.rendering.paint_notes import NotePainter
from ui.canvas.rendering.paint_sizes import SizePainter
from ui.canvas.rendering.pixmap_buffer import PixmapBuffer
from ui.canvas.rendering.rough_links import RoughLinks
from ui.canvas.rendering.straight import straight
from ui.canvas.scene.boxes import LinkBox, LinkKey
from ui.canvas.scene.camera import Camera
from ui.canvas.scene.scene import Scene


class BackgroundLayer:
    """Paints what does not move; what moves is left out of it."""

    def __init__(
        self,
        grid: GridPainter,
        frames: FramePainter,
        notes: NotePainter,
        links: LinkPainter,
        formulas: FormulaPainter,
        sizes: SizePainter,
    ) -> None:
        self._grid = grid
        self._frames = frames
        self._notes = notes
        self._links = links
        self._formulas = formulas
        self._sizes = sizes
        self._far = OverviewLinks(links)
        self._backing = PixmapBuffer()
        self._rough = RoughLinks(links)
        self._zoom = 0.0

    def paint(
        self, painter: QPainter, rect: QRectF, scene: Scene, camera: Camera, look: Highlights, moving: Moving
    ) -> None:
        """Paint `rect` of the view; while the zoom changes directly, otherwise from the pixmap."""
        if camera.zoom != self._zoom:
            self._zoom = camera.zoom
            self._backing.drop()
            self._draw(painter, rect, scene, camera, look, moving)
        else:
            key = (scene.version, look.frames, look.notes, look.hidden, look.links.dimmed, moving.things())
            self._backing.paint(
                painter, camera, key, lambda on, part: self._draw(on, part, scene, camera, look, moving)
            )
        self._special(painter, scene, camera, look, moving)

    def _draw(
        self, painter: QPainter, rect: QRectF, scene: Scene, camera: Camera, look: Highlights, moving: Moving
    ) -> None:
        self._grid.paint(painter, rect, camera)
        self.put_frames(painter, rect, scene, camera, look, frozenset(scene.graph.frames) - moving.frames)
        around = scene_rect(camera, rect)
        if is_far(camera) and not moving.nodes and not look.hidden:
            self._far.paint(painter, scene, camera, around)
        else:

            def links_in(part: QRectF) -> list[LinkBox]:
                links = scene.links_in(part)
                if moving.nodes or look.hidden:
                    links = [k for k in links if not _touches(k, moving.nodes) and k.key not in look.hidden]
                return links

            key = (scene.version, moving.things(), look.hidden)
            dimmed = look.links.dimmed
            rough = not (camera.steady or is_far(camera))
            painted = rough and self._rough.paint(painter, camera, around, key, links_in, dimmed)
            links = self._rough.links if painted else links_in(around)
            if not painted:
                self.put_links(painter, links, around, camera, look)
            self._put_words(painter, scene, links, around, camera)
        self.put_notes(painter, scene, camera, look, frozenset(scene.graph.notes) - moving.notes)

    def _put_words(
        self, painter: QPainter, scene: Scene, links: list[LinkBox], around: QRectF, camera: Camera
    ) -> None:
        if is_far(camera):
            return
        painter.save()
        painter.setWorldTransform(camera.transform(), True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._sizes.paint(painter, links, scene, camera.zoom, around)
        self._formulas.paint(painter, scene, around)
        painter.restore()

    def put_links(
        self, painter: QPainter, links: list[LinkBox], around: QRectF, camera: Camera, look: Highlights
    ) -> None:
        """Paint links; `around` is the part of the scene in sight."""
        if is_far(camera):
            self._far.put(painter, camera, straight(links))
            return
        painter.save()
        painter.setWorldTransform(camera.transform(), True)
        self._links.near(painter, links, camera, around, look.links.dimmed)
        painter.restore()

    def put_frames(
        self,
        painter: QPainter,
        rect: QRectF,
        scene: Scene,
        camera: Camera,
        look: Highlights,
        names: frozenset[str],
    ) -> None:
        """Paint these frames where `rect` of the view shows them."""
        if not names:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for frame, place in scene.frames():
            seen = view_rect(camera, place)
            if frame.id in names and seen.adjusted(0, -32, 0, 0).intersects(rect):
                fold = scene.folds.boxes.get(frame.id)
                self._frames.frame(painter, frame, seen, camera.zoom, frame.id in look.frames, fold)
                if fold is not None and camera.zoom > 0.4:
                    painter.save()
                    painter.setWorldTransform(camera.transform(), True)
                    self._frames.fold(painter, scene, fold)
                    painter.restore()

    def put_buttons(self, painter: QPainter, scene: Scene, camera: Camera, name: str, over: str) -> None:
        """All buttons of the frame under the pointer."""
        for frame, place in scene.frames():
            if frame.id == name and camera.zoom >= CLEAR:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                rect = view_rect(camera, place)
                self._frames.buttons(painter, frame, rect, camera.zoom, BUTTONS, over)

    def put_notes(
        self, painter: QPainter, scene: Scene, camera: Camera, look: Highlights, names: frozenset[str]
    ) -> None:
        """Paint these notes."""
        for note in scene.graph.notes.values() if names else ():
            if note.id in names and note.id not in scene.folds.notes:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                rect = view_rect(camera, QRectF(*note.pos, *note.size))
                self._notes.note(painter, note, rect, camera, note.id in look.notes)

    def _special(
        self, painter: QPainter, scene: Scene, camera: Camera, look: Highlights, moving: Moving
    ) -> None:
        marked = look.links
        keys = {*marked.selected, *marked.cut, *marked.flowing, *([marked.hovered] if marked.hovered else [])}
        links = [k for key in keys if (k := scene.links.get(LinkKey(*key))) and not _touches(k, moving.nodes)]
        links = [link for link in links if link.key not in look.hidden]
        if links:
            painter.save()
            painter.setWorldTransform(camera.transform(), True)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            self._links.special(painter, links, camera.zoom, marked)
            around = scene_rect(camera, camera.view())
            self._sizes.paint(painter, links, scene, camera.zoom, around)
            painter.restore()


def _touches(link: LinkBox, names: frozenset[str]) -> bool:
    return link.key.target in names or link.source.node in names


__all__ = ["STILL", "BackgroundLayer"]
