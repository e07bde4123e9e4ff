"""Socket types as colour and shape: the shape says the family to who cannot tell the hues apart."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from zlib import crc32

from PySide6.QtGui import QColor

from nodegraph.model.spec import ANY
from ui.theme.palette import Theme


class Shape(Enum):
    """The outline of a port: data, models, lists, plain values."""

    CIRCLE = "circle"
    DIAMOND = "diamond"
    SQUARE = "square"
    TRIANGLE = "triangle"


VALUES = frozenset({"Int", "Float", "Text", "Bool"})
MODELS = frozenset({"Model", "Clip", "Vae", "ControlNet", "ClipVision", "UpscaleModel", "StyleModel", "Lora"})


def shape_of(type_name: str, many: bool = False) -> Shape:
    """The shape of a port of that type; lists are squares whatever they hold."""
    if many:
        return Shape.SQUARE
    if type_name in VALUES:
        return Shape.TRIANGLE
    return Shape.DIAMOND if type_name in MODELS else Shape.CIRCLE


@lru_cache(maxsize=512)
def type_color(theme: Theme, type_name: str) -> QColor:
    """The hue of a type; a type that the theme does not know gets a steady one made from its name."""
    if type_name == ANY:
        return QColor(theme.muted)
    known = theme.hues.get(type_name)
    return QColor(known) if known else _hashed(theme, type_name)


@lru_cache(maxsize=512)
def category_color(theme: Theme, category: str) -> QColor:
    """The hue of the line under a title, by the first part of the category."""
    name = category.replace(".", "/").split("/")[0].lower()
    known = theme.categories.get(name)
    return QColor(known) if known else _hashed(theme, name)


def _hashed(theme: Theme, name: str) -> QColor:
    hue = crc32(name.encode()) % 360
    return QColor.fromHsv(hue, 90, 215) if theme.dark else QColor.fromHsv(hue, 160, 130)
