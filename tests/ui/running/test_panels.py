"""Queue panel, results strip, film strip, gauge and probe with real events over a real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from nodegraph.edits import SetParam
from nodegraph.node_api import events
from tests.ui.running.graphs import WAIT, wait_over, wait_running
from tests.ui.running.look import DARK, LIGHT, dress, shoot
from tests.ui.running.painting_nodes import EDGE, pixels
from tests.ui.running.started import pick_soon
from ui.panels.probe.card import Probe
from ui.panels.queue.panel import QueuePanel
from ui.panels.queue.rows import MIME
from ui.panels.results.film import LONGEST, Film, FilmStrip
from ui.panels.results.memory_gauge import GaugeBar
from ui.panels.results.strip import WORKFLOW_MIME, ResultStrip
from ui.panels.viewer.panel import ViewerPanel
from ui.runs.images import image_of
from ui.runs.node_state import NodeRun, duration, size

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from ui.runs.document_run import DocumentRun
    from ui.runs.engine_client import EngineBridge
    from ui.runs.runner import Runner


def picture(seed: int = 3, done: float = 1.0) -> events.Picture:
    return events.Picture(EDGE, EDGE, pixels(90, seed, done).tobytes())


def labels(panel: QueuePanel) -> list[str]:
    return [str(panel.rows.data(panel.rows.index(row))) for row in range(panel.rows.rowCount())]


def test_the_queue_panel_runs_orders_and_tells(qtbot: QtBot, runner: Runner, sheet: DocumentRun) -> None:
    dress(DARK)
    panel = QueuePanel(runner, DARK)
    qtbot.addWidget(panel)
    panel.resize(340, 460)
    panel.show()
    panel.run_asked.connect(lambda: runner.run(sheet))
    shoot(panel, "queue_empty")
    qtbot.mouseClick(panel.run, Qt.MouseButton.LeftButton)
    wait_over(qtbot, runner, 1)
    qtbot.waitUntil(lambda: panel.image(runner.queue.over[0].id) is not None, timeout=WAIT)
    sheet.editor.apply(SetParam("paint", "seconds", 30.0))
    sheet.editor.apply(SetParam("paint", "steps", 100))
    qtbot.mouseClick(panel.run, Qt.MouseButton.LeftButton)
    wait_running(qtbot, sheet, "paint")
    for seed in (1, 2, 3):
        sheet.editor.apply(SetParam("paint", "seed", seed))
        qtbot.mouseClick(panel.run, Qt.MouseButton.LeftButton)
    assert labels(panel)[1:] == ["seed 1", "seed 2", "seed 3", "a red fox"]
    panel.list.setCurrentIndex(panel.rows.index(3))
    qtbot.keyClick(panel.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert labels(panel)[1:4] == ["seed 1", "seed 3", "seed 2"]
    data = panel.rows.mimeData([panel.rows.index(1)])
    assert bytes(data.data(MIME).data()).decode() == runner.queue.waiting[0].id
    panel.rows.dropMimeData(data, Qt.DropAction.MoveAction, 4, 0, QModelIndex())
    assert labels(panel)[1:4] == ["seed 3", "seed 2", "seed 1"]
    panel.list.setCurrentIndex(panel.rows.index(2))
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    assert labels(panel)[1:3] == ["seed 3", "seed 1"]
    qtbot.waitUntil(lambda: sheet.state.of("paint").step >= 3, timeout=WAIT)
    job = runner.queue.running
    assert job is not None and "/100" in panel.rows.detail(job)
    shoot(panel, "queue_dark")
    qtbot.mouseClick(panel.pause, Qt.MouseButton.LeftButton)
    assert runner.queue.paused and "2 jobs wait" in panel.note.text()
    opened: list[object] = []
    panel.open_asked.connect(opened.append)
    edit = dict(panel.actions_for(runner.queue.waiting[0]))["Edit, then queue again"]
    edit()
    assert len(opened) == 1 and labels(panel)[1:2] == ["seed 1"]
    qtbot.mouseClick(panel.stop, Qt.MouseButton.LeftButton)
    wait_over(qtbot, runner, 2)
    assert labels(panel)[0] == "seed 1" and runner.queue.over[0].state == "stopped"
    dress(LIGHT)
    panel.set_look(LIGHT)
    shoot(panel, "queue_light")


def test_a_paused_queue_runs_what_is_asked_for_now(qtbot: QtBot, runner: Runner, sheet: DocumentRun) -> None:
    panel = QueuePanel(runner, DARK)
    qtbot.addWidget(panel)
    runner.pause(True)
    assert panel.note.text() == "Paused: what is queued now waits."
    again = dict(panel.actions_for(runner.run(sheet)))
    assert "Stop" in again
    wait_over(qtbot, runner, 1)


def test_the_results_strip_keeps_graphs_and_gives_files(
    qtbot: QtBot, runner: Runner, sheet: DocumentRun, tmp_path: Path
) -> None:
    dress(DARK)
    strip = ResultStrip(runner.results, DARK)
    qtbot.addWidget(strip)
    strip.resize(480, 250)
    strip.show()
    for seed in range(5):
        sheet.editor.apply(SetParam("paint", "seed", seed))
        with qtbot.waitSignal(runner.resulted, timeout=WAIT):
            runner.run(sheet)
    assert strip.rows.rowCount() == 5
    qtbot.waitUntil(lambda: len(list((tmp_path / "results").glob("*.json"))) == 5, timeout=WAIT)
    shown: list[object] = []
    opened: list[object] = []
    strip.show_asked.connect(shown.append)
    strip.open_asked.connect(opened.append)
    spot = strip.visualRect(strip.rows.index(2)).center()
    qtbot.mouseMove(strip.viewport(), spot)
    qtbot.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    result = strip.rows.result(2)
    assert result is not None and shown[-1] == result
    assert result.graph().nodes["paint"].params["seed"] == 2
    qtbot.mouseDClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert opened == [result]
    data: QMimeData = strip.rows.mimeData([strip.rows.index(2)])
    (url,) = data.urls()
    assert QImage(url.toLocalFile()).width() == EDGE
    assert bytes(data.data(WORKFLOW_MIME).data()).decode() == result.workflow
    shoot(strip, "results_dark")
    asked: list[tuple[object, bool]] = []
    strip.restore_asked.connect(lambda one, seeds: asked.append((one, seeds)))
    entries = {entry.text(): entry for entry in strip.menu_for(result).actions()}
    entries["Restore only the seed"].trigger()
    entries["Restore only the parameters"].trigger()
    entries["Remove from here"].trigger()
    assert asked == [(result, True), (result, False)] and strip.rows.rowCount() == 4
    qtbot.waitUntil(lambda: len(list((tmp_path / "results").glob("*.json"))) == 4, timeout=WAIT)


def test_a_film_has_one_picture_a_step_and_scrubs_the_viewer(qtbot: QtBot) -> None:
    dress(DARK)
    panel = ViewerPanel(DARK)
    qtbot.addWidget(panel)
    panel.resize(560, 520)
    panel.show()
    for step in range(1, 21):
        panel.add_frame("paint", picture(done=step / 20))
    final = image_of(picture(done=1.0)).scaled(96, 96)
    panel.show_picture(final, "Sampler")
    strip = panel.film
    shown = list(strip.shown())
    assert shown[0] == 0 and shown[-1] == 19 and len(set(shown)) == len(shown)
    lens = panel.viewer.lens
    qtbot.mouseMove(strip, QPoint(20, 40))
    # The step is smaller and lies where the finished picture lay.
    assert strip.at == 0 and panel.viewer.image.width() == 48 and panel.viewer.lens == lens
    assert panel.viewer.image.pixelColor(24, 24) != final.pixelColor(48, 48)
    shoot(panel, "viewer_panel_scrubbing")
    qtbot.keyClick(strip, Qt.Key.Key_Right)
    assert strip.at == 1
    qtbot.keyClick(strip, Qt.Key.Key_Escape)
    assert strip.at == -1 and panel.viewer.image == final
    exported: list[tuple[object, object]] = []
    panel.export_asked.connect(lambda frames, path: exported.append((frames, path)))
    assert panel.export.isEnabled()
    panel.show_film(Film())
    assert not strip.film.frames and not panel.export.isEnabled()
    dress(LIGHT)
    panel.set_look(LIGHT)
    shoot(panel, "viewer_panel_light")


def test_a_long_film_is_thinned_and_another_size_begins_anew() -> None:
    film = Film()
    for _ in range(LONGEST + 1):
        film.add("a", picture())
    assert len(film.frames) == LONGEST // 2 + 1
    film.add("a", events.Picture(1, 1, b"abc"))
    assert len(film.frames) == 1


def test_the_film_is_exported_by_the_engine(qtbot: QtBot, bridge: EngineBridge, tmp_path: Path) -> None:
    path = tmp_path / "steps.webp"
    told: list[object] = []
    bridge.heard.connect(lambda event: told.append(event) if isinstance(event, events.Exported) else None)
    bridge.animate([picture(done=step / 3) for step in range(3)], path)
    qtbot.waitUntil(lambda: bool(told), timeout=WAIT)
    assert told == [events.Exported(str(path))] and path.read_text() == f"3 x {EDGE}"


def choose(qtbot: QtBot, gauge: GaugeBar, entry: int) -> None:
    """Click the gauge, then an entry of the menu that it opens; the menu waits inside the first click."""
    pick_soon(gauge.menu().actions()[entry].text())
    qtbot.mouseClick(gauge, Qt.MouseButton.LeftButton)
    assert QApplication.activePopupWidget() is None


def test_the_gauge_shows_and_frees(qtbot: QtBot, runner: Runner, sheet: DocumentRun) -> None:
    dress(DARK)
    gauge = GaugeBar(runner.bridge, DARK)
    qtbot.addWidget(gauge)
    runner.run(sheet)
    high = gauge.height()
    wait_over(qtbot, runner, 1)
    qtbot.waitUntil(lambda: gauge.now is not None and gauge.now.cache > 0, timeout=WAIT)
    assert gauge.height() == high, "The status bar keeps its height when figures come."
    gauge.show()
    assert [name for name, *_ in gauge.parts()] == ["Engine", "Cache", "Disk"]
    shoot(gauge, "gauge")
    choose(qtbot, gauge, 0)
    qtbot.waitUntil(
        lambda: gauge.now is not None and gauge.now.cache == 0 and gauge.now.disk > 0, timeout=WAIT
    )
    runner.run(sheet)
    assert wait_over(qtbot, runner, 2)[1].ran == 0
    choose(qtbot, gauge, 1)
    qtbot.waitUntil(lambda: gauge.now is not None and gauge.now.disk == 0, timeout=WAIT)
    runner.run(sheet)
    assert wait_over(qtbot, runner, 3)[2].ran == 3


def test_a_probe_says_what_a_link_carries_and_can_be_pinned(
    qtbot: QtBot, runner: Runner, sheet: DocumentRun
) -> None:
    dress(DARK)
    ground = QWidget()
    qtbot.addWidget(ground)
    ground.resize(420, 360)
    ground.show()
    probe = Probe(DARK, ground)
    runner.run(sheet)
    wait_over(qtbot, runner, 1)
    runner.bridge.look("paint", "image", lambda shown: probe.show_answer(shown, "Paint › image"), 512)
    qtbot.waitUntil(lambda: probe.spot == ("paint", "image"), timeout=WAIT)
    probe.place(QPoint(400, 340))
    assert ground.rect().contains(probe.geometry())
    assert "shape: 1 x 48 x 48 x 3" in probe.facts.text() and not probe.picture.pixmap().isNull()
    shoot(ground, "probe")
    qtbot.mouseClick(probe.pin, Qt.MouseButton.LeftButton)
    probe.leave()
    assert probe.isVisible() and probe.held
    qtbot.mouseClick(probe.pin, Qt.MouseButton.LeftButton)
    assert not probe.isVisible()
    probe.show_known(("a", "b"), "A › b", NodeRun(), None)
    assert probe.facts.text() == "Not computed yet, or no longer kept."


def test_a_sick_result_is_an_alarm(qtbot: QtBot) -> None:
    panel = ViewerPanel(DARK)
    qtbot.addWidget(panel)
    facts = (("shape", "1 x 2"), ("alarm", "12 values are NaN or infinite"))
    panel.show_answer(events.Shown("a", "image", picture(), facts), "Sick")
    assert panel.viewer.alarm == "12 values are NaN or infinite"
    panel.show_answer(events.Shown("a", "image", None, (("gone", "x"),)), "Sick")
    assert panel.viewer.image.isNull()


def test_the_strip_is_empty_without_a_run(qtbot: QtBot) -> None:
    strip = FilmStrip(DARK)
    qtbot.addWidget(strip)
    strip.resize(300, 80)
    strip.show()
    qtbot.mouseMove(strip, QPointF(30, 30).toPoint())
    assert strip.at == -1 and list(strip.shown()) == []


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.04, "40 ms"), (2.5, "2.5 s"), (40, "40 s"), (200, "3:20"), (59.99, "1:00")]
)
def test_times_are_short(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_sizes_and_lines_are_short() -> None:
    assert [size(n) for n in (0, 999, 12_000_000, 1.5e9)] == ["0 B", "999 B", "12 MB", "1.5 GB"]
    run = NodeRun("running", step=12, total=20, rate=4.0)
    assert run.line == "12/20, 4.0 it/s, 2.0 s" and run.progress == 0.6
    assert NodeRun("running", step=1, total=20, rate=0.25).line == "1/20, 4.0 s/it, 1:16"
    assert NodeRun("done", seconds=0.8).line == "0.8 s"
