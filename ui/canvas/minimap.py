"""The whole graph in a corner: what is in view, what runs, what failed or is wrong. Drag to pan, wheel to zoom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import QWidget

from ui.canvas.rendering.raw_buffers import Values, draw_rects, pack_values
from ui.canvas.scene.scene import Scene
from ui.theme.types import category_color

if TYPE_CHECKING:
    from ui.canvas.handled import Handled

SIZE = QSize(216, 144)
MARGIN = 12
INSET = 8.0


class Minimap(QWidget):
    """Lies over the lower right corner of its canvas while that does not show everything, and over no open editor.

    It repaints only when it shows something else.
    """

    def __init__(self, canvas: Handled) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._wanted = False
        self.resize(SIZE)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(self.tr("Drag to move the view, turn the wheel to zoom"))
        self.setAccessibleName(self.tr("Minimap"))
        self._version = -1
        self._lists: dict[str, Values] = {}
        self._bypassed: list[tuple[str, str]] = []
        self._picture: tuple[object, QPixmap] | None = None
        canvas.camera_changed.connect(self.follow)
        self._alarmed: dict[str, str] = {}
        canvas.state.changed.connect(self._state_changed)

    def want(self, wanted: bool) -> None:
        """Be there whenever part of the graph is out of sight, or not at all."""
        self._wanted = wanted
        self.place()

    def follow(self) -> None:
        """The canvas shows another part of its scene, or another scene."""
        self.place()
        self.update()

    def place(self) -> None:
        """Stand in the canvas's corner, where a graph that is seen whole keeps its room."""
        canvas = self._canvas
        if not self._wanted:
            self.hide()
            return
        corner = self._free_corner()
        if corner is not None:
            self.move(corner)
        seen = canvas.camera.visible().contains(canvas.scene.bounds())
        self.setVisible(corner is not None and not seen)

    def _free_corner(self) -> QPoint | None:
        """The lower right corner of the canvas, or another one while something is edited there; None for none."""
        right, bottom = (
            self._canvas.width() - self.width() - MARGIN,
            self._canvas.height() - self.height() - MARGIN,
        )
        edited = self._canvas.open_editor.area
        corners = (QPoint(right, bottom), QPoint(MARGIN, bottom), QPoint(right, MARGIN))
        free = (corner for corner in corners if not QRect(corner, self.size()).intersects(edited))
        return next(free, None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Nodes as blocks in their category's hue, frames with names, the view as a rectangle."""
        canvas, theme = self._canvas, self._canvas.stage.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("hairline"), 1))
        painter.setBrush(theme.color("node", 0.94))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        scale, origin = self._fit()
        painter.setClipRect(QRectF(self.rect()).adjusted(2, 2, -2, -2))
        painter.drawPixmap(0, 0, self._graph(scale, origin))
        seen = canvas.camera.visible()
        view = QRectF(seen.topLeft() * scale + origin, seen.size() * scale)
        painter.setPen(QPen(theme.color("accent"), 1.5))
        painter.setBrush(theme.color("accent", 0.10))
        painter.drawRoundedRect(view, 2, 2)

    def _graph(self, scale: float, origin: QPointF) -> QPixmap:
        """All but the view's rectangle, which alone changes in most frames: this is painted in each of the canvas."""
        canvas, theme, ratio = self._canvas, self._canvas.stage.theme, self.devicePixelRatioF()
        alarms = self._alarms()
        key = (canvas.scene.version, theme, ratio, scale, origin.x(), origin.y(), tuple(alarms))
        if self._picture is not None and self._picture[0] == key:
            return self._picture[1]
        pixmap = QPixmap((QSizeF(self.size()) * ratio).toSize())
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self._frames(painter, scale, origin)
        painter.translate(origin)
        painter.scale(scale, scale)
        painter.setPen(Qt.PenStyle.NoPen)
        for category, rects in self._grouped(canvas.scene).items():
            painter.setBrush(category_color(theme, category))
            draw_rects(painter, rects)
        for name, color in alarms:
            painter.setBrush(theme.color(color))
            painter.drawRect(canvas.scene.nodes[name].rect)
        painter.end()
        self._picture = (key, pixmap)
        return pixmap

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Look where the press is."""
        self._look(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Look where the pointer is."""
        if event.buttons():
            self._look(event.position())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom the canvas around its middle."""
        self._canvas.zoom_by(2.0 ** (event.angleDelta().y() / 240))
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show everything."""
        self._canvas.frame_all()

    def _look(self, at: QPointF) -> None:
        scale, origin = self._fit()
        scene = (at - origin) / scale
        self._canvas.camera.look_at((scene.x(), scene.y(), self._canvas.camera.zoom))
        self._canvas.camera_went()

    def _fit(self) -> tuple[float, QPointF]:
        """Scale and origin at which everything and the view fit."""
        around = self._canvas.scene.bounds().united(self._canvas.camera.visible())
        width, height = self.width() - 2 * INSET, self.height() - 2 * INSET
        scale = min(width / max(1.0, around.width()), height / max(1.0, around.height()))
        middle = QPointF(self.width() / 2, self.height() / 2)
        return scale, middle - around.center() * scale

    def _grouped(self, scene: Scene) -> dict[str, Values]:
        if self._version != scene.version:
            self._version = scene.version
            self._lists = {}
            for box in scene.shown():
                self._lists.setdefault(box.spec.category, pack_values()).extend(box.bounds())
            nodes = scene.graph.nodes.items()
            self._bypassed = [(name, "bypass") for name, node in nodes if node.mode == "bypass"]
        return self._lists

    def _state_changed(self, node: str) -> None:
        """Repaint where the node gets or loses a colour of its own; progress changes nothing here."""
        state = self._canvas.state
        color = "accent" if node in state.running else "error" if state.is_wrong(node) else ""
        if color != self._alarmed.get(node, ""):
            self._alarmed[node] = color
            self.update()

    def _alarms(self) -> list[tuple[str, str]]:
        """Nodes and the colours in which they stand out, what matters most last and so on top."""
        state = self._canvas.state
        self._grouped(self._canvas.scene)
        found = [*self._bypassed]
        found += [(name, "error") for name in state.wrong()]
        found += [(name, "error") for name in sorted(state.failed)]
        found += [(name, "accent") for name in sorted(state.running)]
        return [(name, color) for name, color in found if name in self._canvas.scene.nodes]

    def _frames(self, painter: QPainter, scale: float, origin: QPointF) -> None:
        theme = self._canvas.stage.theme
        painter.setFont(self._canvas.stage.text.small)
        for frame, rect in self._canvas.scene.frames():
            seen = QRectF(rect.topLeft() * scale + origin, rect.size() * scale)
            painter.fillRect(seen, theme.color("frame", 0.22))
            if seen.width() > 44 and seen.height() > 16:
                painter.setPen(theme.color("muted"))
                painter.drawText(seen.adjusted(3, 1, -2, 0), int(Qt.AlignmentFlag.AlignTop), frame.title)
