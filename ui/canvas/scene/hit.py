"""What lies under a point of the scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF

from nodegraph.model.graph import Note
from ui.canvas.rendering.paint_frames import CLEAR, button_at
from ui.canvas.rendering.paint_links import nearest, portal_rects
from ui.canvas.scene.boxes import LinkBox, LinkKey, NodeBox
from ui.canvas.scene.folding import HEADER
from ui.canvas.scene.geometry import Port, PortRef, Row
from ui.canvas.scene.scene import Scene

PORT_PIXELS, LINK_PIXELS, EDGE_PIXELS, REROUTE_PIXELS = 11.0, 8.0, 6.0, 9.0

Kind = Literal[
    "empty",
    "port",
    "title",
    "row",
    "node",
    "resize",
    "link",
    "reroute",
    "portal",
    "frame",
    "frame_resize",
    "frame_button",
    "note",
    "note_resize",
]


@dataclass(frozen=True)
class Hit:
    """What was hit. `along` tells where on a link, from its output (0) to its input (1); `part` is a button."""

    kind: Kind = "empty"
    node: str = ""
    port: PortRef | None = None
    row: Row | None = None
    link: LinkKey | None = None
    along: float = 0.0
    point: int = -1
    frame: str = ""
    note: str = ""
    part: str = ""


EMPTY = Hit()


FINGER = 1.5
"""How much farther a finger reaches than a pointer: ports are then targets of 32 pixels."""


def hit(scene: Scene, at: QPointF, zoom: float, reach: float = 1.0) -> Hit:
    """What lies topmost under a scene point; tolerances are in pixels, so they grow as the view zooms out.

    `reach` makes ports and links larger targets.
    """
    port_reach = PORT_PIXELS * reach / zoom
    boxes = _piled(scene, at, port_reach)
    far = zoom < 0.3
    for box in boxes:
        port = None if far else port_near(box, at, port_reach)
        if port is not None and not _covered(boxes, box, at):
            return Hit("port", box.id, PortRef(box.id, port.name, port.output, port.index))
        if box.rect.contains(at):
            return _inside(box, at, zoom)
    note = _note(scene, at, zoom)
    if note is not None:
        return note
    return _link(scene, at, zoom, reach) or _frame(scene, at, zoom) or EMPTY


def port_near(box: NodeBox, at: QPointF, reach: float) -> Port | None:
    """The port of a node within `reach` of a scene point; a parameter counts only where it is linked."""
    best: Port | None = None
    least = reach
    x, y = at.x() - box.x, at.y() - box.y
    for port in box.layout.ports:
        if port.param and (port.name, 0) not in box.linked_in:
            continue
        away = max(abs(port.x - x), abs(port.y - y))
        if away < least:
            best, least = port, away
    return best


def links_near(scene: Scene, at: QPointF, reach: float) -> list[LinkBox]:
    """The links whose bounds come within `reach` of a scene point."""
    return scene.links_in(QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach))


def _piled(scene: Scene, at: QPointF, reach: float) -> list[NodeBox]:
    around = QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach)
    found = [b for b in scene.nodes_in(around) if b.rect.adjusted(-reach, 0, reach, 0).intersects(around)]
    order = {box.id: index for index, box in enumerate(found)}
    return sorted(found, key=lambda box: (-scene.height_of(box.id), -order[box.id]))


def _covered(boxes: list[NodeBox], own: NodeBox, at: QPointF) -> bool:
    """Whether a node higher in the pile lies over the point."""
    for box in boxes:
        if box is own:
            return False
        if box.rect.contains(at):
            return True
    return False


def _inside(box: NodeBox, at: QPointF, zoom: float) -> Hit:
    x, y = at.x() - box.x, at.y() - box.y
    edge = max(EDGE_PIXELS / zoom, 6.0)
    if not box.node.collapsed and x > box.width - edge * 1.6 and y > box.height - edge * 1.6:
        return Hit("resize", box.id)
    if y < box.layout.title:
        return Hit("title", box.id)
    row = box.layout.row_at(y)
    return Hit("row", box.id, row=row) if row is not None else Hit("node", box.id)


def _note(scene: Scene, at: QPointF, zoom: float) -> Hit | None:
    for note in reversed(list(scene.graph.notes.values())):
        if note.id not in scene.folds.notes and note_rect(note).contains(at):
            edge = max(EDGE_PIXELS / zoom, 8.0)
            corner = at.x() > note.pos[0] + note.size[0] - edge and at.y() > note.pos[1] + note.size[1] - edge
            return Hit("note_resize" if corner else "note", note=note.id)
    return None


def _link(scene: Scene, at: QPointF, zoom: float, reach: float) -> Hit | None:
    links = links_near(scene, at, REROUTE_PIXELS * reach / zoom)
    point = (at.x(), at.y())
    for link in links:
        for index, via in enumerate(link.source.via):
            if max(abs(via[0] - point[0]), abs(via[1] - point[1])) < REROUTE_PIXELS * reach / zoom:
                return Hit("reroute", link=link.key, point=index)
    for link in links:
        for along, rect in enumerate(portal_rects(link, scene.metrics.measure)):
            if rect.contains(at):
                return Hit("portal", link=link.key, along=float(along))
    found = nearest(links, point, LINK_PIXELS * reach / zoom)
    return Hit("link", link=found[0].key, along=found[1]) if found else None


def _frame(scene: Scene, at: QPointF, zoom: float) -> Hit | None:
    for frame, rect in reversed(scene.frames()):
        edge = EDGE_PIXELS / zoom
        if not rect.adjusted(-edge, -edge, edge, edge).contains(at):
            continue
        button = button_at(rect, at) if zoom >= CLEAR else ""
        if button:
            return Hit("frame_button", frame=frame.id, part=button)
        if frame.id in scene.folds.boxes:
            return Hit("frame", frame=frame.id)
        if at.x() > rect.right() - 2 * edge and at.y() > rect.bottom() - 2 * edge:
            return Hit("frame_resize", frame=frame.id)
        if at.y() < rect.top() + max(HEADER, 14 / zoom) or _on_edge(rect, at, edge):
            return Hit("frame", frame=frame.id)
    return None


def _on_edge(rect: QRectF, at: QPointF, edge: float) -> bool:
    return not rect.adjusted(edge, edge, -edge, -edge).contains(at)


def note_rect(note: Note) -> QRectF:
    """Where a note lies."""
    return QRectF(*note.pos, *note.size)
