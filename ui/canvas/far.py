"""What is drawn when nodes are too small for any text: flat rectangles and straight lines, kept as lists."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from ui.canvas.boxes import NodeBox
from ui.canvas.camera import Camera
from ui.canvas.paint_links import LinkPainter, far_paths
from ui.canvas.scene import Scene
from ui.theme.palette import Theme


class FarLinks:
    """Every link of the scene; Qt leaves out what is not in view faster than any query could."""

    def __init__(self, links: LinkPainter) -> None:
        self._links = links
        self._made = -1
        self._paths: dict[str, QPainterPath] = {}

    def paint(self, painter: QPainter, scene: Scene, camera: Camera) -> None:
        """Draw them all."""
        if self._made != scene.version:
            self._made, self._paths = scene.version, far_paths(scene.shown_links())
        self.put(painter, camera, self._paths)

    def put(self, painter: QPainter, camera: Camera, paths: dict[str, QPainterPath]) -> None:
        """Draw these, made by `far_paths`."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setWorldTransform(camera.transform(), True)
        self._links.far(painter, paths)
        painter.restore()


class FarNodes:
    """Nodes as plain rectangles with a strip in their category's hue."""

    def __init__(self, theme: Theme, line_color: Callable[[NodeBox], QColor]) -> None:
        self._theme = theme
        self._line_color = line_color
        self._key: object = None
        self._rects: list[QRectF] = []
        self._strips: dict[str, list[QRectF]] = {}
        self._shades: dict[str, QColor] = {}

    def paint(
        self,
        painter: QPainter,
        boxes: Collection[NodeBox],
        key: object,
        camera: Camera,
        chosen: Iterable[QRectF],
    ) -> None:
        """Draw these boxes, `chosen` over them; equal keys stand for the same boxes in the same places."""
        if key != self._key:
            self._key = key
            self._sort(boxes)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setWorldTransform(camera.transform(), True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("far"))
        painter.drawRects(self._rects)
        lit = list(chosen)
        if lit:
            painter.setBrush(self._theme.color("accent"))
            painter.drawRects(lit)
        for category, found in self._strips.items():
            painter.setBrush(self._shades[category])
            painter.drawRects(found)
        painter.restore()

    def _sort(self, boxes: Iterable[NodeBox]) -> None:
        self._rects, self._strips = [], {}
        for box in boxes:
            self._rects.append(box.rect)
            category = box.spec.category if box.known else "?"
            found = self._strips.get(category)
            if found is None:
                found = self._strips[category] = []
                self._shades[category] = self._line_color(box)
            found.append(box.strip)
