"""The viewer: one picture, to be looked at from afar and down to its pixels."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from ui.panels.viewer.histogram import paint_histogram
from ui.panels.viewer.lens import CLOSE, Lens
from ui.panels.viewer.marks import paint_alarm, paint_grid
from ui.panels.viewer.pixels import Channel, Histogram, Pixel, channel, histogram
from ui.theme.appearance import Appearance

STEP = 1.0 / 120.0 / 4.0
"""Wheel angle (eighths of a degree) to powers of two: four notches double."""
KEYS: dict[int, Channel] = {
    Qt.Key.Key_R: "r",
    Qt.Key.Key_G: "g",
    Qt.Key.Key_B: "b",
    Qt.Key.Key_L: "l",
}


class Viewer(QWidget):
    """Wheel zooms at the pointer, dragging pans, a double click changes between fit and 1:1.

    R, G, B, L show one channel and again all of them; F fits, 1 is one to one, H is the histogram.
    """

    probed = Signal(object)
    """The Pixel under the pointer, None where there is none."""
    zoomed = Signal(float)
    channel_changed = Signal(str)

    def __init__(self, look: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._image = QImage()
        self._shown_as = QSize()
        self._pixmap = QPixmap()
        self._histogram: Histogram | None = None
        self._lens = Lens()
        self._fitted = True
        self._channel: Channel = "rgb"
        self._with_histogram = False
        self._alarm = ""
        self._empty = self.tr("Run, or select a node that has run.")
        self._grabbed: QPointF | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(160, 120)
        self.setAccessibleName(self.tr("Viewer"))

    @property
    def image(self) -> QImage:
        """The picture shown."""
        return self._image

    @property
    def lens(self) -> Lens:
        """How it lies in the view."""
        return self._lens

    @property
    def channel(self) -> Channel:
        """Which channel is shown."""
        return self._channel

    @property
    def alarm(self) -> str:
        """The warning over the picture."""
        return self._alarm

    def show_image(self, image: QImage, alarm: str = "", size: QSize | None = None) -> None:
        """Show another picture; zoom and place stay where they are if it is of the same size.

        `size` lets a small one lie as a picture of that size, smoothly.
        """
        size = size or image.size()
        same = size == self._shown_as and not self._image.isNull()
        self._image, self._alarm, self._shown_as = image, alarm, size
        self._histogram = None
        self._prepare()
        if self._fitted or not same:
            self.fit()
        self.setAccessibleDescription(f"{image.width()} x {image.height()}" + (f", {alarm}" if alarm else ""))
        self.update()

    def clear(self, text: str = "") -> None:
        """Show no picture, and say why."""
        self._empty = text or self._empty
        self.show_image(QImage())

    def set_look(self, look: Appearance) -> None:
        """Follow the theme."""
        self._look = look
        self.update()

    def set_channel(self, which: Channel) -> None:
        """Show one channel as grey, or all."""
        if which != self._channel:
            self._channel = which
            self._prepare()
            self.channel_changed.emit(which)
            self.update()

    def show_histogram(self, shown: bool) -> None:
        """Lay the histogram over a corner, or take it away."""
        self._with_histogram = shown
        self.update()

    def fit(self) -> None:
        """Show all of the picture."""
        self._fitted = True
        if not self._image.isNull():
            self._set(Lens.fit(self._size(), self._room(), 12 * self.devicePixelRatioF()))

    def one_to_one(self, around: QPointF | None = None) -> None:
        """One pixel of the picture on one pixel of the screen."""
        self._fitted = False
        if around is None:
            self._set(Lens(1.0).centered(self._size(), self._room()))
        else:
            self._set(self._lens.zoomed(1.0 / self._lens.zoom, around))

    def zoom_by(self, factor: float, around: QPointF | None = None) -> None:
        """Closer or further around a point of the view, in device pixels; the middle without one."""
        if self._image.isNull():
            return
        self._fitted = False
        room = self._room()
        self._set(self._lens.zoomed(factor, around or QPointF(room.width() / 2, room.height() / 2)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, its grid when close, alarm and histogram."""
        painter = QPainter(self)
        theme = self._look.theme
        painter.fillRect(self.rect(), theme.color("canvas"))
        if self._image.isNull():
            painter.setPen(theme.color("muted"))
            painter.setFont(self._look.font())
            words = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(24, 24, -24, -24), words, self._empty)
            return
        painter.save()
        ratio = self.devicePixelRatioF()
        painter.scale(1 / ratio, 1 / ratio)
        painter.setRenderHint(
            QPainter.RenderHint.SmoothPixmapTransform, self._lens.zoom < 1 or self._enlarged
        )
        target = self._lens.rect(self._size())
        painter.drawPixmap(target, self._pixmap, QRectF(self._pixmap.rect()))
        if self._lens.zoom >= CLOSE * ratio and not self._enlarged:
            paint_grid(painter, self._lens, target, self._room())
        painter.restore()
        if self._with_histogram:
            self._histogram = self._histogram or histogram(self._image)
            box = QRectF(self.width() - 12 - 192, self.height() - 12 - 104, 192, 104)
            paint_histogram(painter, box, self._histogram, self._look)
        if self._alarm:
            paint_alarm(painter, self._alarm, self.width(), self._look)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer."""
        delta = event.angleDelta().y() or event.pixelDelta().y() * 8
        self.zoom_by(2.0 ** (delta * STEP), event.position() * self.devicePixelRatioF())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the picture."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._grabbed = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the picture, or say what is under the pointer."""
        if self._grabbed is not None:
            self._fitted = False
            self._set(self._lens.moved((event.position() - self._grabbed) * self.devicePixelRatioF()))
            self._grabbed = event.position()
        self.probed.emit(self.pixel_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._grabbed = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """From fit to 1:1 at the pointer, and back."""
        if self._fitted:
            self.one_to_one(event.position() * self.devicePixelRatioF())
        else:
            self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is elsewhere."""
        self.probed.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Channels, fit, 1:1, histogram, zoom."""
        key = event.key()
        if key in KEYS:
            self.set_channel("rgb" if self._channel == KEYS[key] else KEYS[key])
        elif key == Qt.Key.Key_F:
            self.fit()
        elif key == Qt.Key.Key_1:
            self.one_to_one()
        elif key == Qt.Key.Key_H:
            self.show_histogram(not self._with_histogram)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(2**0.5)
        elif key == Qt.Key.Key_Minus:
            self.zoom_by(2**-0.5)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep a fitted picture fitted."""
        if self._fitted:
            self.fit()
        else:
            self._set(self._lens)

    def pixel_at(self, point: QPointF | QPoint) -> Pixel | None:
        """What is under a point of the widget."""
        place = self._lens.pixel(QPointF(point) * self.devicePixelRatioF())
        if self._enlarged:
            place = QPointF(
                place.x() * self._image.width() / self._shown_as.width(),
                place.y() * self._image.height() / self._shown_as.height(),
            )
        x, y = int(place.x() // 1), int(place.y() // 1)
        if not self._image.valid(x, y):
            return None
        color = self._image.pixelColor(x, y)
        return Pixel(x, y, color.red(), color.green(), color.blue())

    def _prepare(self) -> None:
        self._pixmap = QPixmap.fromImage(channel(self._image, self._channel))

    def _set(self, lens: Lens) -> None:
        kept = lens.kept(self._size(), self._room())
        if kept != self._lens:
            self._lens = kept
            self.zoomed.emit(kept.zoom)
            self.update()

    def _size(self) -> QSizeF:
        return QSizeF(self._shown_as)

    @property
    def _enlarged(self) -> bool:
        return self._shown_as != self._image.size()

    def _room(self) -> QSizeF:
        return QSizeF(self.size()) * self.devicePixelRatioF()
