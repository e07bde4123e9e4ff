"""The status bar: what just happened, and how much is selected."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QStatusBar, QStyle, QStyleOption, QWidget

from ui.document.editor import Editor
from ui.i18n.translate import plain
from ui.widgets.plain_label import Words

SHOWN = 8000
"""Milliseconds that a sentence stays."""


class SteadyLabel(Words):
    """Words that change often: it grows where they need more room and never shrinks, so nothing is laid out anew."""

    def say(self, text: str) -> None:
        """Show other words."""
        self.setText(text)
        self._grow(self.minimumSize())

    def changeEvent(self, event: QEvent) -> None:
        """Measure anew in another text size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._grow(QSize())

    def _grow(self, least: QSize) -> None:
        wanted = self.sizeHint().expandedTo(least)
        if wanted != self.minimumSize():
            self.setFixedSize(wanted)


class StatusBar(QStatusBar):
    """Sentences at the left, counts at the right."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.counts = SteadyLabel(self)
        self.addPermanentWidget(self.counts)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The sentence, with an ellipsis where the counts leave no room for all of it."""
        painter = QPainter(self)
        option = QStyleOption()
        option.initFrom(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelStatusBar, option, painter, self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self._room(), Qt.AlignmentFlag.AlignVCenter, self.shown())

    def shown(self) -> str:
        """What is seen of the sentence."""
        room = self._room().width()
        return self.fontMetrics().elidedText(self.currentMessage(), Qt.TextElideMode.ElideRight, room)

    def _room(self) -> QRect:
        lefts = [
            child.x() for child in self.findChildren(QWidget) if child.parent() is self and child.isVisible()
        ]
        return QRect(8, 0, max(0, min(lefts, default=self.width()) - 16), self.height())

    def say(self, text: str) -> None:
        """Show a sentence for a while; a screen reader says it."""
        self.showMessage(text, SHOWN)
        self.setToolTip(plain(text))
        if text and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def count(self, editor: Editor | None) -> None:
        """Show how many nodes there are and how many are selected."""
        if editor is None:
            self.counts.say("")
            return
        nodes, chosen = len(editor.graph.nodes), len(editor.selection.nodes)
        text = self.tr("1 node") if nodes == 1 else self.tr("{count} nodes").format(count=nodes)
        if chosen:
            text = self.tr("{chosen} of {nodes} selected").format(chosen=chosen, nodes=text)
        self.counts.say(text)
