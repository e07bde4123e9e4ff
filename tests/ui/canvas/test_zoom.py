"""What a zoom shows on its way, and that at rest it is as if nothing had been spared."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from nodegraph.model.graph import Graph, Node
from tests.ui.canvas.conftest import MakeHand
from tests.ui.canvas.hand import Hand
from tests.ui.canvas.worlds import many
from ui.canvas.canvas import Canvas
from ui.canvas.rendering.cache import Picture
from ui.canvas.rendering.paint_nodes import NodePainter
from ui.canvas.rendering.rough_links import FEW
from ui.canvas.scene.boxes import NodeBox


def rest(canvas: Canvas) -> None:
    for _ in range(100):
        QTest.qWait(10)
        if not any(timer.isActive() for timer in canvas.findChildren(QTimer)):
            return
    raise AssertionError("a timer still runs")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The nodes whose pictures are drawn, one by one."""
    names: list[str] = []
    born = NodePainter.picture

    def picture(self: NodePainter, box: NodeBox, scale: float, ratio: float) -> Picture:
        names.append(box.id)
        return born(self, box, scale, ratio)

    monkeypatch.setattr(NodePainter, "picture", picture)
    return names


def fresh(canvas: Canvas) -> QImage:
    """The same place on a canvas that was never zoomed."""
    other = Canvas(canvas.editor, canvas.theme)
    other.resize(canvas.size())
    other.grab()
    other.camera.look_at(canvas.camera.place())
    other.camera.zoom, other.camera.origin = canvas.camera.zoom, canvas.camera.origin
    other.grab()
    rest(other)
    picture = other.grab().toImage()
    other.deleteLater()
    return picture


@pytest.mark.parametrize("steps", [3, 14, 24, 32, 44, -9])
def test_at_rest_a_zoomed_picture_equals_one_drawn_anew(make_hand: MakeHand, steps: int) -> None:
    canvas = make_hand(many(140)).canvas
    canvas.frame_all()
    rest(canvas)
    for _ in range(abs(steps)):
        canvas.zoom_by(1.07 if steps > 0 else 1 / 1.07, QPointF(300, 200))
        canvas.repaint()
    assert not canvas.camera.steady
    rest(canvas)
    assert canvas.camera.steady
    assert canvas.grab().toImage() == fresh(canvas)


def test_zooming_by_dragging_is_as_light_as_by_the_wheel(hand: Hand) -> None:
    canvas = hand.canvas
    canvas.setFocus()
    QTest.keyPress(canvas, Qt.Key.Key_Z)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    QTest.mouseMove(canvas, QPoint(260, 200))
    assert canvas.camera.zoom > 1.2 and not canvas.camera.steady
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(260, 200))
    QTest.keyRelease(canvas, Qt.Key.Key_Z)
    rest(canvas)
    assert canvas.camera.steady


def test_no_picture_is_made_while_the_zoom_changes(hand: Hand, made: list[str]) -> None:
    canvas = hand.canvas
    rest(canvas)
    made.clear()
    for _ in range(6):
        canvas.zoom_by(1.1)
        canvas.repaint()
    assert not made
    rest(canvas)
    seen = {box.id for box in canvas.scene.nodes_in(canvas.camera.visible())}
    assert seen <= set(made) and len(made) == len(set(made))


def test_nodes_never_seen_before_show_their_titles_on_the_way(make_hand: MakeHand) -> None:
    canvas = make_hand(many(140)).canvas
    canvas.frame_all()
    rest(canvas)
    flat = canvas.theme.color("node").name()
    while canvas.camera.zoom < 0.45:
        canvas.zoom_by(1.2)
    for _ in range(4):
        canvas.repaint()
    picture = canvas.grab().toImage()
    box = canvas.scene.nodes_in(canvas.camera.visible())[-1]
    corner = canvas.camera.to_view(box.rect.topLeft())
    title = [
        picture.pixelColor(round(corner.x()) + x, round(corner.y()) + 6).name()
        for x in range(4, round(box.width * canvas.camera.zoom / 2))
    ]
    assert not canvas.camera.steady
    assert set(title) - {flat}


