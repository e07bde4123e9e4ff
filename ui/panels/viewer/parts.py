"""Small parts of the viewer's panel."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.i18n.translate import QT_TRANSLATE_NOOP, plain, tr
from ui.panels.results.chrome import IconButton
from ui.panels.viewer.pixels import Channel
from ui.theme.appearance import Appearance
from ui.widgets.plain_label import PlainLabel

LEAST = 96
"""Pixels that a line keeps, if it needs as many."""


class Elided(PlainLabel):
    """A line that gives way: cut in the middle where it does not fit, whole in its tooltip."""

    def minimumSizeHint(self) -> QSize:
        """It may become short, but no short name is cut."""
        whole = super().minimumSizeHint()
        return QSize(min(LEAST, whole.width()), whole.height())

    def setText(self, text: str) -> None:
        """Show another text."""
        super().setText(text)
        self.setToolTip(plain(text))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The text, cut where there is no room."""
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        painter.setFont(self.font())
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, shown)


CHANNEL_NAMES = {
    "rgb": QT_TRANSLATE_NOOP("ChannelButton", "All channels"),
    "r": QT_TRANSLATE_NOOP("ChannelButton", "Red (R)"),
    "g": QT_TRANSLATE_NOOP("ChannelButton", "Green (G)"),
    "b": QT_TRANSLATE_NOOP("ChannelButton", "Blue (B)"),
    "l": QT_TRANSLATE_NOOP("ChannelButton", "Luminance (L)"),
}


class ChannelButton(IconButton):
    """A letter instead of an icon."""

    def __init__(self, name: Channel, look: Appearance, parent: QWidget) -> None:
        self._letter = name.upper()
        super().__init__("picture", tr("ChannelButton", CHANNEL_NAMES[name]), look, parent)
        self.setCheckable(True)

    def set_look(self, look: Appearance) -> None:
        """Letters follow the sheet by themselves."""
        self.setText(self._letter)


class WordButton(IconButton):
    """A word instead of an icon, to be switched on and off."""

    def __init__(self, word: str, tip: str, look: Appearance, parent: QWidget) -> None:
        self._word = word
        super().__init__("picture", tip, look, parent)
        self.setCheckable(True)

    def set_look(self, look: Appearance) -> None:
        """Words follow the sheet by themselves."""
        self.setText(self._word)


class ItemStepper(QWidget):
    """`‹ 2 of 4 ›`: which item of a batch is shown. Hidden where there is only one."""

    stepped = Signal(int)
    """The item that is wanted, from 0."""

    def __init__(self, look: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self.item = self.items = 0
        self.back = WordButton("‹", self.tr("Item before"), look, self)
        self.on = WordButton("›", self.tr("Next item"), look, self)
        self.count = PlainLabel(self)
        self.count.setProperty("role", "small")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for part, step in ((self.back, -1), (self.count, 0), (self.on, 1)):
            row.addWidget(part)
            if isinstance(part, WordButton):
                part.setCheckable(False)
                part.clicked.connect(lambda _on=False, step=step: self._go(step))
        self.hide()

    def show_item(self, item: int, items: int) -> None:
        """Say which of how many is shown."""
        self.item, self.items = item, items
        self.count.setText(self.tr("{item} of {items}").format(item=item + 1, items=items))
        self.setVisible(items > 1)

    def _go(self, step: int) -> None:
        self.stepped.emit((self.item + step) % max(1, self.items))
