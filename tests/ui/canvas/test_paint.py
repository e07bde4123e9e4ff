from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QPointF, QRectF, QTimer
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap, QRegion
from PySide6.QtTest import QTest

from nodegraph.edits import SetParam
from tests.ui.canvas.conftest import MakeHand
from tests.ui.canvas.hand import Hand
from tests.ui.canvas.worlds import many
from ui.canvas.canvas import Canvas
from ui.canvas.scene.state import NodeState
from ui.theme import THEMES, Theme


class Counted(Canvas):
    """Counts its paint events."""

    painted = 0

    def paintEvent(self, event: object) -> None:
        self.painted += 1
        super().paintEvent(event)  # type: ignore[arg-type]


def counted(hand: Hand) -> Counted:
    hand.canvas.__class__ = Counted
    return hand.canvas  # type: ignore[return-value]


def settle(canvas: Canvas) -> None:
    quiet = 0
    for _ in range(100):
        QTest.qWait(10)
        # A painting that waits may ask for more: only a rest that lasts is one.
        quiet = 0 if any(timer.isActive() for timer in canvas.findChildren(QTimer)) else quiet + 1
        if quiet == 10:
            return
    raise AssertionError("a timer still runs")


def test_idle_means_no_timer_and_no_paint(hand: Hand) -> None:
    canvas = counted(hand)
    canvas.zoom_by(1.5)
    settle(canvas)
    before = canvas.painted
    QTest.qWait(300)
    assert canvas.painted == before
    assert not [timer for timer in canvas.findChildren(QTimer) if timer.isActive()]


def test_a_state_repaints_its_node_and_the_links_into_it_and_nothing_else(hand: Hand) -> None:
    settle(hand.canvas)
    regions = []

    class Watching(Canvas):
        def paintEvent(self, event: object) -> None:
            regions.append(event.region())  # type: ignore[attr-defined]
            super().paintEvent(event)  # type: ignore[arg-type]

    hand.canvas.__class__ = Watching
    hand.canvas.state.set("sampler", NodeState("running", 0.5, "10/20"))
    QTest.qWait(30)
    box = hand.canvas.scene.nodes["sampler"]
    lines = [
        QRectF(QPointF(left, top), QPointF(right, bottom))
        for left, top, right, bottom in into(hand, "sampler")
    ]
    allowed = [box.rect.adjusted(-30, -30, 30, 60), *(line.adjusted(-30, -30, 30, 30) for line in lines)]
    camera = hand.canvas.camera
    may = QRegion()
    for part in allowed:
        may += QRegion(QRectF(camera.to_view(part.topLeft()), part.size() * camera.zoom).toAlignedRect())
    assert regions and all((region - may).isEmpty() for region in regions)
    other = hand.canvas.scene.nodes["checkpoint"].rect.center()
    assert not any(region.contains(camera.to_view(other).toPoint()) for region in regions)


def into(hand: Hand, node: str) -> list[tuple[float, float, float, float]]:
    """The boxes of the links into a node."""
    scene = hand.canvas.scene
    return [scene.links[key].edges for key in scene.links_of(node) if key.target == node]


def test_undo_keeps_previews(hand: Hand) -> None:
    picture = QPixmap(64, 48)
    picture.fill(QColor("#336699"))
    hand.canvas.state.set_preview("save", picture)
    hand.canvas.editor.apply(SetParam("sampler", "steps", 30))
    hand.canvas.editor.stack.undo()
    assert hand.canvas.state.preview("save") is not None
    x, y, w, h = hand.canvas.scene.nodes["save"].layout.preview or (0, 0, 0, 0)
    box = hand.canvas.scene.nodes["save"]
    at = hand.view(QPointF(box.x + x + w / 2, box.y + y + h / 2))
    assert hand.canvas.grab().toImage().pixelColor(at) == QColor("#336699")


