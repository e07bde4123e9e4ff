"""What the program looks like: surfaces, type hues, fonts and sizes. Nothing here imports the editor."""

from ui.theme.palette import CONTRAST, DARK, LIGHT, THEMES, Theme
from ui.theme.typeface import load_fonts, text_font
from ui.theme.types import Shape, category_color, shape_of, type_color

__all__ = [
    "CONTRAST",
    "DARK",
    "LIGHT",
    "THEMES",
    "Shape",
    "Theme",
    "category_color",
    "load_fonts",
    "shape_of",
    "text_font",
    "type_color",
]
