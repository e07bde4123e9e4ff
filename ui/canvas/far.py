"""What is drawn when nodes are too small for any text: flat rectangles and straight lines, kept as lists by place."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from ui.canvas.boxes import LinkBox, NodeBox
from ui.canvas.camera import Camera
from ui.canvas.geometry import Rect
from ui.canvas.paint_links import FarPaths, LinkPainter, far_paths
from ui.canvas.scene import Scene
from ui.theme.palette import Theme

TILE = 4096.0
"""Scene units of the side of a tile: a few show everything, and those out of sight are left out at little cost."""
REACH = TILE / 4
"""What is larger belongs to no tile and is always drawn."""
Tile = tuple[int, int] | None


def tile_of(rect: Rect) -> Tile:
    """The tile of a rectangle's corner; the rectangle stands out of it by no more than `REACH`."""
    left, top, width, height = rect
    return None if width > REACH or height > REACH else (int(left // TILE), int(top // TILE))


def shows(tile: Tile, view: QRectF) -> bool:
    """Whether anything of a tile may be in view."""
    if tile is None:
        return True
    left, top = tile[0] * TILE, tile[1] * TILE
    return view.intersects(QRectF(left, top, TILE + REACH, TILE + REACH))


class FarLinks:
    """Every link of the scene; within a tile Qt leaves out what is not in view faster than any query could."""

    def __init__(self, links: LinkPainter) -> None:
        self._links = links
        self._made = -1
        self._tiles: dict[Tile, FarPaths] = {}

    def paint(self, painter: QPainter, scene: Scene, camera: Camera, view: QRectF) -> None:
        """Draw them all; `view` is the part of the scene that is seen."""
        if self._made != scene.version:
            self._made, self._tiles = scene.version, _tiled(scene.shown_links())
        self.put(painter, camera, [paths for tile, paths in self._tiles.items() if shows(tile, view)])

    def put(self, painter: QPainter, camera: Camera, parts: Collection[FarPaths]) -> None:
        """Draw these, made by `far_paths`."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setWorldTransform(camera.transform(), True)
        self._links.far(painter, parts)
        painter.restore()


def _tiled(links: Iterable[LinkBox]) -> dict[Tile, FarPaths]:
    found: dict[Tile, list[LinkBox]] = {}
    for link in links:
        (x1, y1), (x2, y2) = link.points[0], link.points[-1]
        rect = (min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1))
        found.setdefault(tile_of(rect), []).append(link)
    return {tile: far_paths(members) for tile, members in found.items()}


@dataclass
class Flat:
    """The rectangles of a tile's nodes, and their strips by category."""

    rects: list[QRectF] = field(default_factory=list)
    strips: dict[str, list[QRectF]] = field(default_factory=dict)


class FarNodes:
    """Nodes as plain rectangles with a strip in their category's hue."""

    def __init__(self, theme: Theme, line_color: Callable[[NodeBox], QColor]) -> None:
        self._theme = theme
        self._line_color = line_color
        self._key: object = None
        self._tiles: dict[Tile, Flat] = {}
        self._shades: dict[str, QColor] = {}

    def paint(
        self,
        painter: QPainter,
        boxes: Collection[NodeBox],
        key: object,
        camera: Camera,
        view: QRectF,
        chosen: Iterable[QRectF],
    ) -> None:
        """Draw these boxes, `chosen` over them; equal keys stand for the same boxes in the same places."""
        if key != self._key:
            self._key = key
            self._sort(boxes)
        seen = [flat for tile, flat in self._tiles.items() if shows(tile, view)]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setWorldTransform(camera.transform(), True)
        painter.setPen(Qt.PenStyle.NoPen)
        self._rects(painter, self._theme.color("far"), (flat.rects for flat in seen))
        self._rects(painter, self._theme.color("accent"), [chosen])
        for category, shade in self._shades.items():
            self._rects(painter, shade, (flat.strips.get(category, ()) for flat in seen))
        painter.restore()

    def _rects(self, painter: QPainter, color: QColor, parts: Iterable[Iterable[QRectF]]) -> None:
        rects = list(itertools.chain.from_iterable(parts))
        if rects:
            painter.setBrush(color)
            painter.drawRects(rects)

    def _sort(self, boxes: Iterable[NodeBox]) -> None:
        self._tiles = {}
        for box in boxes:
            tile = tile_of(box.bounds())
            flat = self._tiles.get(tile)
            if flat is None:
                flat = self._tiles[tile] = Flat()
            flat.rects.append(box.rect)
            category = box.spec.category if box.known else "?"
            if category not in self._shades:
                self._shades[category] = self._line_color(box)
            flat.strips.setdefault(category, []).append(box.strip)
