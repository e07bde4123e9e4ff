"""Frames follow what is moved in them: they go along with all of their nodes, and grow where one would leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QRectF

from nodegraph.edits import ChangeFrames, Edit
from nodegraph.model.graph import Frame, Point
from ui.canvas.scene.folding import HEADER
from ui.canvas.scene.scene import Scene

MARGIN = 24.0


def refitted(scene: Scene, places: Mapping[str, Point]) -> list[Edit]:
    """The changes of frames where nodes are put at these places."""
    changed: list[Frame] = []
    for frame in scene.graph.frames.values():
        inside = [name for name in frame.members if name in places]
        if inside and not frame.collapsed:
            rect = _along(scene, frame, places) or _around(scene, frame, inside, places)
            if rect != QRectF(*frame.rect):
                new = (rect.x(), rect.y(), rect.width(), rect.height())
                changed.append(replace(frame, rect=new))
    return [ChangeFrames(tuple(changed))] if changed else []


def _along(scene: Scene, frame: Frame, places: Mapping[str, Point]) -> QRectF | None:
    """The frame moved as all of its nodes are; None where they are not moved alike."""
    ways = {
        (places[name][0] - scene.nodes[name].x, places[name][1] - scene.nodes[name].y)
        if name in places
        else None
        for name in frame.members
    }
    way = ways.pop()
    return QRectF(*frame.rect).translated(*way) if way is not None and not ways else None


def _around(scene: Scene, frame: Frame, names: list[str], places: Mapping[str, Point]) -> QRectF:
    """The frame, large enough for nodes that were inside before."""
    rect = QRectF(*frame.rect)
    before = QRectF(rect)
    for name in names:
        box = scene.nodes[name]
        new = QRectF(*places[name], box.width, box.height)
        if before.contains(box.rect) and not before.contains(new):
            rect = rect.united(new.adjusted(-MARGIN, -HEADER - MARGIN / 2, MARGIN, MARGIN))
    return rect
