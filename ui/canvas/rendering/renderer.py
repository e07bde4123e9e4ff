"""One frame of the canvas, put together from its layers."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPixmap

from ui.canvas.rendering.background_layer import BackgroundLayer
from ui.canvas.rendering.drag_layer import DragLayer
from ui.canvas.rendering.highlights import STILL, Highlights, Moving, is_far, scene_rect, snapped
from ui.canvas.rendering.node_layer import NodeLayer
from ui.canvas.rendering.paint_formulas import FormulaPainter
from ui.canvas.rendering.paint_frames import FramePainter
from ui.canvas.rendering.paint_grid import GridPainter
from ui.canvas.rendering.paint_links import LinkPainter
from ui.canvas.rendering.paint_nodes import NodePainter
from ui.canvas.rendering.paint_notes import NotePainter
from ui.canvas.rendering.paint_sizes import SizePainter
from ui.canvas.rendering.paint_state import StatePainter
from ui.canvas.rendering.text import TextPainter
from ui.canvas.scene.camera import Camera
from ui.canvas.scene.metrics import Metrics
from ui.canvas.scene.scene import Scene
from ui.canvas.scene.state import CanvasState
from ui.theme.palette import Theme


class Renderer:
    """Paints a scene through a camera, in one theme."""

    def __init__(self, theme: Theme, metrics: Metrics, text: TextPainter, state: CanvasState) -> None:
        self.links = LinkPainter(theme, text)
        self.nodes = NodeLayer(NodePainter(theme, metrics, text), StatePainter(theme, text, state), state)
        self._ground = BackgroundLayer(
            GridPainter(theme),
            FramePainter(theme, text),
            NotePainter(theme, text),
            self.links,
            FormulaPainter(theme),
            SizePainter(theme, text),
        )
        self._still: tuple[object, QPixmap] | None = None
        self._drag: DragLayer | None = None

    def frame(
        self,
        painter: QPainter,
        rect: QRectF,
        scene: Scene,
        camera: Camera,
        look: Highlights,
        moving: Moving = STILL,
    ) -> None:
        """Paint `rect` of the view."""
        self.nodes.begin()
        if moving is not STILL:
            painter.drawPixmap(0, 0, self._standing(scene, camera, look, moving))
            self._put_moving(painter, scene, camera, look, moving)
            return
        self._still = self._drag = None
        self._ground.paint(painter, rect, scene, camera, look, moving)
        self._put_nodes(painter, rect, scene, camera, look, moving)
        if look.frame:
            self._ground.put_buttons(painter, scene, camera, look.frame, look.button)

    def sharpen(self, scene: Scene, camera: Camera) -> Iterator[None]:
        """Make what a frame that is steady lacks, in small steps."""
        for _ in scene.index_slowly():
            yield
        if not is_far(camera):
            yield from self.nodes.sharpen(scene.nodes_in(scene_rect(camera, camera.view())), camera)

    def _put_nodes(
        self, painter: QPainter, rect: QRectF, scene: Scene, camera: Camera, look: Highlights, moving: Moving
    ) -> None:
        """The nodes that stand still; far off all of them, for Qt leaves out what is not in view."""
        away = moving.nodes
        if is_far(camera):
            boxes = [box for box in scene.shown() if box.id not in away] if away else scene.shown()
            view = scene_rect(camera, rect)
            self.nodes.paint_far(painter, boxes, (scene.version, away), camera, view, look)
            return
        seen = scene.nodes_in(scene_rect(camera, rect))
        self.nodes.paint(painter, [b for b in seen if b.id not in away], scene, camera, look)

    def _standing(self, scene: Scene, camera: Camera, look: Highlights, moving: Moving) -> QPixmap:
        """Everything that does not move, drawn once for a drag at one place of the camera."""
        size = (camera.size.width(), camera.size.height(), camera.ratio)
        key = (
            scene.version,
            camera.place(),
            size,
            moving.things(),
            look.links,
            look.hidden,
            camera.steady,
        )
        if self._still is not None and self._still[0] == key:
            return self._still[1]
        pixmap = QPixmap((camera.size * camera.ratio).toSize())
        pixmap.setDevicePixelRatio(camera.ratio)
        painter = QPainter(pixmap)
        view = camera.view()
        self._ground.paint(painter, view, scene, camera, look, moving)
        self._put_nodes(painter, view, scene, camera, look, moving)
        painter.end()
        self._still = None if self.nodes.wanting else (key, pixmap)
        return pixmap

    def _put_moving(
        self, painter: QPainter, scene: Scene, camera: Camera, look: Highlights, moving: Moving
    ) -> None:
        drag = self._drag
        if drag is None or drag.key != (scene.version, moving.things(), look.hidden):
            drag = self._drag = DragLayer(scene, moving, look.hidden)
        shift = snapped(QPointF(*moving.by) * camera.zoom, camera.ratio)
        view = camera.view()
        around = scene_rect(camera, view).translated(-moving.by[0], -moving.by[1])
        painter.save()
        painter.translate(shift)
        self._ground.put_frames(painter, view.translated(-shift), scene, camera, look, moving.frames)
        painter.restore()
        if is_far(camera):
            drag.paint_far(painter, self.links, camera, moving.by)
        else:
            drag.paint_near(painter, self.links, camera, moving.by, scene_rect(camera, view))
        painter.save()
        painter.translate(shift)
        if is_far(camera):
            self.nodes.paint_far(painter, drag.boxes, drag.key, camera, around, look)
        else:
            self._ground.put_links(painter, drag.inner, around, camera, look)
            boxes = [box for box in drag.boxes if box.rect.intersects(around)]
            self.nodes.paint(painter, boxes, scene, camera, look)
        self._ground.put_notes(painter, scene, camera, look, moving.notes)
        painter.restore()
