"""The tabs of a window: movable, closable, torn off by dragging them away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QTabBar, QTabWidget, QWidget

from ui.i18n.translate import plain
from ui.shell.document_view import DocumentView

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

FAR = 60
"""How far below or above the strip a tab is dragged until it comes off."""


class TabStrip(QTabBar):
    """A tab bar that notices a tab dragged away, and a middle click."""

    torn_off = Signal(int, QPoint)
    middle_clicked = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._held = -1
        self.setElideMode(Qt.TextElideMode.ElideMiddle)
        self.setAccessibleName(self.tr("Open workflows"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Hold a tab."""
        self._held = self.tabAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.MiddleButton and self._held >= 0:
            self.middle_clicked.emit(self._held)
            return
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go of it, perhaps far away."""
        held, self._held = self.currentIndex() if self._held >= 0 else -1, -1
        super().mouseReleaseEvent(event)
        y = event.position().y()
        if held >= 0 and self.count() > 1 and (y < -FAR or y > self.height() + FAR):
            self.torn_off.emit(held, event.globalPosition().toPoint())


class Tabs(QTabWidget):
    """The open documents of one window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.strip = TabStrip(self)
        self.setTabBar(self.strip)
        self.setDocumentMode(True)
        self.setMovable(True)
        self.setTabsClosable(True)
        self.setUsesScrollButtons(True)
        self.setAccessibleName(self.tr("Open workflows"))

    def tabInserted(self, index: int) -> None:
        """Name its close button, for those who cannot see the cross."""
        super().tabInserted(index)
        for side in (QTabBar.ButtonPosition.LeftSide, QTabBar.ButtonPosition.RightSide):
            button = self.strip.tabButton(index, side)
            if button is not None:
                button.setAccessibleName(self.tr("Close tab"))
                button.setToolTip(self.tr("Close tab"))

    def views(self) -> list[DocumentView]:
        """The documents, left to right."""
        return [view for index in range(self.count()) if (view := self.view_at(index)) is not None]

    def view_at(self, index: int) -> DocumentView | None:
        """The document at a place; None where there is none."""
        widget = self.widget(index)
        return widget if isinstance(widget, DocumentView) else None

    def current(self) -> DocumentView | None:
        """The document in front."""
        return self.view_at(self.currentIndex())

    def step(self, by: int) -> None:
        """Go to the next or previous tab, round and round."""
        if self.count():
            self.setCurrentIndex((self.currentIndex() + by) % self.count())

    def label(self, view: DocumentView) -> None:
        """Write the tab's name anew: a dot marks work that is not saved."""
        index = self.indexOf(view)
        name = view.editor.name
        self.setTabText(index, (f"{name} •" if view.editor.unsaved else name).replace("&", "&&"))
        path = view.editor.path
        self.setTabToolTip(index, plain(str(path)) if path else self.tr("Not saved in a file yet"))
