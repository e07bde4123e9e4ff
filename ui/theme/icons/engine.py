"""Icons for Qt: drawn from the strokes at the size and pixel ratio asked for."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ui.theme.icons.strokes import svg


@lru_cache(maxsize=512)
def _renderer(name: str, color: str) -> QSvgRenderer:
    return QSvgRenderer(svg(name, color))


def paint(painter: QPainter, rect: QRectF, name: str, color: str) -> None:
    """Draw an icon into a square of scene or widget units."""
    _renderer(name, color).render(painter, rect)


class _Engine(QIconEngine):
    """Draws one icon; greyed where the widget is disabled, in another colour where it is switched on."""

    def __init__(self, name: str, color: str, disabled: str, on: str) -> None:
        super().__init__()
        self._name = name
        self._color = color
        self._disabled = disabled
        self._on = on

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw into the rectangle."""
        color = self._on if state == QIcon.State.On else self._color
        color = self._disabled if mode == QIcon.Mode.Disabled else color
        side = min(rect.width(), rect.height())
        square = QRectF(0, 0, side, side)
        square.moveCenter(QRectF(rect).center())
        paint(painter, square, self._name, color)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The icon on nothing."""
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        """Another engine that draws the same."""
        return _Engine(self._name, self._color, self._disabled, self._on)


def icon(name: str, color: str, disabled: str = "", on: str = "") -> QIcon:
    """The icon in a colour (`#rrggbb`). Raises KeyError for an icon there is none of."""
    _renderer(name, color)
    return QIcon(_Engine(name, color, disabled or color, on or color))
