"""Looks for tests, and pictures of widgets in every one of them."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from ui.config.settings import Settings
from ui.theme.appearance import Appearance
from ui.theme.style import style_sheet

DARK = Appearance.of(Settings(theme="dark"), True)
LIGHT = Appearance.of(Settings(theme="light"), False)
SHOTS = os.environ.get("SHOTS", "")
"""A folder for pictures of what the tests show, to be looked at."""


def dress(look: Appearance) -> None:
    """Give the whole application a look."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    app.setStyle("Fusion")
    app.setPalette(look.theme.qt_palette())
    app.setFont(look.font())
    app.setStyleSheet(style_sheet(look.theme, look.metrics))


def shoot(widget: QWidget, name: str) -> None:
    """Save a picture of the widget if somebody wants to see it."""
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        widget.grab().save(f"{SHOTS}/{name}.png")
