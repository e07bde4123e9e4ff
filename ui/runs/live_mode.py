"""Live mode: what changed reruns by itself, first with few steps, then in full."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from nodegraph.jobs.job import Job
from nodegraph.model.diff import diff
from nodegraph.model.graph import Graph
from nodegraph.validation import Checker
from ui.config.model_files import model_files
from ui.runs.document_run import DocumentRun
from ui.runs.run_queries import coarse, identity, sinks, upstream
from ui.runs.runner import Runner

QUIET_MS = 150
"""So long nothing must change before a run starts."""
FAST = 0.3
"""A run that took no longer, in seconds, is not preceded by a coarse one."""


class LiveMode(QObject):
    """Follows one document. A change while a live run is under way stops that run; queued jobs are not touched."""

    switched = Signal(bool)

    def __init__(self, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._sheet: DocumentRun | None = None
        self._asked = ""
        self._refine: Graph | None = None
        self._full_seconds = 0.0
        self._checker = Checker(runner.specs, model_files())
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(QUIET_MS)
        self._quiet.timeout.connect(self._go)
        runner.finished.connect(self._finished)

    @property
    def sheet(self) -> DocumentRun | None:
        """The document that is live; None while live mode is off."""
        return self._sheet

    def follow(self, sheet: DocumentRun | None) -> None:
        """Go live with a document, or stop with None."""
        if self._sheet is sheet:
            return
        if self._sheet is not None:
            self._sheet.editor.changed.disconnect(self._changed)
        self._sheet = sheet
        self._quiet.stop()
        self._refine, self._asked = None, ""
        if sheet is not None:
            sheet.editor.changed.connect(self._changed)
            self._quiet.start()
        self.switched.emit(sheet is not None)

    def _changed(self, old: Graph, new: Graph) -> None:
        if self._runner.drawing or not diff(old, new).computes:
            return
        self._refine = None
        running = self._runner.queue.running
        if running is not None and running.live:
            self._runner.bridge.cancel()
            self._asked = ""
        self._quiet.start()

    def _go(self) -> None:
        sheet = self._sheet
        if sheet is None or self._runner.queue.running is not None or sheet.editor.unconfirmed_files():
            return
        graph, specs = sheet.editor.graph, sheet.editor.specs
        wanted = identity(graph, specs, None)
        if wanted == self._asked or not self._can_run(graph):
            return
        self._asked = wanted
        first = coarse(graph, specs) if self._full_seconds > FAST else None
        # Where its results are known already the run is over at once.
        if first is not None and sheet.ran is not graph:
            self._refine = graph
            self._runner.run_live(sheet, first, coarse=True)
        else:
            self._runner.run_live(sheet, graph, coarse=False)

    def _can_run(self, graph: Graph) -> bool:
        """Whether nothing is known to be wrong: what is half done, as a loader without its file, waits."""
        needed = upstream(graph, sinks(graph, self._runner.specs))
        return not any(problem.node in needed for problem in self._checker.problems(graph))

    def _finished(self, job: Job) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        if job.document == sheet.key and job.state == "done" and not job.coarse:
            self._asked = identity(job.graph, self._runner.specs, None)
        if job.document == sheet.key and job.state == "done" and not job.coarse and job.ran:
            self._full_seconds = job.seconds
        if self._quiet.isActive():
            return
        refine, self._refine = self._refine, None
        if job.live and job.coarse and job.state == "done" and refine is sheet.editor.graph:
            self._runner.run_live(sheet, refine, coarse=False)
        elif identity(sheet.editor.graph, sheet.editor.specs, None) != self._asked:
            self._quiet.start()
