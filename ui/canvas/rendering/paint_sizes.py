"""On the links of pictures and latents: how large they are, known before the run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from nodegraph.model.graph import Point
from ui.canvas.rendering.text import CENTER, TextPainter
from ui.canvas.scene.boxes import LinkBox, LinkKey
from ui.canvas.scene.scene import Scene
from ui.theme.palette import Theme

SIZED = ("Image", "Latent")
LEGIBLE = 0.7
"""The zoom from which on sizes are written."""
ROOM = 12.0
"""Scene units of bare line at both sides of a text."""
HEIGHT = 15.0


Mark = tuple[QRectF, str]
"""A size and where it stands."""


class SizePainter:
    """Writes sizes in one theme; where they stand is worked out once for a state of the scene."""

    def __init__(self, theme: Theme, text: TextPainter) -> None:
        self._text = text
        self._ground = theme.color("canvas")
        self._ink = theme.color("muted")
        self._version = -1
        self._marks: dict[LinkKey, Mark | None] = {}

    def paint(
        self, painter: QPainter, links: Iterable[LinkBox], scene: Scene, zoom: float, around: QRectF
    ) -> None:
        """The sizes of these links that are in sight, in scene coordinates."""
        if zoom < LEGIBLE:
            return
        if self._version != scene.version:
            self._version = scene.version
            self._marks.clear()
        for link in links:
            if link.type not in SIZED or link.source.portal:
                continue
            if link.key not in self._marks:
                self._marks[link.key] = self._mark(link, scene)
            mark = self._marks[link.key]
            if mark is not None and mark[0].intersects(around):
                self._write(painter, *mark)

    def _mark(self, link: LinkBox, scene: Scene) -> Mark | None:
        """What is written on a link; of those that share an output one is marked."""
        size = scene.sizes.of(link.source)
        if size is None or link.key != min(scene.leaving(link.source.node, link.source.output)):
            return None
        text = f"{size[0]} × {size[1]}"
        rect = place_of_text(link, scene, self._text.measure_small(text) + 8)
        return None if rect is None else (rect, text)

    def _write(self, painter: QPainter, rect: QRectF, text: str) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._ground)
        painter.drawRoundedRect(rect, 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self._ink)
        painter.setFont(self._text.small)
        painter.drawText(rect, CENTER, text)


def place_of_text(link: LinkBox, scene: Scene, width: float) -> QRectF | None:
    """Where on a link a text of that width stands: nearest to its output where no node covers it; None if nowhere."""
    line = link.polyline()
    steps = [math.dist(a, b) for a, b in pairwise(line)]
    whole, side = sum(steps), ROOM + width / 2
    if whole < 2 * side:
        return None
    for wanted in (side, whole / 2, whole - side):
        x, y = _along(line, steps, wanted)
        rect = QRectF(x - width / 2, y - HEIGHT / 2, width, HEIGHT)
        if not scene.nodes_in(rect.adjusted(-4, 0, 4, 0)):
            return rect
    return None


def _along(line: Sequence[Point], steps: Sequence[float], wanted: float) -> Point:
    """The point of a line that lies so far from its start."""
    for ((x1, y1), (x2, y2)), step in zip(pairwise(line), steps, strict=True):
        if step > 0 and wanted <= step:
            part = wanted / step
            return x1 + (x2 - x1) * part, y1 + (y2 - y1) * part
        wanted -= step
    return line[-1]
