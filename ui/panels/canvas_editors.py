"""Gives a document's canvas its editors and its markers of problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.theme.appearance import Appearance

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ui.editors.rows import RowEditors


def attach(widget: QWidget, look: Appearance) -> RowEditors | None:
    """The editors of a canvas, made on the first call; later calls change their look. None for other widgets."""
    from ui.canvas.canvas import Canvas
    from ui.editors.rows import RowEditors
    from ui.panels.problems.validation import validation_of

    if not isinstance(widget, Canvas):
        return None
    rows = widget.findChild(RowEditors)
    if rows is None:
        rows = RowEditors(widget, look)
        validation = validation_of(widget.editor)
        validation.changed.connect(lambda: widget.state.set_problems(validation.markers()))
        widget.state.set_problems(validation.markers())
    rows.close()
    rows.look = look
    return rows
