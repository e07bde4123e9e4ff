"""Small parts that the panels of a run share."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QToolButton, QWidget

from ui.i18n.translate import plain
from ui.theme.appearance import Appearance
from ui.theme.icons import icon


class IconButton(QToolButton):
    """A quiet button with an icon, a name for screen readers and a tooltip."""

    def __init__(
        self,
        name: str,
        text: str,
        look: Appearance,
        parent: QWidget,
        call: Callable[[], object] | None = None,
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._call = call
        self.setToolTip(plain(text))
        self.setAccessibleName(text)
        self.set_look(look)
        if call is not None:
            self.clicked.connect(self._clicked)

    def _clicked(self, on: bool = False) -> None:
        if self._call is not None:
            self._call()

    def set_icon(self, name: str, text: str, look: Appearance) -> None:
        """Become another button."""
        self._name = name
        self.setToolTip(plain(text))
        self.setAccessibleName(text)
        self.set_look(look)

    def set_look(self, look: Appearance) -> None:
        """Follow the theme."""
        theme = look.theme
        self.setIcon(icon(self._name, theme.text, theme.muted, theme.accent))
