"""The soft shadow under what floats: painted once, where an effect would blur again with every key."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

REACH = 22
"""How far the shadow goes beyond its owner."""
DOWN = 8
RADIUS = 8.0


class Shadow(QWidget):
    """Lies under its owner, a child of the same parent, and goes where it goes."""

    def __init__(self, owner: QWidget, opacity: float) -> None:
        super().__init__(owner.parentWidget())
        self._owner = owner
        self._opacity = opacity
        self._picture = QPixmap()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        owner.installEventFilter(self)
        owner.destroyed.connect(self.deleteLater)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the owner."""
        kind = event.type()
        if kind in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.ZOrderChange):
            box = self._owner.geometry().translated(0, DOWN)
            self.setGeometry(box.adjusted(-REACH, -REACH, REACH, REACH))
            self.stackUnder(self._owner)
            self.setVisible(self._owner.isVisible())
        elif kind == QEvent.Type.Hide:
            self.hide()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, made anew for another size."""
        ratio = self.devicePixelRatioF()
        if self._picture.size() != self.size() * ratio:
            self._picture = self._made(ratio)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        painter.end()

    def _made(self, ratio: float) -> QPixmap:
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        box = QRectF(self.rect())
        # Each step inwards darkens what the steps before have left.
        for step in range(REACH + DOWN):
            share = step / (REACH + DOWN)
            painter.setBrush(QColor(0, 0, 0, round(255 * self._opacity * share * 2.6 / (REACH + DOWN))))
            painter.drawRoundedRect(
                box.adjusted(step, step, -step, -step),
                RADIUS + REACH - step * 0.7,
                RADIUS + REACH - step * 0.7,
            )
        painter.end()
        return picture
