"""A panel whose words may change without the window being laid out anew."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget


class Contained(QWidget):
    """Holds one panel and keeps its changing wishes from the window; only a greater least size is passed on.

    Qt otherwise lays out all docks at every changed label, which during a run is several times a second.
    """

    def __init__(self, panel: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.panel = panel
        panel.setParent(self)
        self.setFocusProxy(panel)
        self._least = panel.minimumSizeHint()

    def sizeHint(self) -> QSize:
        """The panel's."""
        return self.panel.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """The panel's."""
        return self.panel.minimumSizeHint().expandedTo(self.panel.minimumSize())

    def event(self, event: QEvent) -> bool:
        """Hear of the panel's wishes."""
        if event.type() == QEvent.Type.LayoutRequest and self.minimumSizeHint() != self._least:
            self._least = self.minimumSizeHint()
            self.updateGeometry()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the panel all the room."""
        self.panel.resize(self.size())
