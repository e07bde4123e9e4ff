"""Text that is wrapped for painting."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPaintEvent, QRegion
from pytestqt.qtbot import QtBot

from nodegraph.model.spec import Param
from tests.ui.canvas.hand import Hand
from ui.canvas.canvas import Canvas
from ui.canvas.rendering.paint_state import message_room
from ui.canvas.rendering.text import TextPainter
from ui.canvas.scene.state import NodeState
from ui.i18n.labels import format_value

WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=9), max_size=40)
REASON = (
    "The engine was ended by the system, most likely for want of memory; make the picture smaller and retry."
)


@pytest.mark.usefixtures("qapp")
@settings(deadline=None)
@given(WORDS, st.floats(80, 500), st.integers(1, 5))
def test_wrapped_lines_fit_and_lose_nothing_but_an_elided_end(
    words: list[str], width: float, most: int
) -> None:
    text = TextPainter()
    lines = text.wrap(" ".join(words), width, most)
    assert len(lines) <= most
    assert all(text.measure(line) <= width for line in lines)
    if lines and not lines[-1].endswith("…"):
        assert " ".join(lines).split() == words


@pytest.mark.parametrize("zoom", [0.6, 1.0, 2.5])
def test_a_long_reason_is_read_under_its_node_and_painted_over_when_it_goes(
    qtbot: QtBot, hand: Hand, zoom: float
) -> None:
    assert len(TextPainter().wrap(REASON, message_room().width() - 34, 4)) == 2
    regions: list[QRegion] = []

    class Watching(Canvas):
        def paintEvent(self, event: QPaintEvent) -> None:
            regions.append(event.region())
            super().paintEvent(event)

    hand.canvas.zoom_by(zoom)
    qtbot.wait(400)
    hand.canvas.__class__ = Watching
    box, camera = hand.canvas.scene.nodes["sampler"], hand.canvas.camera
    corner = camera.to_view(box.rect.bottomLeft())
    strip = QRectF(corner, message_room().size() * camera.zoom).toRect() & hand.canvas.rect()
    for state in (NodeState("failed", message=REASON), NodeState()):
        regions.clear()
        hand.canvas.state.set("sampler", state)
        qtbot.waitUntil(lambda: bool(regions))
        painted = QRegion()
        for region in regions:
            painted += region
        assert (QRegion(strip) - painted).isEmpty()


def test_models_are_named_without_their_ending_and_other_texts_as_they_are() -> None:
    model = Param("model", "Text", "", choices_from="checkpoints")
    assert format_value(model, "styles/ink v1.5.safetensors") == "styles/ink v1.5"
    assert format_value(model, "practice") == "practice"
    assert format_value(Param("name", "Text", ""), "ink.safetensors") == "ink.safetensors"
