"""Gives a canvas the looks and habits that the settings ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QStyle, QWidget

from ui.config.settings import Settings
from ui.panels.canvas_editors import attach
from ui.theme.appearance import Appearance

if TYPE_CHECKING:
    from ui.shell.document_view import Canvas


def dress(widget: QWidget, look: Appearance, chosen: Settings) -> None:
    """Colours, sizes, links, habits, and the editors of values over it."""
    canvas = cast("Canvas", widget)
    canvas.set_density(chosen.density, chosen.text_size / 100)
    canvas.set_theme(look.theme)
    _set_links(widget, {"curved": "curve"}.get(chosen.links, chosen.links))
    canvas.set_snap(chosen.snap)
    canvas.set_shake(chosen.shake)
    # A system that wants no motion gives animations no time.
    animates = widget.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0
    canvas.set_motion(chosen.motion and animates)
    canvas.show_minimap(chosen.minimap)
    attach(widget, look)


def _set_links(widget: QWidget, style: str) -> None:
    scene = cast("Canvas", widget).scene
    if scene.style != style:
        scene.style = style
        scene.rebuild()
        widget.update()