def test_a_hidden_preview_takes_no_room_and_comes_back(hand: Hand) -> None:
    canvas = hand.canvas
    before = canvas.scene.nodes["save"].height
    picture = QPixmap(64, 48)
    picture.fill(QColor("#336699"))
    canvas.state.set_preview("save", picture)
    tall = canvas.scene.nodes["save"].height
    canvas.editor.selection.set(["save"])
    canvas.toggle_previews()
    assert canvas.scene.nodes["save"].height == before < tall
    canvas.state.set_preview("save", picture)
    assert canvas.scene.nodes["save"].height == before
    canvas.toggle_previews()
    assert canvas.scene.nodes["save"].height == tall


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("zoom", [0.08, 0.4, 1.0, 2.5])
def test_every_theme_paints_at_every_detail(make_hand: MakeHand, theme: Theme, zoom: float) -> None:
    hand = make_hand(many(42))
    hand.canvas.set_theme(theme)
    hand.canvas.zoom_to(zoom)
    settle(hand.canvas)
    image = hand.canvas.grab().toImage()
    seen = set()
    for x in range(0, image.width(), 7):
        for y in range(0, image.height(), 7):
            seen.add(image.pixelColor(x, y).name())
    assert seen & {theme.canvas, theme.node, theme.far} and len(seen) > 8


PANS = ((37, 0), (-11, 23), (0, -64), (130, 41), (-97, -97), (-300, 180), (96, -96), (2000, 0), (-1900, 5))


@pytest.mark.parametrize("zoom", [0.2, 0.8, 1.0])
def test_a_picture_from_a_scrolled_ground_equals_one_drawn_anew(make_hand: MakeHand, zoom: float) -> None:
    hand = make_hand(many(70))
    hand.canvas.zoom_to(zoom)
    settle(hand.canvas)
    hand.canvas.grab()
    for dx, dy in PANS:
        hand.canvas.camera.pan(QPointF(dx, dy))
        hand.canvas.camera_went()
        settle(hand.canvas)
        assert_as_if_drawn_anew(hand.canvas)


def test_far_off_what_is_kept_follows_every_change(make_hand: MakeHand) -> None:
    hand = make_hand(many(42))
    hand.canvas.frame_all()
    settle(hand.canvas)
    hand.canvas.grab()
    node = hand.canvas.scene.nodes["g1_sampler"]
    hand.drag(node.rect.center(), node.rect.center() + QPointF(900, 400))
    assert_as_if_drawn_anew(hand.canvas)
    hand.canvas.editor.stack.undo()
    assert_as_if_drawn_anew(hand.canvas)
    hand.canvas.delete()
    assert "g1_sampler" not in hand.graph.nodes
    assert_as_if_drawn_anew(hand.canvas)


def assert_as_if_drawn_anew(canvas: Canvas) -> None:
    kept = canvas.grab().toImage()
    fresh_canvas = Canvas(canvas.editor, canvas.theme)
    fresh_canvas.resize(canvas.size())
    fresh_canvas.grab()
    fresh_canvas.set_view_state(canvas.view_state())
    fresh_canvas.camera.origin = canvas.camera.origin
    for _ in range(20):
        fresh = fresh_canvas.grab().toImage()
    fresh_canvas.deleteLater()
    different = sum(
        1
        for x in range(0, fresh.width(), 3)
        for y in range(0, fresh.height(), 3)
        if _far_apart(kept, fresh, x, y)
    )
    assert different < 0.002 * (fresh.width() // 3) * (fresh.height() // 3)


def _far_apart(one: QImage, other: QImage, x: int, y: int) -> bool:
    a, b = one.pixelColor(x, y), other.pixelColor(x, y)
    return abs(a.red() - b.red()) + abs(a.green() - b.green()) + abs(a.blue() - b.blue()) > 60


def test_qt_keeps_the_count_of_none_over_void_calls(hand: Hand) -> None:
    """PySide6 6.12 on CPython 3.11 drops a reference to None in every void call, and aborts in the end."""
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    before = sys.getrefcount(None)
    for _ in range(500):
        painter.drawLine(0, 0, 4, 4)
    lost = before - sys.getrefcount(None)
    painter.end()
    assert lost < 100


def test_the_cache_keeps_to_its_budget() -> None:
    from ui.canvas.rendering.cache import Picture, PixmapCache

    cache = PixmapCache(budget=1000)
    for number in range(10):
        cache.put(number, Picture(QPixmap(), 1.0, 0, QRectF(), 300))
    assert cache.held <= 1000 and cache.get(9) is not None and cache.get(0) is None
    cache.put(9, Picture(QPixmap(), 2.0, 0, QRectF(), 400))
    assert cache.held == 1000 and len(cache) == 3
