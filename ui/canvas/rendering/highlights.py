"""What stands out in a frame, and what is being dragged."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF

from nodegraph.model.graph import Point
from ui.canvas.rendering.paint_links import Marked
from ui.canvas.scene.boxes import LinkKey
from ui.canvas.scene.camera import Camera

FAR_TEXT = 4.0
"""Pixels of text below which nodes are flat and links straight."""


@dataclass(frozen=True)
class Moving:
    """What is being dragged, and how far in scene units; the rest of the scene stands still meanwhile."""

    nodes: frozenset[str] = frozenset()
    frames: frozenset[str] = frozenset()
    notes: frozenset[str] = frozenset()
    by: Point = (0.0, 0.0)

    def things(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """What moves, wherever it is."""
        return (self.nodes, self.frames, self.notes)


STILL = Moving()


@dataclass
class Highlights:
    """What stands out: selected and hovered things; `hidden` links are in the hand, `glowing` takes a node in.

    `frame` is the frame under the pointer and `button` the one of its buttons.
    """

    nodes: frozenset[str] = frozenset()
    frames: frozenset[str] = frozenset()
    notes: frozenset[str] = frozenset()
    links: Marked = field(default_factory=Marked)
    hovered: str = ""
    frame: str = ""
    button: str = ""
    hidden: frozenset[LinkKey] = frozenset()
    glowing: LinkKey | None = None


def is_far(camera: Camera) -> bool:
    """Whether nodes are too small for any text."""
    return camera.zoom * 12.0 < FAR_TEXT


def scene_rect(camera: Camera, rect: QRectF, margin: float = 20.0) -> QRectF:
    """A rectangle of the view in scene units, with room for what sticks out of things."""
    found = QRectF(camera.to_scene(rect.topLeft()), rect.size() / camera.zoom)
    return found.adjusted(-margin, -margin, margin, margin)


def view_rect(camera: Camera, rect: QRectF) -> QRectF:
    """A rectangle of the scene in the view."""
    zoom, origin = camera.zoom, camera.origin
    return QRectF(
        (rect.x() - origin.x()) * zoom,
        (rect.y() - origin.y()) * zoom,
        rect.width() * zoom,
        rect.height() * zoom,
    )


def snapped(shift: QPointF, ratio: float) -> QPointF:
    """A distance in whole device pixels."""
    return QPointF(round(shift.x() * ratio) / ratio, round(shift.y() * ratio) / ratio)
