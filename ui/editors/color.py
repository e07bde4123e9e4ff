"""A colour: a swatch with its #rrggbb, and a picker of shade and hue behind."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QLinearGradient, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from nodegraph.edits import Edit, SetParam
from ui.editors.base import ParamEditor
from ui.editors.binding import Binding, EditTransaction
from ui.editors.field_button import FieldButton
from ui.editors.text import Line
from ui.theme.appearance import Appearance

COLOR = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
SIDE, BAR, GAP = 176, 16, 10


def parsed(text: str) -> str | None:
    """`#rrggbb` from what was typed: six or three digits, or a colour's English name; None if it is none."""
    found = COLOR.fullmatch(text.strip())
    if found:
        digits = found[1] if len(found[1]) == 6 else "".join(d * 2 for d in found[1])
        return f"#{digits.lower()}"
    named = QColor.fromString(text.strip()) if text.strip().isalpha() else QColor()
    return named.name() if named.isValid() else None


class ColorEditor(ParamEditor):
    """The line takes #rrggbb or a name; the swatch opens the picker."""

    def __init__(self, binding: Binding, look: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(binding, look, parent)
        self.line = Line(self)
        self.swatch = FieldButton(self, look, "")
        self.swatch.setFixedWidth(40)
        self.swatch.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.swatch.setAccessibleName(self.tr("Pick a colour"))
        self.swatch.clicked.connect(self.open_choices)
        self.line.textEdited.connect(self.typed)
        self._row.addWidget(self.swatch)
        self._hold(self.line)
        self._popup: ColorPicker | None = None
        self.show_value()

    @property
    def open_popup(self) -> QWidget | None:
        """The picker, while it is open."""
        return self._popup

    def show_value(self) -> None:
        """Show the colour."""
        text = str(self.binding.value)
        self.swatch.swatch = parsed(text) or ""
        self.swatch.update()
        if text != self.line.text() and not self.line.isModified():
            self.line.setText(text)

    def begin(self) -> None:
        """Type over it."""
        super().begin()
        self.line.selectAll()

    def commit(self) -> bool:
        """Take what is typed, if it is a colour."""
        if self.line.isModified():
            found = parsed(self.line.text())
            if found is None:
                self.hinted.emit(self.refusal(), True)
                return False
            self.line.setModified(False)
            self.untyped()
            self._try.set(found)
            self.show_value()
        return True

    def draft(self) -> Edit | None:
        """The colour, once what is typed is one."""
        found = parsed(self.line.text())
        return SetParam(self.binding.node, self.binding.param.name, found) if found is not None else None

    def give_up(self) -> None:
        """Show the colour of the graph."""
        self.line.setModified(False)
        super().give_up()

    def refusal(self) -> str:
        """What a colour looks like."""
        return self.tr("Write a colour as #rrggbb, such as #ff8000, or by its name.")

    def restore(self) -> None:
        """Bring back the colour."""
        self.line.setModified(False)
        super().restore()

    def pressed(self, event: QKeyEvent) -> bool:
        """Down opens the picker."""
        if event.key() == Qt.Key.Key_Down:
            return self.open_choices()
        return super().pressed(event)

    def open_choices(self) -> bool:
        """Open the picker below."""
        if self._popup is None:
            start = QColor(parsed(str(self.binding.value)) or "#000000")
            self._popup = ColorPicker(self.window(), self.look, start)
            self._popup.picked.connect(self._picked)
            self._popup.closed.connect(self._closed)
            self._popup.open_below(self)
        return True

    def _picked(self, color: QColor) -> None:
        self.line.setModified(False)
        self.untyped()
        self._try.set(color.name())
        self.show_value()

    def _closed(self, kept: bool) -> None:
        self._popup = None
        if not kept:
            self.restore()
        self._try = EditTransaction(self.binding)
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)


