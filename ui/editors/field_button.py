"""A button that looks like a field: its text on the left, an icon on the right."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from ui.theme.appearance import Appearance
from ui.theme.icons import paint

PAD = 8.0
ICON = 14.0


class FieldButton(QToolButton):
    """Painted in the look's colours; `swatch` is a colour shown before the text."""

    def __init__(self, parent: QWidget, look: Appearance, icon: str) -> None:
        super().__init__(parent)
        self._look = look
        self._icon = icon
        self.swatch = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:
        """It may be narrow: its text is elided."""
        return QSize(48, self._look.metrics.row)

    def sizeHint(self) -> QSize:
        """A line of text and the icon."""
        width = self.fontMetrics().horizontalAdvance(self.text()[:40]) + 2 * PAD + ICON + 8
        return QSize(round(width), self._look.metrics.row + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Well, swatch, text, icon."""
        theme = self._look.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(theme.accent if self.hasFocus() else theme.hairline), 1))
        painter.setBrush(QColor(theme.field_hover if self.underMouse() else theme.field))
        painter.drawRoundedRect(rect, 4, 4)
        left, right = rect.left() + PAD, rect.right() - PAD
        if self._icon:
            box = QRectF(right - ICON, rect.center().y() - ICON / 2, ICON, ICON)
            paint(painter, box, self._icon, theme.muted)
            right = box.left() - 6
        if self.swatch:
            box = QRectF(left, rect.center().y() - 7, 22, 14)
            painter.setBrush(QColor(self.swatch))
            painter.setPen(QPen(QColor(theme.outline), 1))
            painter.drawRoundedRect(box, 3, 3)
            left = box.right() + 8
        painter.setPen(QColor(theme.text))
        painter.setFont(self.font())
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, int(right - left))
        painter.drawText(
            QRectF(left, rect.top(), right - left, rect.height()), Qt.AlignmentFlag.AlignVCenter, shown
        )
        painter.end()
