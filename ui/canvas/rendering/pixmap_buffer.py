"""A pixmap a little larger than the view that panning scrolls, so that most frames of a pan draw nothing anew."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QPainter, QPixmap, QRegion

from ui.canvas.scene.camera import Camera

MARGIN = 96
"""Device pixels beyond the view on every side that are drawn once a pan has begun."""

Draw = Callable[[QPainter, QRectF], None]
"""Draws a rectangle of the view, given in the view's coordinates; it may lie beyond its edges."""


class PixmapBuffer:
    """Keeps what `draw` drew for as long as the key and the zoom stay."""

    def __init__(self) -> None:
        self._pixmap: QPixmap | None = None
        self._key: object = None
        self._at = QPoint()
        self._margin = 0

    def drop(self) -> None:
        """Forget the pixmap."""
        self._pixmap = None

    def paint(self, painter: QPainter, camera: Camera, key: object, draw: Draw) -> None:
        """Paint the view; `draw` is asked for what the pixmap lacks."""
        ratio = camera.ratio
        key = (key, camera.zoom, ratio, camera.size.width(), camera.size.height())
        scale = camera.zoom * ratio
        origin = QPoint(round(camera.origin.x() * scale), round(camera.origin.y() * scale))
        if self._pixmap is None or key != self._key:
            self._key = key
            self._make(camera, origin, 0, draw)
        else:
            off = origin - self._at
            if not (0 <= off.x() <= 2 * self._margin and 0 <= off.y() <= 2 * self._margin):
                self._follow(camera, origin, draw)
        off = (origin - self._at) / ratio
        assert self._pixmap is not None
        painter.drawPixmap(-off.x(), -off.y(), self._pixmap)

    def _follow(self, camera: Camera, origin: QPoint, draw: Draw) -> None:
        at = origin - QPoint(MARGIN, MARGIN)
        shift = self._at - at
        pixmap = self._pixmap
        if pixmap is None or self._margin == 0:
            self._make(camera, origin, MARGIN, draw)
            return
        whole = pixmap.rect()
        if abs(shift.x()) >= whole.width() // 2 or abs(shift.y()) >= whole.height() // 2:
            self._make(camera, origin, MARGIN, draw)
            return
        pixmap.scroll(shift.x(), shift.y(), whole, QRegion())
        self._at = at
        for part in _exposed(whole, shift):
            self._fill(pixmap, part, camera, draw)

    def _make(self, camera: Camera, origin: QPoint, margin: int, draw: Draw) -> None:
        size = (camera.size * camera.ratio).toSize()
        pixmap = QPixmap(size.width() + 2 * margin, size.height() + 2 * margin)
        pixmap.setDevicePixelRatio(camera.ratio)
        self._pixmap, self._margin = pixmap, margin
        self._at = origin - QPoint(margin, margin)
        self._fill(pixmap, pixmap.rect(), camera, draw)

    def _fill(self, pixmap: QPixmap, part: QRect, camera: Camera, draw: Draw) -> None:
        ratio, off = camera.ratio, self._margin / camera.ratio
        rect = QRectF(part.x() / ratio, part.y() / ratio, part.width() / ratio, part.height() / ratio)
        painter = QPainter(pixmap)
        painter.setClipRect(rect)
        painter.translate(off, off)
        draw(painter, rect.translated(-off, -off))
        painter.end()


def _exposed(whole: QRect, shift: QPoint) -> list[QRect]:
    """What a scroll uncovers: a band at the left or right, and one at the top or bottom beside it."""
    dx, dy = shift.x(), shift.y()
    width, height = whole.width(), whole.height()
    left, right = max(0, dx), min(width, width + dx)
    bands = []
    if dx:
        bands.append(QRect(0 if dx > 0 else right, 0, abs(dx), height))
    if dy:
        bands.append(QRect(left, 0 if dy > 0 else height + dy, right - left, abs(dy)))
    return bands
