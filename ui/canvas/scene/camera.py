"""What part of the scene the view shows: one scale and one offset."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QTransform

MIN_ZOOM, MAX_ZOOM = 0.05, 4.0
Place = tuple[float, float, float]
"""Scene x and y at the view's middle, and the zoom."""


class Camera:
    """Maps scene to view: view = (scene - origin) * zoom. The origin lies on whole device pixels.

    `steady` is false from a zoom by the hand on until the hand rests. `usual` is the zoom that is called 100 %.
    """

    def __init__(self) -> None:
        self.zoom = 1.0
        self.usual = 1.0
        self.origin = QPointF(0.0, 0.0)
        self.size = QSizeF(1.0, 1.0)
        self.ratio = 1.0
        self.steady = True
        self.covered = 0.0
        """Pixels at the left and as many at the right over which something lies."""

    def transform(self) -> QTransform:
        """Scene to view."""
        zoom = self.zoom
        return QTransform(zoom, 0, 0, zoom, -self.origin.x() * zoom, -self.origin.y() * zoom)

    def to_scene(self, view: QPointF) -> QPointF:
        """The scene point under a view point."""
        return view / self.zoom + self.origin

    def to_view(self, scene: QPointF) -> QPointF:
        """The view point over a scene point."""
        return (scene - self.origin) * self.zoom

    def view(self) -> QRectF:
        """The whole view, in its own pixels."""
        return QRectF(QPointF(0.0, 0.0), self.size)

    def visible(self) -> QRectF:
        """The part of the scene in view."""
        return QRectF(self.origin, self.size / self.zoom)

    def pan(self, delta: QPointF) -> None:
        """Move the scene by a distance in view pixels."""
        self.origin = self.origin - delta / self.zoom
        self._snap()

    def zoom_at(self, view: QPointF, factor: float) -> None:
        """Scale around a view point, which keeps its scene point."""
        anchor = self.to_scene(view)
        zoom = self._within(self.zoom * factor)
        if abs(zoom / self.usual - 1.0) < 0.012:
            zoom = self.usual
        self.steady = self.steady and zoom == self.zoom
        self.zoom = zoom
        self.origin = anchor - view / zoom
        self._snap()

    def frame(self, rect: QRectF, margin: float = 48.0, most: float = 1.0, least: float = 0.0) -> None:
        """Show all of a scene rectangle, at no more than `most` of the usual zoom; at `least` of it, and what does not
        fit then is seen from its upper left corner on."""
        if rect.isEmpty():
            return
        room_x, room_y = self._room(margin)
        zoom = max(min(self.fitting(rect, margin), most * self.usual), least * self.usual)
        x = rect.x() + min(rect.width(), room_x / zoom) / 2
        y = rect.y() + min(rect.height(), room_y / zoom) / 2
        self.look_at((x, y, zoom))

    def fitting(self, rect: QRectF, margin: float = 48.0) -> float:
        """The zoom at which all of a scene rectangle can be seen; the rectangle is not empty."""
        room_x, room_y = self._room(margin)
        return min(room_x / rect.width(), room_y / rect.height())

    def _room(self, margin: float) -> tuple[float, float]:
        """Pixels across and down that are free for what is framed."""
        side = max(margin, min(self.covered, self.size.width() / 4) + margin / 2)
        return max(16.0, self.size.width() - 2 * side), max(16.0, self.size.height() - 2 * margin)

    def place(self) -> Place:
        """Where the camera is, for going back and for saving."""
        middle = self.visible().center()
        return (middle.x(), middle.y(), self.zoom)

    def look_at(self, place: Place) -> None:
        """Go to a place that `place` gave."""
        x, y, zoom = place
        self.steady = True
        self.zoom = self._within(zoom)
        half = self.size / (2 * self.zoom)
        self.origin = QPointF(x - half.width(), y - half.height())
        self._snap()

    def call_usual(self, zoom: float) -> None:
        """Another zoom is 100 % from now on; the same middle is seen at the same percentage."""
        x, y, now = self.place()
        before, self.usual = self.usual, zoom
        if zoom != before:
            self.look_at((x, y, now * zoom / before))

    def _within(self, zoom: float) -> float:
        return max(MIN_ZOOM, min(MAX_ZOOM * self.usual, zoom))

    def _snap(self) -> None:
        """Whole device pixels: text is crisp and a pan scrolls exactly."""
        scale = self.zoom * self.ratio
        self.origin = QPointF(round(self.origin.x() * scale) / scale, round(self.origin.y() * scale) / scale)
