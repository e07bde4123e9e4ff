"""Runs in a real child process, seen through Qt: order, previews, deaths, stops, results that come back."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nodegraph.edits import SetParam
from nodegraph.edits.document import Document
from nodegraph.engine.local import Options
from nodegraph.jobs.queue import JobQueue
from nodegraph.node_api import events
from tests.ui.running.conftest import LIBRARY
from tests.ui.running.graphs import WAIT, painting, wait_over, wait_running
from tests.ui.running.painting_nodes import EDGE, SPECS
from ui.document.editor import Editor
from ui.runs.document_run import DocumentRun
from ui.runs.engine_client import EngineBridge
from ui.runs.restore_values import restored
from ui.runs.result_store import Result, Results
from ui.runs.runner import Runner

if TYPE_CHECKING:
    from PySide6.QtGui import QImage
    from pytestqt.qtbot import QtBot


def size_of(qtbot: QtBot, runner: Runner, result: Result) -> tuple[int, int]:
    found: list[QImage] = []
    runner.results.picture(result, found.append)
    qtbot.waitUntil(lambda: bool(found), timeout=WAIT)
    return found[0].width(), found[0].height()


def test_a_run_shows_steps_previews_and_leaves_a_result(
    qtbot: QtBot, runner: Runner, sheet: DocumentRun
) -> None:
    seen: list[tuple[str, int]] = []
    results: list[Result] = []
    sheet.picture.connect(lambda node, image: seen.append((node, image.width())))
    runner.resulted.connect(results.append)
    sheet.editor.apply(SetParam("paint", "seconds", 1.2))
    sheet.editor.apply(SetParam("paint", "steps", 12))
    runner.run(sheet)
    assert sheet.state.of("paint").status == "queued"
    wait_running(qtbot, sheet, "paint")
    qtbot.waitUntil(lambda: sheet.state.of("paint").step >= 3, timeout=WAIT)
    assert "/12" in sheet.state.of("paint").line
    (job,) = wait_over(qtbot, runner, 1)
    qtbot.waitUntil(lambda: bool(results), timeout=WAIT)
    assert job.state == "done" and job.ran == 3
    run = sheet.state.of("paint")
    assert run.status == "done" and run.seconds > 1 and run.reason and run.rate > 1
    assert ("paint", EDGE) in seen and ("show", EDGE) in seen
    (result,) = results
    assert result.graph() == sheet.editor.graph and result.label == "a red fox"
    assert size_of(qtbot, runner, result) == (EDGE, EDGE)


def test_only_what_changed_reruns_and_an_undone_value_needs_no_run(
    qtbot: QtBot, runner: Runner, sheet: DocumentRun
) -> None:
    results: list[Result] = []
    runner.resulted.connect(results.append)
    runner.run(sheet)
    wait_over(qtbot, runner, 1)
    qtbot.waitUntil(lambda: len(results) == 1, timeout=WAIT)
    sheet.editor.apply(SetParam("paint", "seed", 5))
    assert {n: sheet.state.of(n).status for n in ("words", "paint", "show")} == {
        "words": "done", "paint": "stale", "show": "stale"
    }  # fmt: skip
    runner.run(sheet)
    second = wait_over(qtbot, runner, 2)[1]
    assert (second.label, second.ran, second.cached) == ("seed 5", 2, 1)
    qtbot.waitUntil(lambda: len(results) == 2, timeout=WAIT)
    sheet.editor.stack.undo()
    qtbot.waitUntil(lambda: len(results) == 3, timeout=WAIT)
    assert results[2] == results[0]
    assert sheet.state.of("paint").status == "done" and runner.queue.running is None
    runner.run(sheet)
    third = wait_over(qtbot, runner, 3)[2]
    assert (third.ran, third.state) == (0, "done")
    qtbot.waitUntil(lambda: len(results) == 4, timeout=WAIT)
    assert results[3] == results[0] and len(runner.results.all()) == 2


def test_after_a_restart_of_the_program_a_result_is_shown_without_a_run(
    qtbot: QtBot, runner: Runner, sheet: DocumentRun, tmp_path: Path
) -> None:
    with qtbot.waitSignal(runner.resulted, timeout=WAIT) as first:
        runner.run(sheet)
    runner.results.close()
    runner.bridge.close()
    options = Options(output=tmp_path / "out", cache_dir=tmp_path / "cache")
    bridge = EngineBridge(options, library=LIBRARY)
    again = Runner(bridge, JobQueue(tmp_path / "queue.jsonl"), Results(tmp_path / "results"), SPECS)
    seen: list[str] = []
    opened = again.open(Editor(SPECS, Document(painting())))
    opened.picture.connect(lambda node, image: seen.append(node))
    # Only the engine knows whether a result is still what the graph comes to.
    with qtbot.waitSignal(again.resulted, timeout=WAIT) as second:
        bridge.start()
    assert second.args == first.args and not again.queue.over
    # Every node that had a picture has it again, also the one whose steps were watched.
    qtbot.waitUntil(lambda: sorted(set(seen)) == ["paint", "show"], timeout=WAIT)
    assert size_of(qtbot, again, second.args[0]) == (EDGE, EDGE)
    again.results.close()
    bridge.close()


def test_what_the_disk_keeps_is_seen_after_a_restart_though_the_strip_is_empty(
    qtbot: QtBot, runner: Runner, sheet: DocumentRun, tmp_path: Path
) -> None:
    with qtbot.waitSignal(runner.resulted, timeout=WAIT):
        runner.run(sheet)
    runner.bridge.close()
    options = Options(output=tmp_path / "out", cache_dir=tmp_path / "cache")
    bridge = EngineBridge(options, library=LIBRARY)
    results = Results(tmp_path / "none")
    again = Runner(bridge, JobQueue(), results, SPECS)
    bridge.start()
    opened = again.open(Editor(SPECS, Document(painting())))
    with qtbot.waitSignal(opened.arrived, timeout=WAIT) as shown:
        pass
    assert shown.args is not None and shown.args[0] == "show" and shown.args[1].width() == EDGE
    assert opened.state.of("paint").status == "cached" and not again.queue.over
    # What nobody computed is not there.
    opened.editor.apply(SetParam("paint", "seed", 99))
    answers: list[tuple[str, ...]] = []
    bridge.recall(opened.editor.graph, Path(), lambda found: answers.append(found.nodes))
    qtbot.waitUntil(lambda: bool(answers), timeout=WAIT)
    assert answers == [("words",)]
    results.close()
    bridge.close()


def test_another_child_knows_what_is_open(qtbot: QtBot, runner: Runner, sheet: DocumentRun) -> None:
    with qtbot.waitSignal(runner.resulted, timeout=WAIT):
        runner.run(sheet)
    child = runner.bridge.process
    runner.bridge.kill()
    with qtbot.waitSignal(sheet.picture, timeout=WAIT):
        pass
    assert runner.bridge.process not in (0, child)
    found: list[events.Shown] = []
    qtbot.waitUntil(lambda: runner.bridge.state.state == "ready", timeout=WAIT)

    def looked() -> bool:
        runner.bridge.look("paint", "image", found.append, 64)
        qtbot.wait(50)
        return any(shown.picture is not None for shown in found)

    qtbot.waitUntil(looked, timeout=WAIT)


@pytest.mark.parametrize("how", ["kill", "raise"])
def test_a_node_that_dies_is_marked_and_the_queue_goes_on(
    qtbot: QtBot, runner: Runner, sheet: DocumentRun, how: str
) -> None:
    deadly = painting(between="test/Die", how=how)
    other = runner.open(Editor(SPECS, Document(deadly)), "other")
    runner.run(other)
    runner.run(sheet)
    first, second = wait_over(qtbot, runner, 2)
    assert (first.state, second.state) == ("failed", "done")
    failed = other.state.of("between")
    assert failed.status == "failed" and other.state.failed() == ["between"]
    assert ("engine" if how == "kill" else "the brush broke") in failed.message
    assert other.editor.graph == deadly


def test_a_hanging_node_is_stopped_by_force(qtbot: QtBot, runner: Runner, sheet: DocumentRun) -> None:
    hanging = runner.open(Editor(SPECS, Document(painting(between="test/Die", how="hang"))), "other")
    runner.run(hanging)
    wait_running(qtbot, hanging, "between")
    child = runner.bridge.process
    runner.stop()
    (job,) = wait_over(qtbot, runner, 1)
    assert job.state == "stopped" and hanging.state.of("between").status == "idle"
    runner.run(sheet)
    assert wait_over(qtbot, runner, 2)[1].state == "done"
    assert runner.bridge.process != child


def test_a_stop_costs_one_job_and_a_pause_holds_the_rest(
    qtbot: QtBot, runner: Runner, sheet: DocumentRun
) -> None:
    sheet.editor.apply(SetParam("paint", "seconds", 30.0))
    runner.run(sheet)
    wait_running(qtbot, sheet, "paint")
    sheet.editor.apply(SetParam("paint", "seconds", 0.0))
    runner.run(sheet)
    runner.pause(True)
    runner.stop()
    (job,) = wait_over(qtbot, runner, 1)
    assert job.state == "stopped" and len(runner.queue.waiting) == 1 and runner.queue.running is None
    runner.pause(False)
    assert wait_over(qtbot, runner, 2)[1].state == "done"


def test_drawn_seeds_are_in_the_job_and_then_in_the_document(qtbot: QtBot, runner: Runner) -> None:
    sheet = runner.open(Editor(SPECS, Document(painting(mode="next", seed=40, seconds=0.3))), "doc")
    for _ in range(3):
        runner.run(sheet)
    jobs = [runner.queue.running, *runner.queue.waiting]
    assert [job.seeds["paint.seed"] for job in jobs if job] == [40, 41, 42]
    assert sheet.editor.graph.nodes["paint"].params["seed"] == 40
    wait_over(qtbot, runner, 3)
    assert sheet.editor.graph.nodes["paint"].params["seed"] == 42
    sheet.editor.apply(SetParam("paint", "seed", 7))
    assert runner.run(sheet).seeds == {"paint.seed": 7}
    wait_over(qtbot, runner, 4)


def test_values_of_a_result_come_back(qtbot: QtBot, runner: Runner, sheet: DocumentRun) -> None:
    with qtbot.waitSignal(runner.resulted, timeout=WAIT) as made:
        runner.run(sheet)
    result: Result = made.args[0]
    editor = sheet.editor
    editor.apply(SetParam("paint", "seed", 9))
    editor.apply(SetParam("paint", "steps", 7))
    edit = restored(result, editor.graph, SPECS, seeds_only=True)
    assert edit is not None and editor.apply(edit)
    assert dict(editor.graph.nodes["paint"].params) == {"steps": 7}
    edit = restored(result, editor.graph, SPECS, seeds_only=False)
    assert edit is not None and editor.apply(edit)
    assert editor.graph.nodes["paint"].params == painting().nodes["paint"].params
    assert restored(result, editor.graph, SPECS, seeds_only=False) is None


def test_five_kills_among_twenty_jobs_leave_the_queue_alive(
    qtbot: QtBot, runner: Runner, sheet: DocumentRun
) -> None:
    """Kills in the midst of a node: every job is accounted for, and the next job runs."""
    sheet.editor.apply(SetParam("paint", "seconds", 0.2))
    for seed in range(20):
        sheet.editor.apply(SetParam("paint", "seed", seed))
        runner.run(sheet)
    killed: list[int] = []

    def kill(event: events.Event) -> None:
        child = runner.bridge.process
        if isinstance(event, events.NodeStarted) and event.node == "paint" and len(killed) < 5 and child:
            killed.append(child)
            os.kill(child, signal.SIGKILL)

    runner.bridge.heard.connect(kill)
    qtbot.waitUntil(lambda: len(runner.queue.over) == 20, timeout=4 * WAIT)
    states = [job.state for job in runner.queue.over]
    assert states.count("failed") == len(killed) == 5 and states.count("done") == 15
