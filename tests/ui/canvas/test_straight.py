from __future__ import annotations

import itertools
import math

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

from nodegraph.model.graph import Source
from ui.canvas.rendering.straight import LONG, is_long, merged, straight
from ui.canvas.scene.boxes import LinkBox, LinkKey


def link(number: int, width: float, height: float = 0.0, portal: str = "") -> LinkBox:
    made = LinkBox(LinkKey("b", "x", number), Source("a", "y", portal=portal), "Image", False, "curve")
    made.place((0.0, 10.0 * number), (width, 10.0 * number + height))
    return made


def test_short_links_are_one_path_and_long_ones_lines() -> None:
    found = straight([link(0, 40.0), link(1, LONG + 1), link(2, 5.0, -LONG - 1), link(3, 9.0, portal="p")])
    assert found.short["Image"].elementCount() == 2
    assert list(found.long["Image"]) == [0.0, 10.0, LONG + 1, 10.0, 0.0, 20.0, 5.0, 20.0 - LONG - 1]
    both = merged([found, straight([link(4, 8.0)])])
    assert both.short["Image"].elementCount() == 4 and both.long == found.long
    assert found.short["Image"].elementCount() == 2


def test_a_link_without_length_has_no_pieces() -> None:
    nothing = link(0, 0.0)
    assert not is_long(nothing) and nothing.pieces().isEmpty()
    assert nothing.drawn(None) == ([], nothing.drawn(None)[1]) and not nothing.drawn(None)[1]


def test_the_pieces_of_a_link_keep_to_its_course() -> None:
    wide = link(0, 300.0, 200.0)
    course: QPainterPath = wide.path()
    every = [course.pointAtPercent(step / 200) for step in range(201)]
    points: list[QPointF] = wide.pieces().toList()
    fine = [QPointF(*point) for point in wide.drawn(None)[0]]
    for made, least in ((points, 1.5), (fine, 0.75)):
        assert made[0] == every[0] and made[-1] == every[-1]
        for point in made:
            assert min((point - other).manhattanLength() for other in every) < 2.5
        for point in every:
            away = min(_away(point, a, b) for a, b in itertools.pairwise(made))
            assert away < least


def _away(point: QPointF, a: QPointF, b: QPointF) -> float:
    along = b - a
    part = max(
        0.0, min(1.0, QPointF.dotProduct(point - a, along) / (QPointF.dotProduct(along, along) or 1.0))
    )
    off = point - a - along * part
    return math.hypot(off.x(), off.y())
