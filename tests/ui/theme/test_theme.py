from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF

from ui.theme import THEMES, Shape, Theme, shape_of, text_font, type_color

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def luminance(color: QColor) -> float:
    channels = (color.redF(), color.greenF(), color.blueF())
    parts = [c / 12.92 if c <= 0.04045 else float(((c + 0.055) / 1.055) ** 2.4) for c in channels]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_text_is_readable_on_every_surface(theme: Theme) -> None:
    least = 7.0 if theme.name == "High contrast" else 4.5
    for surface in ("canvas", "node", "raised", "field"):
        for ink in ("text", "muted"):
            assert contrast(theme.color(ink), theme.color(surface)) >= least, (ink, surface)
    assert contrast(theme.color("on_accent"), theme.color("accent")) >= 4.5
    assert contrast(theme.color("text"), theme.color("note")) >= least


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_ports_stand_out_from_nodes_and_canvas(theme: Theme) -> None:
    for name in theme.hues:
        color = type_color(theme, name)
        for surface in ("node", "canvas"):
            assert contrast(color, theme.color(surface)) >= 3.0, (name, surface)
    for name in ("accent", "error", "warning"):
        assert contrast(theme.color(name), theme.color("node")) >= 3.0, name


def test_families_have_shapes_and_unknown_types_a_steady_hue() -> None:
    assert shape_of("Model") is Shape.DIAMOND and shape_of("Image") is Shape.CIRCLE
    assert shape_of("Int") is Shape.TRIANGLE and shape_of("Image", many=True) is Shape.SQUARE
    assert type_color(THEMES[0], "pack/Odd") == type_color(THEMES[0], "pack/Odd")


def test_the_bundled_font_is_used_and_its_digits_are_of_one_width(qtbot: QtBot) -> None:
    for bold in (False, True):
        font = text_font(13, bold=bold)
        assert QFontInfo(font).family() == "Inter"
        metrics = QFontMetricsF(font)
        widths = [metrics.horizontalAdvance(digit) for digit in "0123456789"]
        assert max(widths) - min(widths) < 0.05
