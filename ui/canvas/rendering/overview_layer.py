"""What is drawn when nodes are too small for any text: flat rectangles and straight lines, kept as lists by place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from ui.canvas.rendering.paint_links import LinkPainter
from ui.canvas.rendering.raw_buffers import Values, draw_rects, join_values, pack_values
from ui.canvas.rendering.straight import Straight, merged, straight
from ui.canvas.scene.boxes import LinkBox, NodeBox
from ui.canvas.scene.camera import Camera
from ui.canvas.scene.geometry import Rect
from ui.canvas.scene.scene import Scene
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


def seen(tiles: Iterable[Tile], view: QRectF) -> tuple[Tile, ...]:
    """The tiles of which anything may be in view."""
    left, top = (view.left() - REACH) / TILE - 1, (view.top() - REACH) / TILE - 1
    right, bottom = view.right() / TILE, view.bottom() / TILE
    return tuple(t for t in tiles if t is None or (left < t[0] < right and top < t[1] < bottom))


class OverviewLinks:
    """Every link of the scene; within a tile Qt leaves out what is not in view faster than any query could."""

    def __init__(self, links: LinkPainter) -> None:
        self._links = links
        self._made = -1
        self._tiles: dict[Tile, Straight] = {}
        self._seen: tuple[Tile, ...] = ()
        self._lines = Straight()

    def paint(self, painter: QPainter, scene: Scene, camera: Camera, view: QRectF) -> None:
        """Draw them all; `view` is the part of the scene that is seen."""
        fresh = self._made != scene.version
        if fresh:
            self._made, self._tiles = scene.version, _tiled(scene.shown_links())
        tiles = seen(self._tiles, view)
        if fresh or tiles != self._seen:
            self._seen, self._lines = tiles, merged(self._tiles[tile] for tile in tiles)
        self.put(painter, camera, self._lines)

    def put(self, painter: QPainter, camera: Camera, lines: Straight) -> None:
        """Draw these."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setWorldTransform(camera.transform(), True)
        self._links.far(painter, lines)
        painter.restore()


def _tiled(links: Iterable[LinkBox]) -> dict[Tile, Straight]:
    found: dict[Tile, list[LinkBox]] = {}
    for link in links:
        (x1, y1), (x2, y2) = link.points[0], link.points[-1]
        rect = (min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1))
        found.setdefault(tile_of(rect), []).append(link)
    return {tile: straight(members) for tile, members in found.items()}


@dataclass
class Flat:
    """The rectangles of nodes, and their strips by category."""

    rects: Values = field(default_factory=pack_values)
    strips: dict[str, Values] = field(default_factory=dict)


class OverviewNodes:
    """Nodes as plain rectangles with a strip in their category's hue."""

    def __init__(self, theme: Theme, line_color: Callable[[NodeBox], QColor]) -> None:
        self._theme = theme
        self._line_color = line_color
        self._key: object = None
        self._tiles: dict[Tile, Flat] = {}
        self._seen: tuple[Tile, ...] = ()
        self._flat = Flat()
        self._names: frozenset[str] = frozenset()
        self._places: dict[str, Rect] = {}
        self._chosen = pack_values()
        self._shades: dict[str, QColor] = {}

    def paint(
        self,
        painter: QPainter,
        boxes: Collection[NodeBox],
        key: object,
        camera: Camera,
        view: QRectF,
        chosen: frozenset[str],
    ) -> None:
        """Draw these boxes, `chosen` in another colour; equal keys stand for the same boxes in the same places."""
        fresh = key != self._key
        if fresh:
            self._key = key
            self._sort(boxes)
        if fresh or chosen != self._names:
            self._choose(chosen, fresh)
        tiles = seen(self._tiles, view)
        if fresh or tiles != self._seen:
            self._seen, self._flat = tiles, self._merged([self._tiles[tile] for tile in tiles])
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setWorldTransform(camera.transform(), True)
        painter.setPen(Qt.PenStyle.NoPen)
        self._rects(painter, self._theme.color("far"), self._flat.rects)
        self._rects(painter, self._theme.color("accent"), self._chosen)
        for category, strips in self._flat.strips.items():
            self._rects(painter, self._shades[category], strips)
        painter.restore()

    def _rects(self, painter: QPainter, color: QColor, values: Values) -> None:
        painter.setBrush(color)
        draw_rects(painter, values)

    def _merged(self, parts: list[Flat]) -> Flat:
        strips = {
            name: join_values(p.strips[name] for p in parts if name in p.strips) for name in self._shades
        }
        return Flat(join_values(part.rects for part in parts), strips)

    def _choose(self, names: frozenset[str], fresh: bool) -> None:
        """What a growing box takes in is added; anything else is a new choice."""
        if fresh or not names >= self._names:
            self._names, self._chosen = frozenset(), pack_values()
        for name in names - self._names:
            self._chosen.extend(self._places.get(name, ()))
        self._names = names

    def _sort(self, boxes: Iterable[NodeBox]) -> None:
        self._tiles = {}
        self._places = {}
        for box in boxes:
            bounds = self._places[box.id] = box.bounds()
            tile = tile_of(bounds)
            flat = self._tiles.get(tile)
            if flat is None:
                flat = self._tiles[tile] = Flat()
            flat.rects.extend(bounds)
            category = box.spec.category if box.known else "?"
            if category not in self._shades:
                self._shades[category] = self._line_color(box)
            x, y, width, height = bounds
            strip = (x, y, width, min(box.layout.title, height))
            flat.strips.setdefault(category, pack_values()).extend(strip)
