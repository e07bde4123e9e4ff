"""A button that reads like a link and gives way: its text is elided where there is no room."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from ui.i18n.translate import plain


class LinkButton(QPushButton):
    """Shows `words` as far as there is room; the whole of it is its tooltip and accessible name."""

    def __init__(self, words: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "link")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.words = ""
        self.tell(words)

    def tell(self, words: str) -> None:
        """Show other words."""
        self.words = words
        self.setAccessibleName(words)
        self.setToolTip(plain(words))
        self._fit()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Room for all the words."""
        return QSize(self._wide(self.words), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters."""
        return QSize(min(48, self._wide(self.words)), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def _wide(self, words: str) -> int:
        return self.fontMetrics().horizontalAdvance(words) + 12

    def _fit(self) -> None:
        shown = self.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideMiddle, self.width() - 8)
        self.setText(shown.replace("&", "&&"))
