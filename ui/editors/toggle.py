"""On or off: a switch that Space, Enter or a click turns."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from ui.editors.base import ALT, ParamEditor
from ui.editors.binding import Binding
from ui.theme.appearance import Appearance

WIDTH, HEIGHT = 28.0, 16.0


class ToggleEditor(ParamEditor):
    """What it turns to is set at once."""

    def __init__(self, binding: Binding, look: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(binding, look, parent)
        self.switch = Switch(self, look)
        self.switch.toggled.connect(self._turned)
        self._hold(self.switch)
        self.show_value()

    def show_value(self) -> None:
        """Show how it stands."""
        blocked = self.switch.blockSignals(True)
        self.switch.setChecked(bool(self.binding.value))
        self.switch.blockSignals(blocked)

    def pressed(self, event: QKeyEvent) -> bool:
        """Enter turns it as Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & ALT:
            self.switch.toggle()
            return True
        return super().pressed(event)

    def _turned(self, on: bool) -> None:
        self._try.set(on)


class Switch(QAbstractButton):
    """A painted switch at the right edge."""

    def __init__(self, parent: QWidget, look: Appearance) -> None:
        super().__init__(parent)
        self._look = look
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        """The switch with some air."""
        return QSize(round(WIDTH) + 8, self._look.metrics.row + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Track, knob, and a ring with the focus."""
        theme, on = self._look.theme, self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.width() - WIDTH - 4, (self.height() - HEIGHT) / 2, WIDTH, HEIGHT)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(-3, -3, 3, 3), HEIGHT / 2 + 3, HEIGHT / 2 + 3)
        painter.setPen(QPen(QColor(theme.accent if on else theme.outline), 1))
        painter.setBrush(QColor(theme.accent if on else theme.field))
        painter.drawRoundedRect(box, HEIGHT / 2, HEIGHT / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.on_accent if on else theme.muted))
        x = box.right() - HEIGHT / 2 if on else box.left() + HEIGHT / 2
        painter.drawEllipse(QPointF(x, box.center().y()), HEIGHT / 2 - 3, HEIGHT / 2 - 3)
        painter.end()
