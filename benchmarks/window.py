"""What the window costs a run: the same sampler headless, as the command line runs it, and under the visible editor.

Both run by turns in one engine process, so that whatever else the machine does falls on both. The figures are medians
of the sampler node's own seconds, their ratio, and the longest stretch of work in the window's thread.
"""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEventLoop, QSize, Qt, QTimer
from PySide6.QtWidgets import QApplication

from benchmarks.headless import NODE
from nodegraph.edits.document import Document
from nodegraph.formats import native
from nodegraph.model.graph import Graph
from nodegraph.model.spec import Scalar

WORKFLOW = Path(__file__).parents[1] / "workflows" / "text_to_image.json"
LONGEST = 600.0
"""Seconds after which a run is given up."""


class Watched:
    """The editor, its window open, film strip and previews and all; odd seeds are watched, even ones not heard of."""

    def __init__(self, qt: QApplication, folder: Path, models: list[Path]) -> None:
        from nodegraph.engine import remote
        from ui.app import specs
        from ui.canvas.canvas import Canvas
        from ui.runs.engine_client import EngineBridge, editor_options
        from ui.runs.run_service import RunService
        from ui.shell.application import Application

        remote.WORKER = "benchmarks.headless"
        # A session that is there already: nothing greets, nothing runs by itself.
        (folder / "session.json").touch()
        self.app = Application(qt, specs(), Canvas, QSize(1920, 1080))
        self.run_service = self.app.run_service = RunService(
            self.app, EngineBridge(editor_options(models, folder / "out"))
        )
        self.window = self.app.start()
        self.worst, self._last = 0.0, time.thread_time()
        self.work: list[float] = []
        self._beat = QTimer()
        self._beat.setTimerType(Qt.TimerType.PreciseTimer)
        self._beat.timeout.connect(self._measure)

    def open(self, graph: Graph) -> None:
        """Show a graph in a tab."""
        from ui.document.editor import Editor

        self.window.documents._show(Editor(self.app.specs, Document(graph)))

    def run(self, seed: int) -> float:
        """The sampler's seconds."""
        from nodegraph.edits import SetParam

        run_panels = self.window.run_panels
        assert run_panels is not None and run_panels.sheet is not None
        run_panels.sheet.editor.apply(SetParam(NODE, "seed", seed))
        self._last = time.thread_time()
        before = time.process_time()
        self._beat.start(25)
        run_panels.run()
        self._wait()
        self._beat.stop()
        if seed % 2:
            self.work.append(time.process_time() - before)
        return run_panels.sheet.state.of(NODE).seconds

    def _wait(self) -> None:
        done = QEventLoop()
        self.run_service.runner.finished.connect(done.quit)
        QTimer.singleShot(int(LONGEST * 1000), done.quit)
        done.exec()
        self.run_service.runner.finished.disconnect(done.quit)
        # What is shown after a run belongs to it, and must not fall into the other one's.
        settle = QEventLoop()
        QTimer.singleShot(500, settle.quit)
        settle.exec()

    def _measure(self) -> None:
        now = time.thread_time()
        self.worst, self._last = max(self.worst, now - self._last), now


def compare(graph: Graph, rounds: int, models: list[Path]) -> dict[str, object]:
    """Both by turns; the first round warms up and does not count."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["NODEGRAPH_HOME"] = name
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        qt = QApplication.instance() or QApplication([])
        assert isinstance(qt, QApplication)
        watched = Watched(qt, folder, models)
        watched.open(graph)
        seconds: dict[bool, list[float]] = {True: [], False: []}
        for turn in range(1 + rounds):
            # Who begins is drawn, so that a drift falls on both.
            for shown in random.sample((True, False), 2):
                taken = watched.run(2 * (1000 + turn) + shown)
                if turn:
                    seconds[shown].append(taken)
        watched.app.end()
    alone, seen = seconds[False], seconds[True]
    return {
        "steps": int(str(graph.nodes[NODE].params["steps"])),
        "rounds": rounds,
        "headless_seconds": statistics.median(alone),
        "window_seconds": statistics.median(seen),
        "window_by_headless": statistics.median(seen) / statistics.median(alone),
        "window_by_headless_pairs": statistics.median(b / a for a, b in zip(alone, seen, strict=True)),
        "window_by_headless_fastest": min(seen) / min(alone),
        "window_work_ms_per_run": 1000 * statistics.median(watched.work[1:]),
        "worst_own_work_ms": 1000 * watched.worst,
    }


def full_size(folder: Path) -> Graph:
    """Four steps at 256 pixels of a Stable Diffusion 1.5 of random weights, written under `folder`."""
    from tests.full_size import write

    (folder / "checkpoints").mkdir()
    write("sd1", folder / "checkpoints" / "sd1.safetensors")
    values: dict[str, dict[str, Scalar]] = {
        "checkpoint": {"checkpoint": "sd1.safetensors"},
        "size": {"width": 256, "height": 256},
        NODE: {"steps": 4, "cfg": 7.0},
    }
    graph = native.load(WORKFLOW)
    nodes = (graph.nodes[name] for name in values)
    return graph.with_nodes([replace(node, params={**node.params, **values[node.id]}) for node in nodes])


def main(argv: list[str]) -> dict[str, object]:
    """`python -m benchmarks window [ROUNDS] [sd1]`."""
    rounds = int(argv[0]) if argv and argv[0].isdigit() else 15
    if "sd1" not in argv:
        return compare(native.load(WORKFLOW), rounds, [])
    with tempfile.TemporaryDirectory() as name:
        return compare(full_size(Path(name)), rounds, [Path(name)])