def test_few_links_stay_smooth_while_the_zoom_changes(make_hand: MakeHand) -> None:
    canvas = make_hand(many(7)).canvas
    assert len(canvas.scene.links) <= FEW
    canvas.zoom_to(0.6)
    rest(canvas)
    canvas.zoom_by(1.3)
    on_the_way = canvas.grab().toImage()
    rest(canvas)
    assert ground_of(canvas, on_the_way) == ground_of(canvas, canvas.grab().toImage())


def ground_of(canvas: Canvas, picture: QImage) -> list[str]:
    """The pixels beside all nodes."""
    boxes = [box.rect.adjusted(-20, -20, 20, 20) for box in canvas.scene.shown()]
    return [
        picture.pixelColor(x, y).name()
        for x in range(0, picture.width(), 2)
        for y in range(0, picture.height(), 2)
        if not any(box.contains(canvas.camera.to_scene(QPointF(x, y))) for box in boxes)
    ]


def test_a_pile_of_more_nodes_than_the_cache_holds_comes_to_rest(
    make_hand: MakeHand, made: list[str]
) -> None:
    nodes = [Node(f"n{i}", "KSampler", params={"seed": i}, pos=(i % 7, i % 5)) for i in range(60)]
    canvas = make_hand(Graph.of(*nodes)).canvas
    canvas._renderer.nodes.cache._budget = 2**22
    canvas.zoom_by(1.5)
    # Several turns of the event loop without a node painted anew: how long that takes depends on the machine.
    quiet = 0
    for _ in range(400):
        made.clear()
        QTest.qWait(25)
        quiet = 0 if made or not canvas.camera.steady else quiet + 1
        if quiet == 8:
            break
    assert quiet == 8


def test_faces_last_from_one_zoom_to_the_next(make_hand: MakeHand, monkeypatch: pytest.MonkeyPatch) -> None:
    canvas = make_hand(many(140)).canvas
    canvas.frame_all()
    rest(canvas)
    drawn: list[float] = []
    born = NodePainter.face

    def face(self: NodePainter, box: NodeBox, scale: float, ratio: float) -> Picture:
        drawn.append(scale)
        return born(self, box, scale, ratio)

    monkeypatch.setattr(NodePainter, "face", face)
    counts = []
    for _ in range(3):
        for step in range(40):
            canvas.zoom_by(1.08 if step < 20 else 1 / 1.08)
            for _ in range(4):
                canvas.repaint()
        counts.append(len(drawn))
    assert 0 < counts[0] == counts[1] == counts[2]


def test_a_small_zoom_step_moves_no_node_that_was_seen(make_hand: MakeHand) -> None:
    canvas = make_hand(many(140)).canvas
    canvas.zoom_to(0.46)
    rest(canvas)
    canvas.zoom_by(1.12)
    on_the_way = canvas.grab().toImage()
    assert not canvas.camera.steady
    rest(canvas)
    at_rest = canvas.grab().toImage()
    for box in canvas.scene.nodes_in(canvas.camera.visible()):
        edge = canvas.camera.to_view(box.rect.topLeft()).toPoint() + QPoint(24, 0)
        if canvas.rect().adjusted(4, 4, -4, -4).contains(edge):
            ends = [_top_of(image, edge) for image in (on_the_way, at_rest)]
            assert abs(ends[0] - ends[1]) <= 1


def _top_of(image: QImage, near: QPoint) -> int:
    """The row at which the picture changes most from one pixel to the next."""
    rows = range(near.y() - 3, near.y() + 3)
    return max(
        rows,
        key=lambda y: abs(
            image.pixelColor(near.x(), y).lightness() - image.pixelColor(near.x(), y + 1).lightness()
        ),
    )


def test_nodes_alike_share_one_picture_where_no_values_show(make_hand: MakeHand, made: list[str]) -> None:
    nodes = [
        Node(f"n{i}", "KSampler", params={"seed": i}, pos=(i % 6 * 300.0, i // 6 * 400.0)) for i in range(18)
    ]
    canvas = make_hand(Graph.of(*nodes)).canvas
    canvas.frame_all()
    rest(canvas)
    made.clear()
    canvas.zoom_to(0.5)
    rest(canvas)
    assert len(made) == 1
    canvas.zoom_to(0.9)
    rest(canvas)
    seen = canvas.scene.nodes_in(canvas.camera.visible())
    assert len(made) >= 1 + len(seen) > 2
