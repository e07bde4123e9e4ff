"""Pictures of nodes by what they show, the least recently used dropped first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap


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
    """The picture at another scale, smoothly, with what lies around the node in whole pixels."""
    grown = scale / picture.scale
    width, height = round(picture.area.width() * grown), round(picture.area.height() * grown)
    smooth = Qt.TransformationMode.SmoothTransformation
    pixmap = picture.pixmap.scaled(width, height, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
    area = QRectF(0, 0, width, height)
    return Picture(pixmap, scale, round(picture.pad * grown), area, width * height * 4)


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
