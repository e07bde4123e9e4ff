"""Live mode with a real child: what is edited runs by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodegraph.edits import SetParam
from nodegraph.jobs.job import Job
from tests.ui.running.graphs import WAIT, wait_running
from ui.runs.document_run import DocumentRun
from ui.runs.live_mode import LiveMode
from ui.runs.runner import Runner

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_live_reruns_by_itself_and_stops_what_is_stale(
    qtbot: QtBot, runner: Runner, sheet: DocumentRun
) -> None:
    editor, done = sheet.editor, list[Job]()
    live = LiveMode(runner)
    runner.finished.connect(done.append)
    live.follow(sheet)
    qtbot.waitUntil(lambda: len(done) == 1, timeout=WAIT)
    editor.apply(SetParam("paint", "seconds", 20.0))
    wait_running(qtbot, sheet, "paint")
    editor.apply(SetParam("paint", "seconds", 0.0))
    editor.apply(SetParam("words", "text", "a blue cat"))
    qtbot.waitUntil(lambda: len(done) == 3, timeout=WAIT)
    assert [job.state for job in done] == ["done", "stopped", "done"]
    assert done[2].graph is editor.graph and not runner.queue.over
    live.follow(None)
    editor.apply(SetParam("paint", "seed", 3))
    qtbot.wait(400)
    assert len(done) == 3


def test_live_shows_few_steps_first(qtbot: QtBot, runner: Runner, sheet: DocumentRun) -> None:
    editor, done = sheet.editor, list[Job]()
    live = LiveMode(runner)
    runner.finished.connect(done.append)
    editor.apply(SetParam("paint", "steps", 16))
    editor.apply(SetParam("paint", "seconds", 1.0))
    live.follow(sheet)
    qtbot.waitUntil(lambda: len(done) == 1, timeout=WAIT)
    editor.apply(SetParam("paint", "seed", 3))
    qtbot.waitUntil(lambda: len(done) == 3, timeout=WAIT)
    assert [(job.coarse, job.graph.nodes["paint"].params["steps"]) for job in done] == [
        (False, 16), (True, 4), (False, 16)
    ]  # fmt: skip
    live.follow(None)


def test_a_stopped_live_run_does_not_begin_again(qtbot: QtBot, runner: Runner, sheet: DocumentRun) -> None:
    done = list[Job]()
    live = LiveMode(runner)
    runner.finished.connect(done.append)
    sheet.editor.apply(SetParam("paint", "seconds", 30.0))
    live.follow(sheet)
    wait_running(qtbot, sheet, "paint")
    runner.stop()
    qtbot.waitUntil(lambda: len(done) == 1, timeout=WAIT)
    qtbot.wait(400)
    assert runner.queue.running is None and len(done) == 1
    live.follow(None)
