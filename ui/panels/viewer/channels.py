"""The latent viewer: every channel of one item as a picture, with its figures."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QLabel, QWidget

from nodegraph.node_api.events import Channels
from ui.panels.viewer.planes import Plane, alarm, number, planes_of
from ui.panels.viewer.tiles import Tiles
from ui.theme.appearance import Appearance

ROOMY = 120.0
"""From this width on a caption has a second line."""


class ChannelGrid(QAbstractScrollArea):
    """All channels, or one alone after a click or Enter; the next click or Esc shows all again."""

    pointed = Signal(str)
    """What is under the pointer, in words; empty where nothing is."""

    def __init__(self, look: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.planes: list[Plane] = []
        self.alone = -1
        self._pixmaps: dict[int, QPixmap] = {}
        self._tiles = Tiles(0, 1, 1.0, 1.0, 0.0)
        self.warning = QLabel(self)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 120)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName(self.tr("Latent channels"))

    def show_channels(self, event: Channels) -> None:
        """Show the channels that the engine answered with."""
        before = len(self.planes)
        self.planes = planes_of(event)
        if len(self.planes) != before:
            self.alone = -1
        self._pixmaps.clear()
        count = len(self.planes)
        words = self.tr("1 channel") if count == 1 else self.tr("{count} channels").format(count=count)
        lines = [f"{plane.index}: {plane.range}, {plane.spread}" for plane in self.planes]
        self.setAccessibleDescription("; ".join(filter(None, [words, alarm(self.planes), *lines])))
        self._lay_out()

    def set_look(self, look: Appearance) -> None:
        """Follow the theme."""
        self._look = look
        self._pixmaps.clear()
        self._lay_out()

    def choose(self, index: int) -> None:
        """Show one channel alone; -1 shows all."""
        self.alone = index if index != self.alone and index < len(self.planes) else -1
        self._lay_out()

    def shown(self) -> list[Plane]:
        """The channels in view."""
        return self.planes if self.alone < 0 else [self.planes[self.alone]]

    def tile(self, index: int) -> QRectF:
        """Where the picture of a channel is in the view."""
        at = 0 if self.alone >= 0 else index
        return self._tiles.picture(at).translated(0, -self.verticalScrollBar().value())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The pictures in sight."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self._look.theme.color("canvas"))
        for plane in self.shown():
            box = self.tile(plane.index)
            cell = box.adjusted(-2, -2, 2, self._tiles.caption + 2)
            if cell.intersects(QRectF(event.rect())):
                self._put(painter, plane, box)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As large as fits."""
        self._lay_out()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """One alone, or all again."""
        plane = self._at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and plane is not None:
            self.choose(plane.index)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The press did what there was to do."""
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what is under the pointer."""
        self.pointed.emit(self._words(event.position()))

    def viewportEvent(self, event: QEvent) -> bool:
        """Nothing is under a pointer that is elsewhere."""
        if event.type() == QEvent.Type.Leave:
            self.pointed.emit("")
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Channel by channel with the arrows, all with Esc."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps and self.planes:
            self.alone = max(0, self.alone) if self.alone < 0 else self.alone + steps[Qt.Key(event.key())]
            self.alone %= len(self.planes)
            self._lay_out()
        elif event.key() == Qt.Key.Key_Escape and self.alone >= 0:
            self.choose(-1)
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        self._warn()
        shown, view = self.shown(), QSizeF(self.viewport().size())
        if shown:
            row = self._look.metrics.row - 6.0
            aspect = shown[0].height / max(1, shown[0].width)
            self._tiles = Tiles.fit(len(shown), aspect, row, view)
            if self._tiles.wide >= ROOMY:
                self._tiles = Tiles.fit(len(shown), aspect, 2 * row, view)
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(24)
        bar.setRange(0, max(0, round(self._tiles.height - view.height())) if shown else 0)
        self.viewport().update()

    def _warn(self) -> None:
        """The alarm stands over the pictures and hides none."""
        words, row = alarm(self.planes), self._look.metrics.row + 4
        self.warning.setText(words)
        self.warning.setVisible(bool(words))
        self.warning.setStyleSheet(f"color: {self._look.theme.error}; font-weight: 600; padding-left: 8px;")
        self.warning.setGeometry(0, 0, self.width(), row)
        self.setViewportMargins(0, row if words else 0, 0, 0)

    def _put(self, painter: QPainter, plane: Plane, box: QRectF) -> None:
        theme = self._look.theme
        if plane.index not in self._pixmaps:
            self._pixmaps[plane.index] = QPixmap.fromImage(plane.image(theme))
        pixmap = self._pixmaps[plane.index]
        smaller = box.width() * self.devicePixelRatioF() < pixmap.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smaller)
        painter.drawPixmap(box, pixmap, QRectF(pixmap.rect()))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("error" if plane.sick else "hairline"), 2 if plane.sick else 1))
        painter.drawRect(box.adjusted(-0.5, -0.5, 0.5, 0.5))
        self._caption(painter, plane, box)

    def _caption(self, painter: QPainter, plane: Plane, box: QRectF) -> None:
        """Its number and its range; where there is room its mean and deviation. What is no number comes first."""
        theme, row = self._look.theme, self._look.metrics.row - 6.0
        line = QRectF(box.left(), box.bottom() + 1, box.width(), row)
        name = str(plane.index)
        painter.setFont(self._look.font("small", bold=True))
        painter.setPen(theme.color("text"))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        taken = painter.fontMetrics().horizontalAdvance(name) + 6
        painter.setFont(self._look.font("small"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        first = f"{plane.sick} NaN" if plane.sick else plane.range
        if painter.fontMetrics().horizontalAdvance(first) <= line.width() - taken:
            painter.setPen(theme.color("error" if plane.sick else "muted"))
            painter.drawText(line, right, first)
        if self._tiles.caption > row:
            painter.setPen(theme.color("muted"))
            painter.drawText(line.translated(0, row), right, plane.range if plane.sick else plane.spread)

    def _at(self, point: QPointF) -> Plane | None:
        index = self._tiles.at(point + QPointF(0, self.verticalScrollBar().value()))
        shown = self.shown()
        return shown[index] if 0 <= index < len(shown) else None

    def _words(self, point: QPointF) -> str:
        plane = self._at(point)
        if plane is None:
            return ""
        box = self.tile(plane.index)
        x = int((point.x() - box.left()) / box.width() * plane.width)
        y = int((point.y() - box.top()) / box.height() * plane.height)
        value = plane.value(x, y)
        what = self.tr("no number") if value is None else f"≈ {number(value)}"
        return f"{plane.index}   {x}, {y}   {what}   {plane.range}   {plane.spread}"
