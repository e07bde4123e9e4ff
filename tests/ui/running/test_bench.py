"""The window with a real canvas and a real engine: keys, docks, stop, first launch, a thread that never waits."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest

from nodegraph.edits import AddNodes, SetParam
from nodegraph.formats import native
from nodegraph.model.graph import Node, Source
from tests.ui.running.graphs import WAIT, painting
from tests.ui.running.heartbeat import heartbeat
from tests.ui.running.look import shoot
from tests.ui.running.started import Start, parts, wait_done
from ui.canvas.canvas import Canvas
from ui.config import paths
from ui.panels.tutorial.overlays import LATER
from ui.runs.result_store import Result
from ui.shell.application import Application

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from ui.shell.run_panels import RunPanels


def test_a_first_launch_runs_itself_and_teaches_by_doing(qtbot: QtBot, start: Start) -> None:
    began = time.monotonic()
    app = start()
    window, run_panels, sheet = parts(app)
    opened = time.monotonic() - began
    qtbot.waitUntil(lambda: sheet.state.of("paint").status == "running", timeout=WAIT)
    assert run_panels.engine.text() == "running"
    qtbot.waitUntil(lambda: len(run_panels.viewer.film.film.frames) >= 6, timeout=WAIT)
    shoot(window, "first_launch_running")
    wait_done(qtbot, run_panels, 1)
    qtbot.waitUntil(lambda: run_panels.strip.rows.rowCount() == 1, timeout=WAIT)
    assert opened < 5 and run_panels.overlays.coach is not None and run_panels.overlays.coach.lesson == 0
    assert sheet.editor.unsaved is False
    frames = run_panels.viewer.film.film.frames
    assert len(frames) == 16
    QTest.qWait(150)
    shoot(window, "first_launch_done")
    assert run_panels.viewer.viewer.image.width() == 48
    bubble = run_panels.overlays.coach.bubble
    assert bubble.isVisible() and "Change a word" in bubble.text.text()
    canvas = window.view.widget if window.view else None
    assert isinstance(canvas, Canvas)
    window.menus.actions["view.app"].trigger()
    qtbot.waitUntil(lambda: not bubble.isVisible())
    window.menus.actions["view.app"].trigger()
    qtbot.waitUntil(bubble.isVisible)
    preview = canvas.state.preview("show")
    assert preview is not None and canvas.state.of("paint").status == "done"
    # Changing alone does not complete it: it is the run that shows something.
    sheet.editor.apply(SetParam("words", "text", "a blue fox"))
    assert run_panels.overlays.coach.lesson == 0 and canvas.state.of("paint").status == "stale"
    shoot(window, "stale")
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    wait_done(qtbot, run_panels, 2)
    assert run_panels.overlays.coach.lesson == 1
    sheet.editor.apply(SetParam("paint", "steps", 9))
    qtbot.keyClick(canvas, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    wait_done(qtbot, run_panels, 3)
    assert run_panels.overlays.coach.lesson == 2
    lora = Node("lora", "test/LoraLike", inputs={"model": (Source("words", "number"),)}, pos=(300, 400))
    sheet.editor.apply(AddNodes((lora,)))
    assert run_panels.overlays.coach.lesson == -1 and not run_panels.overlays.coach.bubble.isVisible()
    again = parts_or_none(start())
    assert again is None or again.overlays.coach is None


def parts_or_none(app: Application) -> RunPanels | None:
    return app.windows[0].run_panels


def test_the_card_of_the_chip_is_not_under_a_lesson_and_closes_by_esc_or_a_click_elsewhere(
    qtbot: QtBot, start: Start
) -> None:
    window, run_panels, _ = parts(start())
    wait_done(qtbot, run_panels, 1)
    chip, coach, canvas = (
        run_panels.overlays.chip,
        run_panels.overlays.coach,
        window.view.widget if window.view else None,
    )
    assert chip is not None and coach is not None and isinstance(canvas, Canvas)
    window.activateWindow()
    chip.set_shown(True)
    qtbot.waitUntil(coach.bubble.isVisible)
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    chip.setFocus()
    assert chip.card.isVisible() and not coach.bubble.isVisible()
    shoot(window, "practice_card")
    qtbot.keyClick(chip, Qt.Key.Key_Escape)
    assert not chip.card.isVisible() and coach.bubble.isVisible() and coach.lesson == 0
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    chip.setFocus()
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(canvas.width() - 20, canvas.height() - 20))
    canvas.setFocus()
    assert not chip.card.isVisible() and coach.bubble.isVisible()


def test_a_lesson_leaves_the_bar_of_the_selection_free(qtbot: QtBot, start: Start) -> None:
    window, run_panels, sheet = parts(start())
    wait_done(qtbot, run_panels, 1)
    coach, canvas = run_panels.overlays.coach, window.view.widget if window.view else None
    assert coach is not None and isinstance(canvas, Canvas)
    bar = window.bars.on(canvas)
    assert bar is not None
    for node in sheet.editor.graph.nodes:
        sheet.editor.selection.set([node])
        qtbot.waitUntil(bar.isVisible)
        QTest.qWait(2 * LATER)
        shoot(window, f"lesson_{node}")
        covered = QRect(bar.mapTo(window, QPoint(0, 0)), bar.size())
        card = QRect(coach.bubble.card.mapTo(window, QPoint(0, 0)), coach.bubble.card.size())
        assert coach.bubble.isVisible() and not card.intersects(covered)


def test_recent_workflows_show_what_they_made(qtbot: QtBot, start: Start, tmp_path: Path) -> None:
    window, run_panels, sheet = parts(start())
    wait_done(qtbot, run_panels, 1)
    qtbot.waitUntil(lambda: run_panels.strip.rows.rowCount() == 1, timeout=WAIT)
    flow, other, still = (tmp_path / name for name in ("flow.json", "other.json", "still.png"))
    native.save(sheet.editor.graph, flow)
    native.save(painting(text="never run"), other)
    image = QImage(20, 10, QImage.Format.Format_RGB32)
    image.fill(QColor("#336699"))
    image.setText("nodegraph", flow.read_text())
    image.save(str(still))
    window.app.change(recent=(str(flow), str(other), str(still)))
    window._stack.setCurrentWidget(window.start)
    window.start.refresh()
    qtbot.waitUntil(lambda: not window.start._waiting, timeout=WAIT)
    cards = {card.path: card for card in window.start.cards}
    qtbot.waitUntil(lambda: cards[flow].pictured and cards[still].pictured, timeout=WAIT)
    assert not cards[other].pictured
    shoot(window, "recent")


def test_a_long_sentence_ends_in_an_ellipsis_before_the_counts(qtbot: QtBot, start: Start) -> None:
    window, run_panels, _ = parts(start())
    wait_done(qtbot, run_panels, 1)
    window.say("Short.")
    assert window.bar.shown() == "Short."
    window.say("The engine was ended by the system. " * 20)
    assert window.bar.shown().endswith("…") and len(window.bar.shown()) > 20
    shoot(window.bar, "status_bar")


def test_lessons_are_skipped_for_good(qtbot: QtBot, start: Start) -> None:
    _, run_panels, _ = parts(start())
    assert run_panels.overlays.coach is not None
    qtbot.mouseClick(run_panels.overlays.coach.bubble.skip, Qt.MouseButton.LeftButton)
    assert run_panels.overlays.coach.lesson == -1
    assert json.loads((paths.session_file().parent / "coach.json").read_text()) == {"over": True}
    wait_done(qtbot, run_panels, 1)


def test_keys_run_to_a_node_and_stop(qtbot: QtBot, start: Start) -> None:
    window, run_panels, sheet = parts(start())
    wait_done(qtbot, run_panels, 1)
    canvas = window.view.widget if window.view else None
    assert isinstance(canvas, Canvas)
    canvas.setFocus()
    sheet.editor.apply(SetParam("paint", "seconds", 30.0))
    sheet.editor.selection.set(["words"])
    qtbot.keyClick(canvas, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    wait_done(qtbot, run_panels, 2)
    job = run_panels.run_service.runner.queue.over[0]
    assert job.targets == ("words",) and job.state == "done"
    qtbot.keyClick(canvas, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: sheet.state.of("paint").status == "running", timeout=WAIT)
    assert canvas.state.of("paint").status == "running"
    for _ in range(4):
        # Esc is hit by habit, and may never cost a run.
        qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert run_panels.run_service.runner.queue.running is not None
    qtbot.keyClick(canvas, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    wait_done(qtbot, run_panels, 3)
    assert run_panels.run_service.runner.queue.over[0].state == "stopped"


def test_the_viewer_follows_the_selected_node_and_the_probe_the_link(qtbot: QtBot, start: Start) -> None:
    window, run_panels, sheet = parts(start())
    wait_done(qtbot, run_panels, 1)
    sheet.editor.selection.set(["paint"])
    qtbot.waitUntil(lambda: "48" in run_panels.viewer.facts.text(), timeout=WAIT)
    # A node without a picture leaves the newest result in view; asking for it shows what it holds.
    sheet.editor.selection.set(["words"])
    qtbot.waitUntil(lambda: run_panels.viewer.title.text() == "a red fox", timeout=WAIT)
    run_panels.showing.look_at("words")
    qtbot.waitUntil(lambda: run_panels.viewer.viewer.image.isNull(), timeout=WAIT)
    canvas = window.view.widget if window.view else None
    assert isinstance(canvas, Canvas)
    box = canvas.scene.nodes["show"]
    port = box.layout.port("image", False)
    assert port is not None
    other = canvas.scene.nodes["paint"]
    out = other.layout.port("image", True)
    assert out is not None
    start_point = canvas.camera.to_view(QPointF(other.x + out.x, other.y + out.y))
    end_point = canvas.camera.to_view(QPointF(box.x + port.x, box.y + port.y))
    qtbot.mouseMove(canvas, ((start_point + end_point) / 2).toPoint())
    qtbot.waitUntil(run_panels.overlays.prober.card.isVisible, timeout=WAIT)
    assert "shape" in run_panels.overlays.prober.card.facts.text()
    shoot(window, "probing")
    qtbot.mouseMove(canvas, QPoint(30, canvas.height() - 30))
    assert not run_panels.overlays.prober.card.isVisible()


def test_results_come_back_on_undo_tab_and_restart(qtbot: QtBot, start: Start) -> None:
    app = start()
    window, run_panels, sheet = parts(app)
    wait_done(qtbot, run_panels, 1)
    qtbot.waitUntil(lambda: run_panels.strip.rows.rowCount() == 1, timeout=WAIT)
    shown: list[Result] = []
    run_panels.run_service.runner.resulted.connect(shown.append)
    sheet.editor.apply(SetParam("paint", "seed", 77))
    run_panels.run()
    wait_done(qtbot, run_panels, 2)
    qtbot.waitUntil(lambda: len(shown) == 1, timeout=WAIT)
    sheet.editor.stack.undo()
    qtbot.waitUntil(lambda: len(shown) == 2, timeout=WAIT)
    window.documents.new()
    window.tabs.step(1)
    qtbot.waitUntil(lambda: len(shown) >= 3, timeout=WAIT)
    assert shown[1] == shown[2] != shown[0] and len(run_panels.run_service.runner.queue.over) == 2
    sheet.editor.apply(SetParam("paint", "seed", 77))
    QTest.qWait(400)
    app.save_session(wait=True)
    again = start()
    assert again.run_service is not None
    qtbot.waitUntil(lambda: again.windows[0].run_panels is not None, timeout=WAIT)
    _, fresh, opened = parts(again)
    assert opened.editor.graph.nodes["paint"].params["seed"] == 77
    qtbot.waitUntil(lambda: fresh.viewer.viewer.image.width() == 48, timeout=WAIT)
    assert not fresh.run_service.runner.queue.over and fresh.run_service.runner.queue.running is None


def test_costs_are_shown_on_nodes(qtbot: QtBot, start: Start) -> None:
    window, run_panels, _ = parts(start())
    wait_done(qtbot, run_panels, 1)
    window.menus.actions["run.costs"].trigger()
    canvas = window.view.widget if window.view else None
    assert isinstance(canvas, Canvas)
    assert canvas.state.of("paint").heat == 1.0 and " s" in canvas.state.of("paint").text
    shoot(window, "costs")
    app = window.app
    app.change(theme="light")
    QTest.qWait(50)
    shoot(window, "costs_light")
    window.menus.actions["run.costs"].trigger()
    assert canvas.state.of("paint").text == ""


def test_the_thread_of_the_window_never_waits_during_a_run(
    qtbot: QtBot, start: Start, record_property: Callable[[str, object], None]
) -> None:
    """Runs, a kill of the child in the midst, and a stop: the thread's own work stays below 50 ms at a time."""
    _, run_panels, sheet = parts(start())
    wait_done(qtbot, run_panels, 1)
    QTest.qWait(300)
    sheet.editor.apply(SetParam("paint", "steps", 60))
    sheet.editor.apply(SetParam("paint", "seconds", 3.0))
    with heartbeat() as heart:
        run_panels.run()
        wait_done(qtbot, run_panels, 2)
        run_panels.run()
        QTest.qWait(300)
        run_panels.run_service.bridge.kill()
        wait_done(qtbot, run_panels, 3)
    record_property("worst pause of the window's thread in ms", round(heart.own * 1000, 1))
    assert heart.own < 0.05
