"""Larger text: nodes keep out of each other's way, and the graph knows nothing of it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF

from nodegraph.formats.native import dumps
from tests.ui.canvas.hand import Hand
from ui.canvas.scene.metrics import ROWS, Density, Metrics, spread

SIZES = (0.8, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)


@pytest.mark.parametrize("density", list(ROWS))
@pytest.mark.parametrize("size", SIZES)
def test_no_row_is_higher_than_usual_in_the_scene_and_none_too_low_on_the_screen(
    density: Density, size: float
) -> None:
    metrics = Metrics(density, size)
    assert metrics.row <= ROWS["normal"]
    assert metrics.row * spread(density, size) >= max(ROWS[density], 19 * size)


def test_the_usual_sizes_are_not_spread() -> None:
    assert spread("normal", 1.0) == spread("compact", 1.0) == spread("normal", 1.25) == 1.0


def test_the_view_keeps_its_middle_and_its_percentage(hand: Hand) -> None:
    canvas = hand.canvas
    canvas.zoom_to(0.8)
    middle, kept = canvas.camera.visible().center(), canvas.view_state()
    canvas.set_density("normal", 2.0)
    assert canvas.camera.zoom == pytest.approx(0.8 * spread("normal", 2.0))
    assert (canvas.camera.visible().center() - middle).manhattanLength() < 1.0
    assert canvas.view_state()["zoom"] == kept["zoom"]
    canvas.set_density("normal", 1.0)
    assert canvas.view_state() == pytest.approx(kept, abs=1.0)


def test_a_hundred_percent_shows_text_as_large_as_asked(hand: Hand) -> None:
    canvas = hand.canvas
    for size in SIZES:
        canvas.set_density("normal", size)
        canvas.zoom_to(1.0)
        shown = canvas.stage.text.body.pixelSize() * canvas.camera.zoom
        assert shown == pytest.approx(12 * size, abs=1.0)
        canvas.camera.zoom_at(QPointF(200, 200), 1.005)
        assert canvas.camera.zoom == canvas.camera.usual


def test_a_drag_writes_the_same_place_at_every_size(hand: Hand) -> None:
    """What is dropped where something is seen lies there in the file, on the same grid."""
    canvas = hand.canvas
    name = next(iter(canvas.scene.nodes))
    before = dumps(canvas.editor.graph)
    for size in (1.0, 1.5, 2.0):
        canvas.set_density("normal", size)
        assert dumps(canvas.editor.graph) == before and not canvas.editor.stack.canUndo()
        middle = canvas.scene.nodes[name].rect.center()
        canvas.camera.look_at((middle.x(), middle.y(), canvas.camera.usual))
        old = canvas.editor.graph.nodes[name].pos
        hand.drag(hand.title(name), hand.title(name) + QPointF(96, 64))
        new = canvas.editor.graph.nodes[name].pos
        assert (new[0] - old[0], new[1] - old[1]) == (96.0, 64.0)
        canvas.editor.stack.undo()
        canvas.editor.stack.clear()


def test_large_text_opens_legible(hand: Hand) -> None:
    """From the upper left on, where all of it would be too small."""
    canvas = hand.canvas
    canvas.resize(420, 320)
    canvas.frame_first()
    assert canvas.camera.visible().contains(canvas.scene.bounds())
    canvas.set_density("normal", 2.0)
    canvas.frame_first()
    assert canvas.stage.text.body.pixelSize() * canvas.camera.zoom >= 14
    corner = canvas.scene.bounds().topLeft()
    assert QRectF(canvas.rect()).contains(canvas.camera.to_view(corner))
    canvas.frame_all()
    assert canvas.camera.visible().contains(canvas.scene.bounds())
