"""The one bundled font family, so that the program looks the same everywhere."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

FAMILY = "Inter"
SIZES = {"small": 10.0, "body": 12.0, "large": 15.0}
"""Font sizes in logical pixels at text scale 1."""


@lru_cache(maxsize=1)
def load_fonts() -> str:
    """Make the bundled family known to Qt and return its name; needs a QGuiApplication."""
    for path in sorted((Path(__file__).parent / "fonts").glob("*.otf")):
        QFontDatabase.addApplicationFont(str(path))
    return FAMILY


def text_font(pixels: float, bold: bool = False) -> QFont:
    """The family at a size in logical pixels, with digits of one width."""
    font = QFont(load_fonts())
    font.setPixelSize(max(1, round(pixels)))
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    font.setFeature(QFont.Tag("tnum"), 1)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font
