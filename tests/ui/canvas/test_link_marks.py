"""What is seen of links while a hand works on them, and on those that convert on the way."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor

from nodegraph.model.graph import Node
from tests.ui.canvas.conftest import MakeHand
from tests.ui.canvas.hand import CTRL, LEFT, RIGHT, Hand
from tests.ui.canvas.worlds import graph_of, link


def count(hand: Hand, at: QPointF, color: QColor) -> int:
    """How many pixels around a scene point have about this colour."""
    image, place = hand.canvas.grab().toImage(), hand.view(at)
    found = 0
    for x in range(-14, 15):
        for y in range(-14, 15):
            pixel = image.pixelColor(place.x() + x, place.y() + y)
            ways = ((pixel.red(), color.red()), (pixel.green(), color.green()), (pixel.blue(), color.blue()))
            found += all(abs(a - b) < 26 for a, b in ways)
    return found


def test_what_a_stroke_will_cut_is_red_until_it_does(hand: Hand) -> None:
    red = hand.canvas.theme.color("error")
    far = hand.along("save", "image", 0.8)
    start, end = (
        hand.along("save", "image", 0.3) - QPointF(4, 60),
        hand.along("save", "image", 0.3) + QPointF(4, 60),
    )
    before = hand.graph
    assert count(hand, far, red) == 0
    hand.press(start, RIGHT, CTRL)
    hand.move(end, RIGHT, CTRL)
    assert count(hand, far, red) > 8 and hand.graph is before
    hand.key(Qt.Key.Key_Escape)
    assert count(hand, far, red) == 0 and hand.graph is before
    hand.release(end, RIGHT, CTRL)
    hand.drag(start, end, RIGHT, CTRL)
    assert not hand.graph.nodes["save"].inputs and hand.canvas.editor.stack.count() == 1


def numbers(make_hand: MakeHand) -> Hand:
    return make_hand(graph_of([Node("n", "Number"), Node("s", "KSampler", pos=(400, 0))]))


def test_a_number_goes_into_a_whole_number_and_the_link_says_that_it_is_rounded(make_hand: MakeHand) -> None:
    hand = numbers(make_hand)
    hand.drag(hand.port("n", "value", True), hand.port("s", "steps") + QPointF(50, 0))
    assert hand.graph.nodes["s"].inputs["steps"] == link("n.value")
    assert len(hand.graph.nodes) == 2 and not hand.said, "no node in between, and no word"
    (rounded,) = hand.canvas.scene.links.values()
    assert rounded.lossy
    hand.click((700.0, 300.0))
    assert count(hand, rounded.path().pointAtPercent(0.5), hand.canvas.theme.color("text")) > 4


def test_a_number_that_fits_says_nothing(make_hand: MakeHand) -> None:
    hand = numbers(make_hand)
    hand.drag(hand.port("n", "value", True), hand.port("s", "cfg") + QPointF(50, 0), LEFT)
    (plain,) = hand.canvas.scene.links.values()
    assert plain.key.input == "cfg" and not plain.lossy and not hand.said
    hand.click((700.0, 300.0))
    assert count(hand, plain.path().pointAtPercent(0.5), hand.canvas.theme.color("text")) == 0
