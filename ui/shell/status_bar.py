"""The status bar: what just happened, and how much is selected."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QStatusBar, QStyle, QStyleOption, QWidget

from ui.document.editor import Editor
from ui.i18n.translate import plain
from ui.widgets.plain_label import PlainLabel

SHOWN = 8000
"""Milliseconds that a sentence stays."""
GAP = 10
"""Pixels between the parts of the bar and beside them."""


class SteadyLabel(PlainLabel):
    """Words of a status bar that change often: it grows where they need more room and never shrinks, so nothing is laid
    out again, but takes no more than its share of the bar; what has no room ends in an ellipsis."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted = QSize(0, 0)

    def say(self, text: str) -> None:
        """Show other words."""
        self.setText(text)
        self._wanted = self.sizeHint().expandedTo(self._wanted)
        self.fit()

    def fit(self) -> None:
        """Take the room that is wanted, as far as the bar has it, and move its neighbours at once."""
        bar = self.parentWidget()
        share = bar.share() if isinstance(bar, StatusBar) else self._wanted.width()
        size = self._wanted.boundedTo(QSize(share, self._wanted.height()))
        if size != self.minimumSize():
            self.setFixedSize(size)
            layout = bar.layout() if bar is not None else None
            if layout is not None:
                layout.activate()
        narrow = size.width() < self.sizeHint().width()
        self.setToolTip(plain(self.text()) if narrow else "")

    def changeEvent(self, event: QEvent) -> None:
        """Measure again in another text size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._wanted = self.sizeHint()
            self.fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The words, with an ellipsis where there is no room for all of them."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.contentsRect(), self.alignment(), text)


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

    def share(self) -> int:
        """How many pixels a label may take, so that all permanent parts have room beside each other."""
        children = [child for child in self.children() if isinstance(child, QWidget) and not child.isHidden()]
        labels = [child for child in children if isinstance(child, SteadyLabel)]
        others = sum(child.sizeHint().width() for child in children if child not in labels)
        return max(24, (self.width() - others - GAP * len(children)) // max(1, len(labels)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new width."""
        super().resizeEvent(event)
        for label in self.findChildren(SteadyLabel):
            label.fit()

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
