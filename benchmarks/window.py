"""What the window costs a run: the practice model's sampler in a bare child process, and under the visible editor.

Both run by turns with the same seeds, so that whatever else the machine does falls on both. The figures are
medians of the sampler node's own seconds, the ratio, and the longest stretch of work in the window's thread.
"""

from __future__ import annotations

import os
import queue
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from nodegraph import events, fileformat
from nodegraph.edits import SetParam
from nodegraph.engine.local import Options
from nodegraph.engine.remote import RemoteEngine
from nodegraph.graph import Graph

WORKFLOW = Path(__file__).parents[1] / "workflows" / "text_to_image.json"
NODE = "sampler"
LONGEST = 600.0
"""Seconds after which a run is given up."""


class Bare:
    """A child process with nobody looking."""

    def __init__(self, folder: Path) -> None:
        self._heard: queue.Queue[events.Event] = queue.Queue()
        self.engine = RemoteEngine(Options(output=folder), self._heard.put)
        self.engine.start()

    def run(self, graph: Graph) -> float:
        """The sampler's seconds."""
        self.engine.submit(graph)
        taken = 0.0
        while not isinstance(event := self._heard.get(timeout=LONGEST), events.RunFinished):
            if isinstance(event, events.NodeFinished) and event.node == NODE:
                taken = event.seconds
        return taken


class Watched:
    """The editor, its window open, film strip and previews and all."""

    def __init__(self, qt: QApplication) -> None:
        from ui.app import specs
        from ui.application import Application
        from ui.canvas.canvas import Canvas
        from ui.running.desk import Desk

        self.app = Application(qt, specs(), Canvas)
        self.desk = self.app.desk = Desk(self.app)
        self.window = self.app.start()
        self.worst, self._last = 0.0, time.thread_time()
        self.work: list[float] = []
        self._beat = QTimer()
        self._beat.setTimerType(Qt.TimerType.PreciseTimer)
        self._beat.timeout.connect(self._measure)
        self._wait()

    def run(self, seed: int) -> float:
        """The sampler's seconds."""
        bench = self.window.bench
        assert bench is not None and bench.sheet is not None
        bench.sheet.editor.apply(SetParam(NODE, "seed", seed))
        self._last = time.thread_time()
        before = time.process_time()
        self._beat.start(25)
        bench.run()
        self._wait()
        self._beat.stop()
        self.work.append(time.process_time() - before)
        return bench.sheet.state.of(NODE).seconds

    def _wait(self) -> None:
        done = QEventLoop()
        self.desk.runner.finished.connect(done.quit)
        QTimer.singleShot(int(LONGEST * 1000), done.quit)
        done.exec()
        self.desk.runner.finished.disconnect(done.quit)
        # What is shown after a run belongs to it, and must not fall into the other one's.
        settle = QEventLoop()
        QTimer.singleShot(500, settle.quit)
        settle.exec()

    def _measure(self) -> None:
        now = time.thread_time()
        self.worst, self._last = max(self.worst, now - self._last), now


def main(argv: list[str]) -> dict[str, object]:
    """`python -m benchmarks window [ROUNDS]`."""
    rounds = int(argv[0]) if argv else 9
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NODEGRAPH_HOME"] = folder
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        qt = QApplication([])
        graph = fileformat.load(WORKFLOW)
        bare, watched = Bare(Path(folder) / "bare"), Watched(qt)
        alone: list[float] = []
        seen: list[float] = []
        for seed in range(1000, 1001 + rounds):
            node = graph.nodes[NODE]
            alone.append(bare.run(graph.with_nodes([replace(node, params={**node.params, "seed": seed})])))
            seen.append(watched.run(seed))
        bare.engine.close()
        watched.app.end()
    # The first round warms up.
    del alone[0], seen[0]
    return {
        "steps": int(str(graph.nodes[NODE].params["steps"])),
        "rounds": rounds,
        "headless_seconds": statistics.median(alone),
        "window_seconds": statistics.median(seen),
        "window_by_headless": statistics.median(seen) / statistics.median(alone),
        "window_by_headless_fastest": min(seen) / min(alone),
        "window_work_ms_per_run": 1000 * statistics.median(watched.work),
        "worst_own_work_ms": 1000 * watched.worst,
    }
