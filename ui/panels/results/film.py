"""The film of a run: a picture for each step of a node, and the strip that shows them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from nodegraph.node_api.events import Picture
from ui.runs.images import fitted, image_of
from ui.theme.appearance import Appearance

LONGEST = 1000
"""So many steps are kept; every second one is dropped when there are more."""
SIDE = 72
GAP = 3.0
NARROW = 16.0
"""The least width of a thumbnail; with more steps than fit, some are left out."""


def middle(pixmap: QPixmap, aspect: float) -> QRectF:
    """The part of a picture that has those proportions, from its middle."""
    whole = QRectF(pixmap.rect())
    width = min(whole.width(), whole.height() * aspect)
    height = min(whole.height(), width / aspect)
    part = QRectF(0, 0, width, height)
    part.moveCenter(whole.center())
    return part


@dataclass
class Film:
    """The pictures of one node in one run, oldest first, as the engine sent them."""

    node: str = ""
    frames: list[Picture] = field(default_factory=list)
    _order: list[int] = field(default_factory=list)

    def add(self, node: str, picture: Picture, index: int = 0) -> None:
        """One step more, put where its index belongs; a picture of another node or size begins another film."""
        last = self.frames[-1] if self.frames else None
        if node != self.node or (last and (last.width, last.height) != (picture.width, picture.height)):
            self.clear()
            self.node = node
        place = bisect_right(self._order, index) if index else len(self._order)
        self._order.insert(place, index or (self._order[-1] if self._order else 0))
        self.frames.insert(place, picture)
        if len(self.frames) > LONGEST:
            self.frames, self._order = self.frames[::2], self._order[::2]

    def clear(self) -> None:
        """Hold no pictures."""
        self.node, self.frames, self._order = "", [], []


class FilmStrip(QWidget):
    """Thumbnails side by side; where there are more than fit, evenly chosen ones. Hovering scrubs.

    Left and Right go from step to step with the keyboard, Esc goes back to the finished picture.
    """

    scrubbed = Signal(object)
    """The QImage of the step under the pointer, None when the pointer leaves."""
    chosen = Signal(int)
    """A step was clicked."""

    def __init__(self, look: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._film = Film()
        self._thumbs: dict[int, QPixmap] = {}
        self._at = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Film strip: one picture for each step"))
        self.setToolTip(self.tr("Move over the steps to see the picture grow"))

    @property
    def film(self) -> Film:
        """What it shows."""
        return self._film

    @property
    def at(self) -> int:
        """The step that is looked at, -1 for none."""
        return self._at

    def set_look(self, look: Appearance) -> None:
        """Follow the theme."""
        self._look = look
        self.update()

    def add(self, node: str, picture: Picture, index: int = 0) -> None:
        """One step more."""
        before = self._film.frames
        self._film.add(node, picture, index)
        if self._film.frames is not before or self._film.frames[-1] is not picture:
            self._thumbs.clear()
        self._changed()

    def show_film(self, film: Film) -> None:
        """Show another film."""
        if film is self._film:
            return
        self._film = film
        self._thumbs.clear()
        self._at = -1
        self._changed()

    def image(self, index: int) -> QImage:
        """The whole picture of a step."""
        return image_of(self._film.frames[index])

    def shown(self) -> Sequence[int]:
        """The steps that are drawn, in order: the first and the last are always among them."""
        count = len(self._film.frames)
        room = max(2, int((self.width() - 2 * GAP) // (NARROW + GAP)))
        if count <= room:
            return range(count)
        return [round(index * (count - 1) / (room - 1)) for index in range(room)]

    def sizeHint(self) -> QSize:
        """One row of thumbnails."""
        return QSize(240, SIDE + 8)

    def minimumSizeHint(self) -> QSize:
        """One row of a few thumbnails."""
        return QSize(120, SIDE + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The thumbnails; the step looked at is framed."""
        painter = QPainter(self)
        theme = self._look.theme
        painter.fillRect(self.rect(), theme.color("node"))
        if not self._film.frames:
            painter.setPen(theme.color("muted"))
            painter.setFont(self._look.font("small"))
            painter.drawText(
                self.rect(), Qt.AlignmentFlag.AlignCenter, self.tr("Steps appear here during a run")
            )
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for place, index in enumerate(self.shown()):
            box = self._box(place)
            thumb = self._thumb(index)
            painter.drawPixmap(box, thumb, middle(thumb, box.width() / box.height()))
            if index == self._at:
                painter.setPen(QPen(theme.color("accent"), 2))
                painter.drawRect(box.adjusted(-1, -1, 1, 1))
        if self._at >= 0:
            self._number(painter)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub."""
        self._go(self._index(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a step."""
        index = self._index(event.position())
        if index >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(index)

    def leaveEvent(self, event: QEvent) -> None:
        """Back to what the viewer showed."""
        self._go(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step by step."""
        count = len(self._film.frames)
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps and count:
            start = self._at if self._at >= 0 else count - 1
            self._go(min(count - 1, max(0, start + steps[Qt.Key(event.key())])))
        elif event.key() == Qt.Key.Key_Escape and self._at >= 0:
            self._go(-1)
        else:
            super().keyPressEvent(event)

    def _changed(self) -> None:
        count = len(self._film.frames)
        words = self.tr("1 step") if count == 1 else self.tr("{count} steps").format(count=count)
        self.setAccessibleDescription(words)
        self.update()

    def _go(self, index: int) -> None:
        if index == self._at:
            return
        self._at = index
        self.scrubbed.emit(self.image(index) if index >= 0 else None)
        self.update()

    def _index(self, point: QPointF) -> int:
        shown = self.shown()
        place = int((point.x() - GAP) // (self._cell() + GAP))
        return shown[place] if 0 <= place < len(shown) else -1

    def _cell(self) -> float:
        """The width of a thumbnail: the whole picture where there is room, else a slice of its middle."""
        count = len(self._film.frames)
        if not count:
            return float(SIDE)
        first = self._film.frames[0]
        whole = min(2.0, max(0.5, first.width / first.height)) * SIDE
        return max(NARROW, min(whole, (self.width() - GAP) / count - GAP))

    def _box(self, place: int) -> QRectF:
        return QRectF(GAP + place * (self._cell() + GAP), 4, self._cell(), SIDE)

    def _thumb(self, index: int) -> QPixmap:
        if index not in self._thumbs:
            side = round(2 * SIDE * self.devicePixelRatioF())
            self._thumbs[index] = QPixmap.fromImage(fitted(self.image(index), side))
        return self._thumbs[index]

    def _number(self, painter: QPainter) -> None:
        theme, shown = self._look.theme, list(self.shown())
        if self._at not in shown:
            return
        text = f"{self._at + 1}/{len(self._film.frames)}"
        painter.setFont(self._look.font("small", bold=True))
        box = self._box(shown.index(self._at))
        width = painter.fontMetrics().horizontalAdvance(text) + 10
        tag = QRectF(box.left() + 2, box.bottom() - 18, width, 16)
        painter.fillRect(tag, theme.color("raised", 0.9))
        painter.setPen(theme.color("text"))
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, text)
