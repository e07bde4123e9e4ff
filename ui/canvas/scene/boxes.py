"""What the scene derives from one node or one link: where it lies and what it looks like."""

from __future__ import annotations

import itertools
from collections.abc import Hashable
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPolygonF, QTransform

from nodegraph.model.expression_refs import expressions_of
from nodegraph.model.graph import Node, Point, Source
from nodegraph.model.spec import NodeSpec
from ui.canvas.rendering.raw_buffers import Values, pack_values
from ui.canvas.scene.geometry import NodeLayout, Rect
from ui.canvas.scene.routing import STUB, Style, edges_of, halved, path_of, polyline


class LinkKey(NamedTuple):
    """A link by the input that it ends in."""

    target: str
    input: str
    index: int = 0  # type: ignore[assignment]  # nobody asks a key for the position of a value


class Kinds:
    """Numbers that stand for what nodes have in common, which are found faster than that; none is given twice."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._next = itertools.count()

    def number(self, common: Hashable) -> int:
        """The number of what is equal to `common`."""
        found = self._numbers.get(common)
        if found is None:
            found = self._numbers[common] = next(self._next)
        return found

    def forget(self) -> None:
        """Give everything a new number."""
        self._numbers.clear()


class NodeBox:
    """A node in the scene; `uses` counts the nodes that stand for the same subgraph.

    `content` is equal for boxes that look the same, `plain` for those that do where they are too small for values;
    the position is no part of either.
    """

    __slots__ = (
        "content",
        "height",
        "id",
        "known",
        "layout",
        "linked_in",
        "linked_out",
        "node",
        "plain",
        "rect",
        "spec",
        "uses",
        "width",
        "x",
        "y",
    )

    def __init__(
        self,
        node: Node,
        spec: NodeSpec,
        known: bool,
        layout: NodeLayout,
        linked_out: frozenset[str],
        uses: int,
        kinds: Kinds,
    ) -> None:
        self.id = node.id
        self.node = node
        self.spec = spec
        self.known = known
        self.layout = layout
        self.width, self.height = layout.width, layout.height
        self.move(node)
        self.linked_in = frozenset((name, i) for name, s in node.inputs.items() for i in range(len(s)))
        self.linked_out = linked_out
        self.uses = uses
        params = {param.name for param in spec.params}
        self.plain = kinds.number(
            (
                node.type,
                id(layout),
                known,
                node.title,
                node.color,
                node.mode,
                node.pinned,
                uses,
                frozenset(name for name, _ in self.linked_in if name in params),
            )
        )
        self.content: Hashable = (
            self.plain,
            tuple(node.params.items()),
            tuple(expressions_of(node)),
            self.linked_in,
            linked_out,
        )

    def move(self, node: Node) -> None:
        """Lie where `node` lies, which differs from the one before in its place alone."""
        self.node = node
        self.x, self.y = node.pos
        self.rect = QRectF(self.x, self.y, self.width, self.height)

    def bounds(self) -> Rect:
        """x, y, width, height."""
        return (self.x, self.y, self.width, self.height)

    def port_at(self, name: str, output: bool, index: int = 0) -> Point:
        """Where a port lies in the scene; the middle of the edge where there is no such port."""
        port = self.layout.port(name, output, index)
        if port is None:
            return (self.x + (self.width if output else 0.0), self.y + self.layout.title / 2)
        return (self.x + port.x, self.y + port.y)


class LinkBox:
    """A link in the scene. `type` is that of the output it leaves; `lossy` marks a rounding conversion."""

    __slots__ = (
        "_drawn",
        "_edges",
        "_line",
        "_path",
        "_pieces",
        "key",
        "lossy",
        "points",
        "source",
        "style",
        "type",
    )

    def __init__(self, key: LinkKey, source: Source, type_name: str, lossy: bool, style: Style) -> None:
        self.key = key
        self.source = source
        self.type = type_name
        self.lossy = lossy
        self.style = style
        self.points: tuple[Point, ...] = ((0.0, 0.0), (0.0, 0.0))
        self._edges: tuple[float, float, float, float] | None = None
        self._path: QPainterPath | None = None
        self._pieces: QPolygonF | None = None
        self._line: list[Point] | None = None
        self._drawn: tuple[bool | None, list[Point], Values] | None = None

    def place(self, start: Point, end: Point) -> None:
        """Lay the link between its ends."""
        self.points = (start, *self.source.via, end)
        self._edges = self._path = self._pieces = self._line = self._drawn = None

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of what it may cover."""
        if self._edges is None:
            self._edges = edges_of(self.points, self.style)
        return self._edges

    def path(self) -> QPainterPath:
        """What is painted; a portal's two stubs where it has a name."""
        if self._path is None:
            self._path = self._stubs() if self.source.portal else path_of(self.points, self.style)
        return self._path

    def pieces(self) -> QPolygonF:
        """The same in the few straight pieces that suffice for a line of one pixel, which Qt draws faster."""
        if self._pieces is None:
            self._pieces = _flat(self.path(), 0.4)
        return self._pieces

    def polyline(self) -> list[Point]:
        """The course as short straight pieces, to be hit."""
        if self._line is None:
            self._line = polyline(self.points, self.style)
        return self._line

    def half(self, entering: bool) -> list[Point]:
        """The half that ends in the input, or the one that leaves the output; of a portal its stub."""
        if self.source.portal:
            start, end = self.points[0], self.points[-1]
            return (
                [(end[0] - STUB / 2, end[1]), end] if entering else [start, (start[0] + STUB / 2, start[1])]
            )
        return halved(polyline(self.points, self.style, fine=True))[entering]

    @property
    def pieced(self) -> bool:
        """Whether `pieces` has been asked for, and costs nothing now."""
        return self._pieces is not None

    @property
    def cut(self) -> bool:
        """The same of `drawn`."""
        return self._drawn is not None

    def drawn(self, fine: bool | None) -> tuple[list[Point], Values]:
        """The course as points, and as lines to paint; Qt draws these in half the time of the path.

        None takes them as they were cut last, or as fast as may be.
        """
        if self._drawn is None or fine not in (None, self._drawn[0]):
            if fine is None:
                line = [(point.x(), point.y()) for point in _flat(self.path(), 1.0).toList()]
            else:
                line = polyline(self.points, self.style, fine) if fine else self.polyline()
            self._drawn = (fine, line, pack_values((*a, *b) for a, b in itertools.pairwise(line)))
        return self._drawn[1], self._drawn[2]

    def _stubs(self) -> QPainterPath:
        start, end = self.points[0], self.points[-1]
        path = QPainterPath(QPointF(*start))
        path.lineTo(start[0] + STUB / 2, start[1])
        path.moveTo(end[0] - STUB / 2, end[1])
        path.lineTo(*end)
        return path


def _flat(path: QPainterPath, zoom: float) -> QPolygonF:
    """The first stroke of a path in as few pieces as show as a curve at that zoom; at twice as much they still do."""
    polygons = path.toSubpathPolygons(QTransform.fromScale(zoom, zoom))
    return QTransform.fromScale(1 / zoom, 1 / zoom).map(polygons[0]) if polygons else QPolygonF()
