"""The status bar: what just happened, and how much is selected."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from ui.editor import Editor

SHOWN = 8000
"""Milliseconds that a sentence stays."""


class StatusBar(QStatusBar):
    """Sentences at the left, counts at the right."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.counts = QLabel(self)
        self.addPermanentWidget(self.counts)

    def say(self, text: str) -> None:
        """Show a sentence for a while; a screen reader says it."""
        self.showMessage(text, SHOWN)
        self.setToolTip(text)
        if text and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def count(self, editor: Editor | None) -> None:
        """Show how many nodes there are and how many are selected."""
        if editor is None:
            self.counts.clear()
            return
        nodes, chosen = len(editor.graph.nodes), len(editor.selection.nodes)
        text = self.tr("1 node") if nodes == 1 else self.tr("{count} nodes").format(count=nodes)
        if chosen:
            text = self.tr("{chosen} of {nodes} selected").format(chosen=chosen, nodes=text)
        self.counts.setText(text)
