"""Panels of rows whose lines wrap: as high as the lines need at the width there is."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QLayout, QScrollArea

from ui.panels.inspector.row import ParamRow


def fit_lines(area: QScrollArea, rows: Iterable[ParamRow], margins: int) -> None:
    """Give rows and body their height: the scroll area alone squeezes wrapped lines."""
    body = area.widget()
    layout = body.layout() if body is not None else None
    if body is None or layout is None:
        return
    for row in rows:
        width = (
            row.width()
            if row.width() < area.viewport().width() - margins
            else area.viewport().width() - margins
        )
        row.setMinimumHeight(_height(row.layout(), width))
    layout.invalidate()
    body.setMinimumHeight(_height(layout, area.viewport().width()))


def _height(layout: QLayout | None, width: int) -> int:
    if layout is None:
        return 0
    return (
        layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
    )
