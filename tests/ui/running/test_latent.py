"""The latent viewer: channels of a real answer of the engine, drawn, scrolled, read with mouse and keys."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QSizeF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from nodegraph.edits.document import Document
from nodegraph.model.graph import Node, Source
from nodegraph.model.spec import Scalar
from nodegraph.node_api.events import Channels, Shown
from tests.ui.running.graphs import WAIT, painting, wait_over
from tests.ui.running.look import DARK, LIGHT, dress, shoot
from tests.ui.running.painting_nodes import SPECS
from ui.document.editor import Editor
from ui.panels.probe.card import Probe
from ui.panels.results.strip import ResultStrip
from ui.panels.results.viewer_controller import ViewerController
from ui.panels.viewer.channels import ChannelGrid
from ui.panels.viewer.panel import ViewerPanel
from ui.panels.viewer.planes import SICK, planes_of
from ui.panels.viewer.tiles import LEAST, Tiles

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.runs.document_run import DocumentRun
    from ui.runs.runner import Runner


def latents(runner: Runner, **params: Scalar) -> DocumentRun:
    """words -> paint -> latent, and what shows the picture."""
    node = Node("latent", "test/Latent", params=params, inputs={"image": (Source("paint", "image"),)})
    return runner.open(Editor(SPECS, Document(painting().with_nodes([node]))), "doc")


def answered(qtbot: QtBot, runner: Runner, sheet: DocumentRun, item: int = 0) -> Channels:
    runner.run(sheet, ["latent"])
    wait_over(qtbot, runner, len(runner.queue.over) + 1)
    found: list[Channels] = []
    runner.bridge.channels("latent", "latent", found.append, item)
    qtbot.waitUntil(lambda: bool(found), timeout=WAIT)
    return found[0]


def test_selecting_a_latent_offers_its_channels(qtbot: QtBot, runner: Runner) -> None:
    dress(DARK)
    sheet = latents(runner, channels=4, items=3)
    panel, strip = ViewerPanel(DARK), ResultStrip(runner.results, DARK)
    for widget in (panel, strip):
        qtbot.addWidget(widget)
    panel.resize(400, 520)
    panel.show()
    showing = ViewerController(runner, panel, strip, panel)
    showing.follow(sheet)
    runner.run(sheet, ["latent"])
    wait_over(qtbot, runner, 1)
    assert not panel.latent.isVisible()
    sheet.editor.selection.set(["latent"])
    qtbot.waitUntil(panel.latent.isVisible, timeout=WAIT)
    assert panel.viewer.isVisible() and not panel.grid.isVisible()
    qtbot.mouseClick(panel.latent, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(panel.grid.isVisible, timeout=WAIT)
    assert len(panel.grid.planes) == 4 and not panel.viewer.isVisible()
    assert panel.items.isVisible() and panel.items.count.text() == "1 of 3"
    first = panel.grid.planes[0].levels
    qtbot.mouseClick(panel.items.on, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.items.count.text() == "2 of 3", timeout=WAIT)
    assert panel.grid.planes[0].levels != first
    shoot(panel, "latent_panel_dark")
    sheet.editor.selection.set(["paint"])
    qtbot.waitUntil(panel.viewer.isVisible, timeout=WAIT)
    assert not panel.grid.isVisible() and not panel.latent.isVisible()
    sheet.editor.selection.set(["latent"])
    qtbot.waitUntil(panel.grid.isVisible, timeout=WAIT)


@pytest.mark.parametrize("count", [1, 4, 16, 128])
def test_every_channel_is_drawn_told_and_found(qtbot: QtBot, runner: Runner, count: int) -> None:
    sheet = latents(runner, channels=count, sick=2 if count > 2 else -1)
    event = answered(qtbot, runner, sheet)
    assert len(event.stats) == count and len(event.planes) == count * 16 * 12
    dress(DARK)
    grid = ChannelGrid(DARK)
    qtbot.addWidget(grid)
    grid.resize(400, 420)
    grid.show()
    grid.show_channels(event)
    shoot(grid, f"latent_{count}_dark")
    said: list[str] = []
    grid.pointed.connect(said.append)
    box = grid.tile(0)
    QTest.mouseMove(grid.viewport(), QPoint(1, 1))
    QTest.mouseMove(grid.viewport(), box.center().toPoint() + QPoint(3, 3))
    qtbot.waitUntil(lambda: any(words.startswith("0   ") and "≈" in words for words in said), timeout=WAIT)
    assert grid.warning.isVisible() == (count > 2)
    if count > 2:
        assert "channel 2" in grid.accessibleDescription() and "channel 2" in grid.warning.text()
        picture = grid.viewport().grab().toImage()
        spot = grid.tile(2).topLeft().toPoint() + QPoint(2, 2)
        assert picture.pixelColor(spot * grid.devicePixelRatio()) == QColor(SICK)
    assert (grid.verticalScrollBar().maximum() > 0) == (count == 128)
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=box.center().toPoint())
    assert grid.alone == 0 and grid.tile(0).width() > 300 and grid.verticalScrollBar().maximum() == 0
    QTest.keyClick(grid, Qt.Key.Key_Right)
    assert grid.alone == (1 if count > 1 else 0)
    QTest.keyClick(grid, Qt.Key.Key_Escape)
    assert grid.alone == -1
    dress(LIGHT)
    grid.set_look(LIGHT)
    shoot(grid, f"latent_{count}_light")


def test_signs_have_colours_of_their_own_and_zero_has_none(qtbot: QtBot) -> None:
    levels = bytes([1, 64, 128, 192, 255, 0])
    event = Channels("a", "b", 6, 1, 0, 1, ((-2.0, 2.0, 0.0, 1.0, 1.0, 2.0),), levels)
    (plane,) = planes_of(event)
    assert [plane.value(x, 0) for x in (0, 2, 4, 5, 6)] == [-2.0, 0.0, 2.0, None, None]
    dark, light = plane.image(DARK.theme), plane.image(LIGHT.theme)
    for image in (dark, light):
        below, none, above = (image.pixelColor(x, 0) for x in (1, 2, 3))
        assert below.blue() > below.red() and above.red() > above.blue()
        hues = (none.red(), none.green(), none.blue())
        assert max(hues) - min(hues) < 4
        assert image.pixelColor(5, 0) == QColor(SICK)
    assert dark.pixelColor(2, 0).lightness() < 60 < 200 < light.pixelColor(2, 0).lightness()
    one_sign = planes_of(Channels("a", "b", 2, 1, 0, 1, ((1.0, 3.0, 2.0, 1.0, 0.0, 3.0),), bytes([170, 255])))
    greys = one_sign[0].image(DARK.theme)
    assert greys.pixelColor(0, 0).red() < 8 and greys.pixelColor(1, 0) == QColor(255, 255, 255)


def test_the_probe_draws_channels_too(qtbot: QtBot, runner: Runner) -> None:
    dress(DARK)
    event = answered(qtbot, runner, latents(runner, channels=16, sick=5))
    ground = QWidget()
    qtbot.addWidget(ground)
    ground.resize(300, 420)
    ground.show()
    probe = Probe(DARK, ground)
    shown: list[Shown] = []
    runner.bridge.look("latent", "latent", shown.append, 320)
    qtbot.waitUntil(lambda: bool(shown), timeout=WAIT)
    probe.show_answer(shown[0], "Latent")
    probe.place(QPoint(10, 10))
    probe.show_channels(event)
    text = probe.facts.text()
    assert "16 channels in all" in text and "channel 5" in text and "NaN" in text
    assert ground.rect().contains(probe.geometry())
    shoot(ground, "latent_probe")


@settings(deadline=None)
@given(st.integers(1, 200), st.floats(0.25, 4), st.floats(100, 2000), st.floats(80, 2000))
def test_tiles_lie_beside_each_other_and_are_large_enough(
    count: int, aspect: float, width: float, height: float
) -> None:
    tiles = Tiles.fit(count, aspect, 20.0, QSizeF(width, height))
    boxes = [tiles.picture(index) for index in range(count)]
    assert all(box.width() >= min(LEAST, width - 16) - 1e-6 for box in boxes)
    assert all(box.right() <= width + 1e-6 and box.left() >= 0 for box in boxes)
    assert not any(a.intersects(b) for a, b in itertools.pairwise(boxes))
    assert boxes[-1].bottom() + 20 <= tiles.height
    assert [tiles.at(box.center()) for box in boxes] == list(range(count))
