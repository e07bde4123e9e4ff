"""The chrome's style sheet, made from the theme."""

from ui.theme.style.metrics import Metrics
from ui.theme.style.sheet import style_sheet

__all__ = ["Metrics", "style_sheet"]
"""Sizes by density and text size; the sheet for the whole application."""
