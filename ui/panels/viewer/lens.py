"""How a picture lies in a view: zoom and offset, kept where hands and eyes expect them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from PySide6.QtCore import QPointF, QRectF, QSizeF

SMALLEST, LARGEST = 0.02, 64.0
CLOSE = 8.0
"""From this zoom on pixels are shown as squares with a grid."""


@dataclass(frozen=True)
class Lens:
    """`zoom` in device pixels for one pixel of the picture, `at` where its corner is, in device pixels."""

    zoom: float = 1.0
    at: QPointF = field(default_factory=QPointF)

    @staticmethod
    def fit(picture: QSizeF, view: QSizeF, margin: float = 0.0) -> Lens:
        """All of the picture, centred; a small one at a whole multiple so that its pixels stay even."""
        room = QSizeF(max(1.0, view.width() - 2 * margin), max(1.0, view.height() - 2 * margin))
        zoom = min(room.width() / max(1.0, picture.width()), room.height() / max(1.0, picture.height()))
        if zoom > 1:
            zoom = float(int(zoom))
        return Lens(_limited(zoom)).centered(picture, view)

    def centered(self, picture: QSizeF, view: QSizeF) -> Lens:
        """The same zoom with the picture in the middle."""
        x = (view.width() - picture.width() * self.zoom) / 2
        y = (view.height() - picture.height() * self.zoom) / 2
        return replace(self, at=QPointF(round(x), round(y)))

    def zoomed(self, factor: float, around: QPointF) -> Lens:
        """Closer or further, while the spot under `around` stays where it is."""
        zoom = _limited(self.zoom * factor)
        return Lens(zoom, around - (around - self.at) * (zoom / self.zoom))

    def moved(self, by: QPointF) -> Lens:
        """Shifted."""
        return replace(self, at=self.at + by)

    def kept(self, picture: QSizeF, view: QSizeF) -> Lens:
        """Shifted back so far that a part of the picture stays in the view."""
        slack = 48.0
        x = min(max(self.at.x(), slack - picture.width() * self.zoom), view.width() - slack)
        y = min(max(self.at.y(), slack - picture.height() * self.zoom), view.height() - slack)
        return replace(self, at=QPointF(x, y))

    def pixel(self, point: QPointF) -> QPointF:
        """A point of the view as a place in the picture."""
        return (point - self.at) / self.zoom

    def rect(self, picture: QSizeF) -> QRectF:
        """Where the picture is in the view."""
        return QRectF(self.at, picture * self.zoom)


def _limited(zoom: float) -> float:
    return min(LARGEST, max(SMALLEST, zoom))
