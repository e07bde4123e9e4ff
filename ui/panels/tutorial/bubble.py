"""The card of a coach line, with a leader to what it speaks of."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ui.panels.tutorial.callout import Around, callout
from ui.theme.appearance import Appearance
from ui.widgets.plain_label import PlainLabel

DOT = 4
"""Half the width of the leader's end."""
UPPER = 64
"""So far below the window's edge it stands while what it speaks of is out of sight."""


class Bubble(QWidget):
    """The sentence, how many there are, and a way out. It takes no focus and is never modal."""

    skipped = Signal()

    def __init__(self, look: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.card = QWidget(self)
        self._end: QPoint | None = None
        self.text = PlainLabel(self.card)
        self.count = PlainLabel(self.card)
        self.count.setProperty("role", "small")
        self.skip = QPushButton(self.tr("Skip (Esc)"), self.card)
        self.skip.setProperty("role", "link")
        self.skip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.skip.clicked.connect(self.skipped)
        foot = QHBoxLayout()
        foot.addWidget(self.count)
        foot.addStretch(1)
        foot.addWidget(self.skip)
        box = QVBoxLayout(self.card)
        box.setContentsMargins(16, 10, 12, 6)
        box.setSpacing(2)
        box.addWidget(self.text)
        box.addLayout(foot)
        self.hide()

    def set_look(self, look: Appearance) -> None:
        """Follow the theme."""
        self._look = look
        self.update()

    def say(self, text: str, number: int, total: int) -> None:
        """Another sentence."""
        self.text.setText(text)
        self.count.setText(self.tr("{number} of {total}").format(number=number, total=total))
        self.setAccessibleName(text)
        self.card.adjustSize()

    def point_at(self, around: Around | None) -> None:
        """Stand where it hides least and point at what it speaks of; in the upper middle while that is out of sight."""
        size = self.card.sizeHint()
        if around is None:
            room = (self.parentWidget() or self).rect()
            card, self._end = QRect(QPoint((room.width() - size.width()) // 2, UPPER), size), None
        else:
            card, self._end = callout(size, around)
        end = self._end or card.center()
        whole = card.united(QRect(end - QPoint(DOT, DOT), end + QPoint(DOT, DOT))).adjusted(-1, -1, 1, 1)
        self.setGeometry(whole)
        self.card.setGeometry(card.translated(-whole.topLeft()))
        self._end = self._end - whole.topLeft() if self._end is not None else None
        self.setMask(self._shape())
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A card, and a line with a dot at its end."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._look.theme
        painter.setPen(QPen(theme.color("accent"), 1.5))
        if self._end is not None:
            painter.drawLine(QPointF(self._near()), QPointF(self._end))
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(QRectF(self.card.geometry()).adjusted(1, 1, -1, -1), 8, 8)
        if self._end is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent"))
            painter.drawEllipse(QPointF(self._end), DOT - 1, DOT - 1)

    def _near(self) -> QPoint:
        """The point of the card that is next to the leader's end."""
        card, end = self.card.geometry(), self._end or QPoint()
        x = max(card.left() + 12, min(end.x(), card.right() - 12))
        y = max(card.top() + 12, min(end.y(), card.bottom() - 12))
        return QPoint(x, y)

    def _shape(self) -> QRegion:
        """Card and leader: clicks beside them are for what lies there."""
        shape = QRegion(self.card.geometry())
        if self._end is None:
            return shape
        return shape.united(
            QRegion(QRect(self._near(), self._end).normalized().adjusted(-DOT, -DOT, DOT, DOT))
        )
