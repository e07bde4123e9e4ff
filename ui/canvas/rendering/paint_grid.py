"""The canvas's ground: a flat colour with quiet dots at the grid's rhythm."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from ui.canvas.rendering.pixmap_buffer import MARGIN
from ui.canvas.rendering.raw_buffers import draw_rects, pack_values
from ui.canvas.scene.camera import Camera
from ui.theme.palette import Theme

STEP = 32.0
CLOSEST = 14.0
"""Fewest pixels between two dots; below it every other dot goes."""


class GridPainter:
    """Draws the ground; a row of dots is kept as an opaque strip, which Qt copies faster than it blends."""

    def __init__(self, theme: Theme) -> None:
        self._ground = theme.color("canvas")
        self._dot = theme.color("grid").lighter(150) if theme.dark else theme.color("grid").darker(112)
        self._strip: QPixmap | None = None
        self._made: tuple[float, float, int, float] | None = None

    def paint(self, painter: QPainter, rect: QRectF, camera: Camera) -> None:
        """Fill `rect` of the view."""
        painter.fillRect(rect, self._ground)
        step = spacing(camera.zoom) * camera.zoom
        phase_x = (-camera.origin.x() * camera.zoom) % step
        phase_y = (-camera.origin.y() * camera.zoom) % step
        beyond = math.ceil(MARGIN / camera.ratio)
        left = phase_x - math.ceil((phase_x + beyond) / step) * step
        strip = self._row(step, left + beyond, math.ceil(camera.size.width()) + 2 * beyond, camera.ratio)
        first, last = math.floor((rect.top() - phase_y) / step), math.floor((rect.bottom() - phase_y) / step)
        for row in range(first, last + 1):
            painter.drawPixmap(-beyond, round(phase_y + row * step) - 1, strip)

    def _row(self, step: float, phase: float, width: int, ratio: float) -> QPixmap:
        made = (step, round(phase * 4) / 4, width, ratio)
        if self._strip is None or self._made != made:
            self._made = made
            self._strip = QPixmap(math.ceil(width * ratio), math.ceil(2 * ratio))
            self._strip.setDevicePixelRatio(ratio)
            self._strip.fill(self._ground)
            painter = QPainter(self._strip)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._dot)
            columns = range(math.ceil(width / step) + 1)
            draw_rects(
                painter, pack_values([(round(phase + n * step) - 0.5, 0.5, 1.0, 1.0) for n in columns])
            )
            painter.end()
        return self._strip


def spacing(zoom: float) -> float:
    """Scene units between dots at that zoom: the step, doubled until the dots stand apart."""
    step = STEP
    while step * zoom < CLOSEST:
        step *= 2
    return step
