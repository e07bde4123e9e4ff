"""Pictures of nodes by what they show, the least recently used dropped first."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap


@dataclass(frozen=True, slots=True)
class Picture:
    """A pixmap of a node at `scale` device pixels a scene unit; `pad` device pixels lie around the node.

    `area` is all of the pixmap, in device pixels.
    """

    pixmap: QPixmap
    scale: float
    pad: int
    area: QRectF
    size: int


def scaled(picture: Picture, scale: float) -> Picture:
    """The picture at another scale, smoothly, its node's corner on a whole pixel."""
    grown, area = scale / picture.scale, picture.area
    pad = math.ceil(picture.pad * grown)
    width = round((area.width() - 2 * picture.pad) * grown) + 2 * pad
    height = round((area.height() - 2 * picture.pad) * grown) + 2 * pad
    beside = pad - picture.pad * grown
    pixmap = QPixmap(width, height)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    target = QRectF(beside, beside, area.width() * grown, area.height() * grown)
    painter.drawPixmap(target, picture.pixmap, area)
    painter.end()
    pixmap.setDevicePixelRatio(picture.pixmap.devicePixelRatio())
    return Picture(pixmap, scale, pad, QRectF(0, 0, width, height), width * height * 4)


class PixmapCache:
    """At most `budget` bytes of pictures; for each content the one that was made last."""

    def __init__(self, budget: int = 128 * 2**20) -> None:
        self._budget = budget
        self._held = 0
        self._pictures: OrderedDict[Hashable, Picture] = OrderedDict()

    def __len__(self) -> int:
        return len(self._pictures)

    @property
    def held(self) -> int:
        """Bytes of pixels that are kept."""
        return self._held

    def get(self, content: Hashable) -> Picture | None:
        """The picture of that content, at whatever scale it was made."""
        found = self._pictures.get(content)
        if found is not None:
            self._pictures.move_to_end(content)
        return found

    def put(self, content: Hashable, picture: Picture) -> None:
        """Keep a picture, in the place of an older one of the same content."""
        old = self._pictures.pop(content, None)
        self._held += picture.size - (old.size if old else 0)
        self._pictures[content] = picture
        while self._held > self._budget and len(self._pictures) > 1:
            _, dropped = self._pictures.popitem(last=False)
            self._held -= dropped.size

    def clear(self) -> None:
        """Forget everything, as when the theme changes."""
        self._pictures.clear()
        self._held = 0
