"""The links that bring a running node what it works on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF

from ui.canvas.rendering.highlights import view_rect
from ui.canvas.rendering.paint_links import portal_rects
from ui.canvas.scene.boxes import LinkBox, LinkKey
from ui.canvas.scene.camera import Camera
from ui.canvas.scene.scene import Scene
from ui.canvas.scene.state import CanvasState

if TYPE_CHECKING:
    from ui.canvas.acting import Acting

MARGIN, AROUND = 8, 12.0
"""Pixels, and scene units where those are more, that a highlighted link stands out from its course."""


def flowing(scene: Scene, state: CanvasState) -> frozenset[LinkKey]:
    """The links into nodes that run now."""
    return frozenset(
        key
        for name in state.running
        if name in scene.nodes
        for key in scene.links_of(name)
        if key.target == name
    )


def repaint(canvas: Acting, node: str) -> None:
    """A node began or ended to run: paint its links anew, and nothing else."""
    if node not in canvas.scene.nodes or not canvas.isVisible():
        return
    for key in canvas.scene.links_of(node):
        if key.target == node:
            canvas.update(link_area(canvas.scene, canvas.camera, canvas.scene.links[key]))


def link_area(scene: Scene, camera: Camera, link: LinkBox) -> QRect:
    """The part of the view that a link may cover when it is highlighted."""
    left, top, right, bottom = link.edges
    area = QRectF(left, top, right - left, bottom - top)
    for sign in portal_rects(link, scene.metrics.measure):
        area = area.united(sign)
    margin = max(MARGIN, math.ceil(AROUND * camera.zoom))
    return view_rect(camera, area).toAlignedRect().adjusted(-margin, -margin, margin, margin)