class ColorPicker(QFrame):
    """Shade in a square, hue in a bar. Arrows change shade, with Shift hue; Enter keeps, Esc gives back."""

    picked = Signal(QColor)
    closed = Signal(bool)

    def __init__(self, parent: QWidget, look: Appearance, color: QColor) -> None:
        super().__init__(parent)
        self.setObjectName("Popup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Colour"))
        self._look = look
        self._done = False
        self._hue = max(0.0, color.hsvHueF())
        self._saturation, self._value = color.hsvSaturationF(), color.valueF()
        self._held = ""
        self.setFixedSize(SIDE + BAR + 3 * GAP, SIDE + 2 * GAP)
        box = QVBoxLayout(self)
        box.addLayout(QHBoxLayout())
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]  # there is one: we are a widget

    def open_below(self, owner: QWidget) -> None:
        """Open at the widget's lower edge, inside the window."""
        room = self.window().rect().adjusted(8, 8, -8, -8)
        place = owner.mapTo(self.window(), QPoint(0, owner.height() + 4))
        if place.y() + self.height() > room.bottom():
            place.setY(max(room.top(), owner.mapTo(self.window(), QPoint()).y() - self.height() - 4))
        place.setX(min(place.x(), room.right() - self.width()))
        self.move(place)
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    @property
    def color(self) -> QColor:
        """What is picked now."""
        return QColor.fromHsvF(self._hue, self._saturation, self._value)

    @property
    def square(self) -> QRectF:
        """Where shades are picked: more colour to the right, more light to the top."""
        return QRectF(GAP, GAP, SIDE, SIDE)

    @property
    def bar(self) -> QRectF:
        """Where hues are picked."""
        return QRectF(2 * GAP + SIDE, GAP, BAR, SIDE)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Square, bar, marks."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        across = QLinearGradient(self.square.topLeft(), self.square.topRight())
        across.setColorAt(0, QColor("white"))
        across.setColorAt(1, QColor.fromHsvF(self._hue, 1, 1))
        down = QLinearGradient(self.square.topLeft(), self.square.bottomLeft())
        down.setColorAt(0, QColor(0, 0, 0, 0))
        down.setColorAt(1, QColor("black"))
        hues = QLinearGradient(self.bar.topLeft(), self.bar.bottomLeft())
        for sixth in range(7):
            hues.setColorAt(sixth / 6, QColor.fromHsvF(sixth / 6 % 1.0, 1, 1))
        painter.setPen(Qt.PenStyle.NoPen)
        for brush in (across, down):
            painter.setBrush(brush)
            painter.drawRoundedRect(self.square, 4, 4)
        painter.setBrush(hues)
        painter.drawRoundedRect(self.bar, 4, 4)
        spot = self.square.topLeft() + QPointF(self._saturation * SIDE, (1 - self._value) * SIDE)
        level = self.bar.top() + self._hue * SIDE
        for pen, grow in ((QPen(QColor("black"), 3), 0.0), (QPen(QColor("white"), 1.5), 0.0)):
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(spot, 6 + grow, 6 + grow)
            painter.drawRoundedRect(QRectF(self.bar.left() - 2, level - 3, BAR + 4, 6), 3, 3)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick here."""
        self._held = "bar" if event.position().x() > self.square.right() + GAP / 2 else "square"
        self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pick on."""
        at = event.position()
        if self._held == "bar":
            self._hue = min(max((at.y() - GAP) / SIDE, 0.0), 0.999)
        elif self._held:
            self._saturation = min(max((at.x() - GAP) / SIDE, 0.0), 1.0)
            self._value = 1 - min(max((at.y() - GAP) / SIDE, 0.0), 1.0)
        self._tell()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The hand is off."""
        self._held = ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Enter, Esc."""
        moves = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, 1),
            Qt.Key.Key_Down: (0, -1),
        }
        key = Qt.Key(event.key())
        if key in moves:
            x, y = moves[key]
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._hue = (self._hue - (y - x) / 72) % 1.0
            else:
                self._saturation = min(max(self._saturation + x / 50, 0.0), 1.0)
                self._value = min(max(self._value + y / 50, 0.0), 1.0)
            self._tell()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            self.finish(True)
        elif key == Qt.Key.Key_Escape:
            self.finish(False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A press elsewhere keeps the colour; every key is the picker's own."""
        if watched is self and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if (
            event.type() == QEvent.Type.MouseButtonPress
            and isinstance(watched, QWidget)
            and watched is not self
        ):
            self.finish(True)
        return False

    def finish(self, kept: bool) -> None:
        """Close."""
        if not self._done:
            self._done = True
            self.close()
            self.closed.emit(kept)

    def _tell(self) -> None:
        self.update()
        self.picked.emit(self.color)
