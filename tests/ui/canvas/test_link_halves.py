from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QObject, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPaintEvent
from PySide6.QtTest import QTest

from tests.ui.canvas.hand import LEFT, Hand
from tests.ui.canvas.test_zoom import rest
from ui.canvas.scene.boxes import LinkKey
from ui.canvas.scene.routing import halved
from ui.theme import DARK, LIGHT
from ui.theme.palette import Theme

NOBODY = Qt.MouseButton.NoButton
POSITIVE = LinkKey("sampler", "positive")


class Painted(QObject):
    """Remembers which rectangles of a canvas were painted."""

    def __init__(self, hand: Hand) -> None:
        super().__init__(hand.canvas)
        self.rects: list[QRect] = []
        hand.canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.rects.append(event.rect())
        return False

    def since(self) -> list[QRect]:
        QTest.qWait(20)
        found, self.rects = self.rects, []
        return found


def lightness(hand: Hand, part: float) -> float:
    """How much the pixels around a place of the link stand out from the ground."""
    shot, at = hand.canvas.grab().toImage(), hand.view(hand.along("sampler", "positive", part))
    ground = hand.canvas.theme.color("canvas").lightnessF()
    near = itertools.product(range(-6, 7), range(-6, 7))
    return sum(abs(QColor(shot.pixelColor(at.x() + x, at.y() + y)).lightnessF() - ground) for x, y in near)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_the_half_under_the_pointer_lights_up(hand: Hand, theme: Theme) -> None:
    hand.canvas.set_theme(theme)
    hand.move((20, 20), NOBODY)
    bare = (lightness(hand, 0.2), lightness(hand, 0.8))
    hand.move(hand.along("sampler", "positive", 0.3), NOBODY)
    leaving = (lightness(hand, 0.2), lightness(hand, 0.8))
    hand.move(hand.along("sampler", "positive", 0.7), NOBODY)
    entering = (lightness(hand, 0.2), lightness(hand, 0.8))
    assert leaving[0] > 1.25 * entering[0] > 1.25 * bare[0]
    assert entering[1] > 1.25 * leaving[1] > 1.25 * bare[1]
    hand.move((20, 20), NOBODY)
    assert (lightness(hand, 0.2), lightness(hand, 0.8)) == bare


@pytest.mark.parametrize(("part", "loose"), [(0.3, "output"), (0.7, "input")])
def test_what_is_lit_is_what_a_drag_takes(hand: Hand, part: float, loose: str) -> None:
    at = hand.along("sampler", "positive", part)
    hand.move(at, NOBODY)
    hand.canvas.grab()
    assert hand.canvas.stage.look.links.half is (loose == "input")
    hand.press(at)
    hand.move(at + QPointF(0, 40), LEFT)
    hand.move(
        hand.port("sampler", "negative") if loose == "input" else hand.port("avoid", "conditioning", True)
    )
    hand.release(
        hand.port("sampler", "negative") if loose == "input" else hand.port("avoid", "conditioning", True)
    )
    inputs = hand.graph.nodes["sampler"].inputs
    if loose == "input":
        assert "positive" not in inputs and inputs["negative"][0].node == "prompt"
    else:
        assert inputs["positive"][0].node == "avoid"


def test_a_portals_signs_light_up_each(hand: Hand) -> None:
    hand.click(hand.along("sampler", "positive", 0.3))
    hand.canvas.make_portal("light")
    link = hand.canvas.scene.links[POSITIVE]
    for place, half in ((link.points[0], False), (link.points[-1], True)):
        way = -40 if half else 40
        hand.move((place[0] + way, place[1]), NOBODY)
        hand.canvas.grab()
        assert hand.canvas.stage.look.links.half is half


def test_lighting_a_link_paints_no_more_than_the_link(hand: Hand) -> None:
    hand.move((20, 20), NOBODY)
    painted = Painted(hand)
    painted.since()
    whole = hand.canvas.width() * hand.canvas.height()
    for part in (0.3, 0.7):
        hand.move(hand.along("sampler", "positive", part), NOBODY)
        (rect,) = painted.since()
        assert rect.width() * rect.height() < whole / 8
    hand.move(hand.along("sampler", "positive", 0.72), NOBODY)
    assert painted.since() == []
    seen = hand.canvas.grab().toImage()
    hand.canvas.update()
    assert hand.canvas.grab().toImage() == seen


@pytest.mark.parametrize("zoom", [0.6, 1.0, 4.0])
def test_what_is_painted_of_a_link_is_all_that_changes(hand: Hand, zoom: float) -> None:
    """The picture put together from parts is the one painted whole."""
    middle = hand.along("sampler", "positive", 0.5)
    hand.canvas.camera.look_at((middle.x(), middle.y(), zoom))
    hand.canvas.camera_went()
    hand.move((middle.x(), middle.y() + 60 / zoom), NOBODY)
    rest(hand.canvas)
    painted = Painted(hand)
    without = hand.canvas.grab().toImage()
    painted.since()
    hand.move(hand.along("sampler", "positive", 0.55), NOBODY)
    rects = painted.since()
    lit = hand.canvas.grab().toImage()
    assert rects and lit != without
    for x, y in itertools.product(range(0, lit.width(), 3), range(0, lit.height(), 3)):
        if lit.pixel(x, y) != without.pixel(x, y):
            assert any(rect.contains(x, y) for rect in rects), (x, y)


points = st.lists(st.tuples(st.floats(-500, 500), st.floats(-500, 500)), min_size=2, max_size=8)


@given(points)
def test_halves_are_equally_long_and_meet(line: list[tuple[float, float]]) -> None:
    first, second = halved(line)

    def length(part: list[tuple[float, float]]) -> float:
        return sum(math.dist(a, b) for a, b in itertools.pairwise(part))

    assert first[0] == line[0] and second[-1] == line[-1] and first[-1] == second[0]
    assert length(first) == pytest.approx(length(line) / 2, abs=1e-6)
    assert length(second) == pytest.approx(length(line) / 2, abs=1e-6)
