"""What a run leaves to be looked at: its steps, the picture of a latent, its name in the strip and the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage

from nodegraph.edits import SetParam
from nodegraph.jobs.job import Job
from nodegraph.model.graph import Node, Source
from nodegraph.node_api.events import EngineState, Picture, Preview, Shown
from tests.ui.running.graphs import WAIT, painting, wait_over, wait_running
from tests.ui.running.look import DARK, dress, shoot
from tests.ui.running.painting_nodes import SPECS
from ui.panels.queue.panel import QueuePanel
from ui.panels.results.film_store import MAX_FILMS, Films
from ui.panels.results.strip import ResultStrip
from ui.panels.results.viewer_controller import ViewerController
from ui.panels.viewer.panel import ViewerPanel
from ui.runs.job_labels import of_result

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.runs.document_run import DocumentRun
    from ui.runs.runner import Runner


@pytest.fixture
def panel(qtbot: QtBot, runner: Runner, sheet: DocumentRun) -> ViewerPanel:
    """A viewer that follows the document."""
    dress(DARK)
    found, strip = ViewerPanel(DARK), ResultStrip(runner.results, DARK)
    for widget in (found, strip):
        qtbot.addWidget(widget)
    found.resize(400, 520)
    found.show()
    ViewerController(runner, found, strip, found).follow(sheet)
    return found


def test_the_steps_of_a_result_stay_and_come_back_with_it(
    qtbot: QtBot, runner: Runner, sheet: DocumentRun, panel: ViewerPanel
) -> None:
    runner.run(sheet)
    wait_over(qtbot, runner, 1)
    first = panel.film.film
    assert len(first.frames) == 4 and panel.film.isVisible()
    latent = Node("latent", "test/Latent", inputs={"image": (Source("paint", "image"),)})
    sheet.editor.push("More", sheet.editor.graph.with_nodes([latent]))
    runner.run(sheet, ["latent"])
    assert wait_over(qtbot, runner, 2)[1].ran == 1
    assert panel.film.film is first, "What did not run again keeps its steps."
    sheet.editor.apply(SetParam("paint", "steps", 7))
    runner.run(sheet)
    wait_over(qtbot, runner, 3)
    assert len(panel.film.film.frames) == 7
    sheet.editor.stack.undo()
    qtbot.waitUntil(lambda: panel.film.film is first, timeout=WAIT)
    assert len(first.frames) == 4


def test_the_oldest_film_goes_first() -> None:
    films, graph = Films(), painting()
    keys = [str(number) for number in range(MAX_FILMS + 1)]
    for key in keys:
        event = Preview("paint", Picture(1, 1, b"abc"))
        assert films.growing(Job(key, graph, ""), event, key) is not None
        assert films.growing(Job(key, graph, ""), event, key) is None
    assert films.of([keys[0]]) is None
    assert all(films.of([key]) is not None for key in keys[1:])


def test_a_film_belongs_to_its_own_result() -> None:
    films, graph = Films(), painting()
    event = Preview("paint", Picture(1, 1, b"abc"))
    first = films.growing(Job("1", graph, ""), event, "key 1")
    assert films.attach("result 1", ["words", "key 1"]) is first
    second = films.growing(Job("2", graph, ""), event, "key 2")
    assert films.attach("result 2", ["words", "key 2"]) is second
    assert films.of_result("result 1") is first and films.of_result("result 2") is second
    assert films.attach("result 3", ["words"]) is None and films.of_result("other") is None
    # What was made of the same sampler again has its film too.
    assert films.attach("result 4", ["key 1", "another end"]) is first


def test_a_latent_is_shown_as_it_was_seen_to_grow(
    qtbot: QtBot, runner: Runner, sheet: DocumentRun, panel: ViewerPanel
) -> None:
    latent = Node("latent", "test/Latent", inputs={"image": (Source("paint", "image"),)})
    sheet.editor.push("More", sheet.editor.graph.with_nodes([latent]))
    runner.run(sheet, ["latent"])
    wait_over(qtbot, runner, 1)
    grown = QImage(16, 12, QImage.Format.Format_RGB888)
    grown.fill(QColor("#3366cc"))
    sheet.show("latent", grown)
    sheet.editor.selection.set(["latent"])
    qtbot.waitUntil(panel.latent.isVisible, timeout=WAIT)
    qtbot.waitUntil(lambda: panel.viewer.image == grown, timeout=WAIT)
    assert panel.viewer.lens.zoom < 40
    shoot(panel, "latent_as_seen")
    qtbot.mouseClick(panel.latent, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(panel.grid.isVisible, timeout=WAIT)
    facts = (("type", "latent"), ("alarm", "3 values are NaN"))
    panel.latent.setChecked(False)
    panel.show_answer(Shown("latent", "latent", Picture(1, 1, b"abc"), facts), "Latent", grown)
    assert panel.viewer.image.size().width() == 1, (
        "Where something is wrong, the numbers themselves are shown."
    )


def test_a_job_that_begins_shows_no_progress_of_the_one_before(
    qtbot: QtBot, runner: Runner, sheet: DocumentRun
) -> None:
    queue = QueuePanel(runner, DARK)
    qtbot.addWidget(queue)
    said: list[tuple[str, float]] = []
    runner.began.connect(lambda job: said.append((queue.rows.detail(job), queue.rows.progress())))
    for seed in (1, 2):
        sheet.editor.apply(SetParam("paint", "seed", seed))
        runner.run(sheet)
    wait_over(qtbot, runner, 2)
    assert said == [("running", 0.0)] * 2


def test_a_picture_is_never_called_again() -> None:
    graph = painting(text="a red fox")
    assert of_result("again", graph, SPECS) == "a red fox"
    assert of_result("seed 7", graph, SPECS) == "seed 7"


def test_a_job_that_waits_for_the_engine_says_what_it_does(
    qtbot: QtBot, runner: Runner, sheet: DocumentRun
) -> None:
    queue = QueuePanel(runner, DARK)
    qtbot.addWidget(queue)
    qtbot.waitUntil(lambda: runner.bridge.state.state == "ready", timeout=WAIT)
    said: list[str] = []
    runner.began.connect(lambda job: runner.bridge.heard.emit(EngineState("ready", "loading torch")))
    runner.began.connect(lambda job: said.append(queue.rows.detail(job)))
    runner.told.connect(lambda job, event: said.append(queue.rows.detail(job)))
    runner.run(sheet)
    wait_over(qtbot, runner, 1)
    assert said[0] == "loading torch" and said[-2].startswith("test/Show")


def test_a_run_that_had_to_be_made_to_stop_says_so_and_the_next_one_runs(
    qtbot: QtBot, runner: Runner, sheet: DocumentRun
) -> None:
    queue = QueuePanel(runner, DARK)
    qtbot.addWidget(queue)
    said: list[str] = []
    runner.status.connect(said.append)
    sheet.editor.apply(SetParam("paint", "deaf", True))
    sheet.editor.apply(SetParam("paint", "seconds", 60.0))
    runner.run(sheet)
    wait_running(qtbot, sheet, "paint")
    sheet.editor.apply(SetParam("paint", "seconds", 0.0))
    runner.run(sheet)
    qtbot.mouseClick(queue.stop, Qt.MouseButton.LeftButton)
    stopped, after = wait_over(qtbot, runner, 2)
    assert after.state == "done" and stopped.state == "stopped"
    assert "started anew" in queue.rows.detail(stopped)
    assert said == ["Stopping…", stopped.error]
