"""What an artist does with runs, by mouse and keys: seeds, retries, the queue over a restart, results again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from nodegraph.edits import AddNodes, SetParam
from nodegraph.model.graph import Node, Source
from tests.ui.running.graphs import WAIT
from tests.ui.running.look import shoot
from tests.ui.running.painting_nodes import pixels
from tests.ui.running.started import Start, parts, pick, pick_soon, wait_done
from ui.canvas.canvas import Canvas
from ui.canvas.rendering.paint_rows import field_rect
from ui.panels.viewer.pixels import packed
from ui.runs.seeds import mode_of

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.shell.main_window import MainWindow

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def canvas_of(window: MainWindow) -> Canvas:
    assert window.view is not None and isinstance(window.view.widget, Canvas)
    return window.view.widget


def row(canvas: Canvas, node: str, name: str) -> QPoint:
    box = canvas.scene.nodes[node]
    found = next(row for row in box.layout.rows if row.param is not None and row.param.name == name)
    scene = field_rect(box, found).translated(box.x, box.y).center()
    return canvas.camera.to_view(scene).toPoint()


def title(canvas: Canvas, node: str) -> QPoint:
    box = canvas.scene.nodes[node]
    return canvas.camera.to_view(QPointF(box.x + 30, box.y + 10)).toPoint()


def menu_at(widget: QWidget, at: QPoint) -> None:
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, widget.mapToGlobal(at))
    QApplication.sendEvent(widget, event)


def right_click(canvas: Canvas, at: QPoint) -> None:
    QTest.mouseMove(canvas, at)
    QTest.mouseClick(canvas, Qt.MouseButton.RightButton, pos=at)


def test_a_seed_is_drawn_kept_counted_and_found_again(qtbot: QtBot, start: Start) -> None:
    window, run_panels, sheet = parts(start())
    wait_done(qtbot, run_panels, 1)
    canvas, editor = canvas_of(window), sheet.editor
    seed = lambda: editor.graph.nodes["paint"].params.get("seed", 0)  # noqa: E731
    editor.apply(SetParam("paint", "seed", 41))

    def choose(*words: str) -> None:
        right_click(canvas, row(canvas, "paint", "seed"))
        pick(qtbot, *words)

    def run(count: int) -> int:
        QTest.keyClick(canvas, Qt.Key.Key_Return, CTRL)
        wait_done(qtbot, run_panels, count)
        job = run_panels.run_service.runner.queue.over[0]
        found = job.graph.nodes["paint"].params["seed"]
        assert job.state == "done" and found == seed()
        assert isinstance(found, int)
        return found

    assert run(2) == 41 and run(3) == 41
    choose("Next seed for every run (+1)")
    assert mode_of(editor.graph.nodes["paint"], "seed") == "next"
    assert [run(4), run(5), run(6)] == [41, 42, 43]
    assert run_panels.run_service.runner.queue.over[0].label == "seed 43"
    choose("New seed for every run")
    drawn = [run(7), run(8)]
    assert len({*drawn, 43}) == 3
    choose("Keep this seed")
    assert run(9) == drawn[1] and mode_of(editor.graph.nodes["paint"], "seed") == "fixed"
    choose("Earlier seeds", "42")
    assert seed() == 42 and mode_of(editor.graph.nodes["paint"], "seed") == "fixed"
    # Its picture comes back from the results, without a run.
    kept = pixels(sum(b"a red fox") % 256, 42, 1.0).tobytes()
    qtbot.waitUntil(lambda: packed(run_panels.viewer.viewer.image) == kept, timeout=WAIT)
    assert len(run_panels.run_service.runner.queue.over) == 9
    choose("Draw a seed now")
    assert seed() != 42


def test_what_failed_is_mended_and_tried_again(qtbot: QtBot, start: Start) -> None:
    window, run_panels, sheet = parts(start())
    wait_done(qtbot, run_panels, 1)
    canvas, editor = canvas_of(window), sheet.editor
    inputs = {"image": (Source("paint", "image"),)}
    broken = Node("die", "test/Die", params={"how": "raise"}, inputs=inputs, pos=(560, 260))
    editor.apply(
        AddNodes(
            (broken, Node("end", "test/Show", inputs={"image": (Source("die", "image"),)}, pos=(900, 260)))
        )
    )
    canvas.frame_all()
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Return, CTRL)
    wait_done(qtbot, run_panels, 2)
    assert canvas.state.of("die").status == "failed" and "the brush broke" in canvas.state.of("die").message
    shoot(window, "failed")
    editor.apply(SetParam("die", "how", "nothing"))
    right_click(canvas, title(canvas, "die"))
    # Mended, the node is stale and no longer failed: the whole is run again.
    assert canvas.state.of("die").message == ""
    pick(qtbot, "Run to this node")
    wait_done(qtbot, run_panels, 3)
    assert run_panels.run_service.runner.queue.over[0].state == "done" and canvas.state.of("die").status in (
        "done",
        "cached",
    )
    editor.apply(SetParam("die", "how", "kill"))
    QTest.keyClick(canvas, Qt.Key.Key_Return, CTRL)
    wait_done(qtbot, run_panels, 4)
    qtbot.waitUntil(lambda: run_panels.run_service.bridge.state.state == "ready", timeout=WAIT)
    states = lambda: [job.state for job in run_panels.run_service.runner.queue.over]  # noqa: E731
    assert states()[0] == "failed" and "memory" in run_panels.run_service.runner.queue.over[0].error
    right_click(canvas, title(canvas, "die"))
    pick(qtbot, "Retry what failed")
    wait_done(qtbot, run_panels, 5)
    assert states()[0] == "failed"
    QTest.keyClick(canvas, Qt.Key.Key_Return, CTRL | ALT)
    wait_done(qtbot, run_panels, 6)


def test_links_into_what_runs_stand_out_and_can_be_looked_at(qtbot: QtBot, start: Start) -> None:
    window, run_panels, sheet = parts(start())
    wait_done(qtbot, run_panels, 1)
    canvas = canvas_of(window)
    sheet.editor.apply(SetParam("paint", "seconds", 20.0))
    sheet.editor.apply(SetParam("paint", "steps", 400))
    still = canvas.grab().toImage()
    QTest.keyClick(canvas, Qt.Key.Key_Return, CTRL)
    running = lambda: sheet.state.of("paint").status == "running" and sheet.state.of("paint").step > 10  # noqa: E731
    qtbot.waitUntil(running, timeout=WAIT)
    assert canvas.state.running == {"paint"}
    link = next(box for box in canvas.scene.links.values() if box.key.target == "paint")
    middle = canvas.camera.to_view(link.path().pointAtPercent(0.5)).toPoint()
    across = QRect(middle - QPoint(1, 5), middle + QPoint(1, 5))
    assert canvas.grab().toImage().copy(across) != still.copy(across)
    out = next(box for box in canvas.scene.links.values() if box.source.node == "paint")
    over = canvas.camera.to_view(out.path().pointAtPercent(0.6)).toPoint()
    QTest.mouseMove(canvas, over)
    card = run_panels.overlays.prober.card
    qtbot.waitUntil(card.isVisible, timeout=WAIT)
    assert "being made now" in card.facts.text() and "/400" in card.facts.text()
    assert not card.picture.pixmap().isNull()
    shoot(window, "probing_while_running")
    before = card.facts.text()
    qtbot.waitUntil(lambda: card.facts.text() != before, timeout=WAIT)
    run_panels.run_service.runner.stop()
    wait_done(qtbot, run_panels, 2)
    assert canvas.state.running == frozenset()


def test_the_queue_waits_over_a_restart_and_goes_on(qtbot: QtBot, start: Start) -> None:
    app = start()
    window, run_panels, sheet = parts(app)
    wait_done(qtbot, run_panels, 1)
    canvas = canvas_of(window)
    qtbot.mouseClick(run_panels.queue.pause, Qt.MouseButton.LeftButton)
    sheet.editor.apply(SetParam("paint", "seconds", 60.0))
    QTest.keyClick(canvas, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: sheet.state.of("paint").status == "running", timeout=WAIT)
    sheet.editor.apply(SetParam("paint", "seconds", 0.2))
    for seed in (5, 6):
        sheet.editor.apply(SetParam("paint", "seed", seed))
        qtbot.mouseClick(run_panels.queue.run, Qt.MouseButton.LeftButton)
    run_panels.run_service.runner.stop()
    wait_done(qtbot, run_panels, 2)
    assert [job.label for job in run_panels.run_service.runner.queue.waiting] == [
        "seconds 60 → 0.2, seed 5",
        "seed 6",
    ]
    run_panels.queue.list.setCurrentIndex(run_panels.queue.rows.index(1))
    run_panels.queue.list.setFocus()
    QTest.keyClick(run_panels.queue.list, Qt.Key.Key_Up, ALT)
    assert run_panels.run_service.runner.queue.waiting[0].label == "seed 6"
    QTest.qWait(300)
    app.save_session()
    window, run_panels, sheet = parts(start())
    queue = run_panels.run_service.runner.queue
    assert queue.paused and [job.label for job in queue.waiting] == ["seed 6", "seconds 60 → 0.2, seed 5"]
    assert "2 jobs wait" in run_panels.queue.note.text()
    shoot(window, "queue_after_restart")
    qtbot.waitUntil(lambda: run_panels.run_service.bridge.state.state == "ready", timeout=WAIT)
    qtbot.mouseClick(run_panels.queue.pause, Qt.MouseButton.LeftButton)
    wait_done(qtbot, run_panels, 2)
    assert [job.state for job in queue.over] == ["done", "done"]
    assert [job.graph.nodes["paint"].params["seed"] for job in queue.over] == [5, 6]


def test_results_give_back_seed_values_and_workflow(qtbot: QtBot, start: Start) -> None:
    window, run_panels, sheet = parts(start())
    wait_done(qtbot, run_panels, 1)
    canvas, editor, strip = canvas_of(window), sheet.editor, run_panels.strip
    values = lambda: {k: editor.graph.nodes["paint"].params.get(k) for k in ("seed", "steps")}  # noqa: E731

    def has(count: int) -> bool:
        return strip.rows.rowCount() == count

    for seed, steps in ((7, 5), (8, 6)):
        editor.apply(SetParam("paint", "seed", seed))
        editor.apply(SetParam("paint", "steps", steps))
        QTest.keyClick(canvas, Qt.Key.Key_Return, CTRL)
        wait_done(qtbot, run_panels, seed - 5)
        qtbot.waitUntil(partial(has, seed - 5), timeout=WAIT)

    def choose(place: int, words: str) -> None:
        spot = strip.visualRect(strip.rows.index(place)).center()
        pick_soon(words)
        menu_at(strip.viewport(), spot)

    choose(1, "Restore only the seed")
    assert values() == {"seed": 7, "steps": 6}
    QTest.keyClick(canvas, Qt.Key.Key_Z, CTRL)
    assert values() == {"seed": 8, "steps": 6}
    choose(1, "Restore only the parameters")
    assert values() == {"seed": 7, "steps": 5}
    tabs = window.tabs.count()
    choose(2, "Open its workflow")
    assert window.tabs.count() == tabs + 1 and window.view is not None
    assert window.view.editor.graph.nodes["paint"].params.get("seed", 0) == 0
    assert values() == {"seed": 7, "steps": 5}
