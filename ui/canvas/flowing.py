"""The links that bring a running node what it works on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF

from ui.canvas.boxes import LinkKey
from ui.canvas.look import view_rect
from ui.canvas.scene import Scene
from ui.canvas.state import CanvasState

if TYPE_CHECKING:
    from ui.canvas.canvas import Canvas

MARGIN = 8
"""Pixels that a highlighted link stands out from its course."""


def flowing(scene: Scene, state: CanvasState) -> frozenset[LinkKey]:
    """The links into nodes that run now."""
    return frozenset(
        key
        for name in state.running
        if name in scene.nodes
        for key in scene.links_of(name)
        if key.target == name
    )


def repaint(canvas: Canvas, node: str) -> None:
    """A node began or ended to run: paint its links anew, and nothing else."""
    if node not in canvas.scene.nodes or not canvas.isVisible():
        return
    for key in canvas.scene.links_of(node):
        if key.target == node:
            left, top, right, bottom = canvas.scene.links[key].edges
            area = view_rect(canvas.camera, QRectF(left, top, right - left, bottom - top))
            canvas.update(area.toAlignedRect().adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN))
