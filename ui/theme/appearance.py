"""How the chrome looks now: colours and sizes, passed to whatever paints itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ui.config.settings import Settings
from ui.theme import CONTRAST, DARK, LIGHT, Theme, text_font
from ui.theme.style.metrics import Metrics

if TYPE_CHECKING:
    from PySide6.QtGui import QFont


@dataclass(frozen=True)
class Appearance:
    """A theme with the sizes that belong to it."""

    theme: Theme
    metrics: Metrics

    @staticmethod
    def of(settings: Settings, system_dark: bool) -> Appearance:
        """What the settings ask for; `system_dark` decides where they follow the system."""
        themes = {"dark": DARK, "light": LIGHT, "contrast": CONTRAST}
        theme = themes.get(settings.theme) or (DARK if system_dark else LIGHT)
        return Appearance(theme, Metrics.of(settings))

    def font(self, size: str = "body", bold: bool = False) -> QFont:
        """The chrome's font: "small", "body" or "large"."""
        return _font(getattr(self.metrics, size), bold)


@lru_cache(maxsize=32)
def _font(pixels: float, bold: bool) -> QFont:
    return text_font(pixels, bold)
