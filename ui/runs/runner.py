"""Takes jobs from the queue to the engine, and what the engine says to the documents they came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from PySide6.QtCore import QObject, Signal

from nodegraph.edits import Batch
from nodegraph.jobs.job import Job
from nodegraph.jobs.queue import JobQueue, fresh_id
from nodegraph.model.diff import diff
from nodegraph.model.graph import Graph
from nodegraph.model.spec import NodeSpec
from nodegraph.node_api import events
from ui.document.editor import Editor
from ui.runs.document_run import DocumentRun
from ui.runs.engine_client import EngineBridge
from ui.runs.job_labels import label
from ui.runs.result_collector import Collector, changed_nodes
from ui.runs.result_store import Results
from ui.runs.run_queries import Spot, result_spots, sinks, spot_of, upstream
from ui.runs.seeds import draw, shown_seeds, shows


class Runner(QObject):
    """Runs one job at a time. A job that fails, or whose engine dies, is marked; the next one follows."""

    changed = Signal()
    """The queue looks different."""
    told = Signal(object, object)
    """The job that runs, and an event about it."""
    began = Signal(object)
    """A job was handed to the engine."""
    finished = Signal(object)
    """A job is over."""
    resulted = Signal(object)
    """A Result was made, or one made before is what the run came to."""
    status = Signal(str)
    """A sentence for the status bar."""

    def __init__(
        self,
        bridge: EngineBridge,
        queue: JobQueue,
        results: Results,
        specs: Mapping[str, NodeSpec],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.specs = specs
        self.queue = queue
        self.results = results
        self._sheets: dict[str, DocumentRun] = {}
        self._drawing = False
        self._was_ready = False
        self._replaced = False
        self._heard: set[str] = set()
        self._collector = Collector(bridge, results, specs, self)
        self._collector.resulted.connect(self.resulted)
        queue.subscribe(self.changed.emit)
        bridge.heard.connect(self._hear)
        bridge.settled.connect(self._flush)

    # Documents

    def open(self, editor: Editor, key: str = "") -> DocumentRun:
        """Follow a document until its editor is destroyed. Jobs of an earlier start find it by its file."""
        base = editor.path.parent if editor.path else Path()
        wanted = key or str(editor.path or "")
        sheet = DocumentRun(wanted if wanted and wanted not in self._sheets else fresh_id(), editor, base)
        self._sheets[sheet.key] = sheet
        editor.destroyed.connect(lambda _=None, key=sheet.key: self._sheets.pop(key, None))
        editor.changed.connect(lambda old, new: self._edited(sheet, old, new))
        sheet.recall.timeout.connect(lambda: self.recall(sheet))
        sheet.recall.start()
        return sheet

    def sheet(self, key: str) -> DocumentRun | None:
        """The open document of that key."""
        return self._sheets.get(key)

    @property
    def drawing(self) -> bool:
        """Whether the edit under way is a seed that was drawn, not a change by the artist."""
        return self._drawing

    # Asking for runs

    def run(self, sheet: DocumentRun, targets: Sequence[str] | None = None, *, first: bool = False) -> Job:
        """Queue a run of the document as it stands, at the end or as the next one."""
        job = self._job(sheet, targets)
        if self.queue.paused and self.queue.running is None:
            # A paused queue holds back what waits, not what is asked for now.
            self.queue.start_now(job)
            self._hand_over(job)
        else:
            self.queue.add(job, first=first)
            names = sinks(job.graph, sheet.editor.specs) if targets is None else targets
            sheet.state.queued(upstream(job.graph, names))
        self.pump()
        return self.queue.find(job.id) or job

    def run_live(self, sheet: DocumentRun, graph: Graph, *, coarse: bool) -> Job | None:
        """Run a graph now, past the queue; None while anything runs.

        Its pictures are made and nothing is saved: the nodes that save are left to runs that were asked for.
        """
        if self.queue.running is not None:
            return None
        targets = tuple(dict.fromkeys(spot[0] for _, spot in result_spots(graph, self.specs, None)))
        words = label(sheet.asked, graph, self.specs)
        base = str(sheet.base)
        job = Job(
            fresh_id(),
            graph,
            words,
            sheet.key,
            base,
            targets or None,
            live=True,
            coarse=coarse,
            allowed=sheet.editor.readable_files(),
        )
        self.queue.start_now(job)
        self._hand_over(job)
        return job

    def again(self, id: str, *, first: bool = False) -> None:
        """Run a job once more, with its own graph and seeds."""
        if self.queue.again(id, first=first) is not None:
            self.pump()

    def pause(self, paused: bool) -> None:
        """Start nothing new, or go on."""
        self.queue.pause(paused)
        self.pump()

    def stop(self) -> None:
        """Stop what runs; what waits goes on unless the queue is paused."""
        if self.queue.running is not None:
            self.status.emit(self.tr("Stopping…"))
            self.bridge.cancel()

    def stop_all(self) -> None:
        """Stop what runs and forget what waits."""
        self.queue.clear()
        self.stop()

    def pump(self) -> None:
        """Hand the next job to the engine if it is free."""
        job = self.queue.start()
        if job is not None:
            self._hand_over(job)

    # Inside

    def _job(self, sheet: DocumentRun, targets: Sequence[str] | None) -> Job:
        editor = sheet.editor
        last = {name: seed for name, seed in sheet.seeds.items() if self._still(sheet, name, seed)}
        graph, drawn = draw(editor.graph, editor.specs, last)
        sheet.seeds.update(drawn)
        words = label(sheet.asked, graph, editor.specs)
        sheet.asked = graph
        sheet.base = editor.path.parent if editor.path else Path()
        chosen = None if targets is None else tuple(targets)
        seeds = MappingProxyType(drawn)
        allowed = editor.readable_files()
        return Job(fresh_id(), graph, words, sheet.key, str(sheet.base), chosen, seeds, allowed=allowed)

    def _still(self, sheet: DocumentRun, name: str, seed: int) -> bool:
        """Whether counting goes on from a seed: it is shown, or will be by a job that waits."""
        pending = (*self.queue.waiting, *([self.queue.running] if self.queue.running else ()))
        if any(job.document == sheet.key and name in job.seeds for job in pending):
            return True
        return shows(sheet.editor.graph, name, seed)

    def _hand_over(self, job: Job) -> None:
        sheet = self._sheets.get(job.document)
        if sheet is not None:
            self._show_seeds(sheet, job)
        self.bridge.run(job.graph, job.targets, Path(job.base), job.document, job.allowed)
        self.began.emit(job)

    def _show_seeds(self, sheet: DocumentRun, job: Job) -> None:
        """The seed in the document is that of the picture that now grows."""
        edits = shown_seeds(sheet.editor.graph, job.seeds)
        if edits:
            self._drawing = True
            edit = edits[0] if len(edits) == 1 else Batch(tuple(edits), edits[0].title)
            sheet.editor.apply(edit, merge="drawn seeds")
            self._drawing = False

    def _hear(self, event: events.Event) -> None:
        if isinstance(event, events.EngineState):
            self._engine_is(event.state)
            return
        job = self.queue.running
        if job is None:
            return
        sheet = self._sheets.get(job.document)
        if sheet is not None:
            if isinstance(event, events.RunStarted):
                sheet.keys.update(event.keys)
            elif isinstance(event, events.Preview):
                sheet.previewed.add(event.node)
            sheet.state.hear(event)
            self._heard.add(job.document)
        self.told.emit(job, event)
        if isinstance(event, events.RunFinished):
            if sheet is not None:
                sheet.state.flush()
            self._finish(job, sheet, event)

    def _flush(self) -> None:
        """Show what was heard."""
        heard, self._heard = self._heard, set()
        for key in heard:
            sheet = self._sheets.get(key)
            if sheet is not None:
                sheet.state.flush()

    def _engine_is(self, state: str) -> None:
        if state == "stopped" or (state == "starting" and self._was_ready):
            self._replaced, self._was_ready = True, False
        elif state == "ready":
            self._was_ready = True
            self.pump()
            if self._replaced:
                # Another child looks at nothing yet: tell it what is open.
                self._replaced = False
                for sheet in self._sheets.values():
                    sheet.recall.start()

    def _finish(self, job: Job, sheet: DocumentRun | None, event: events.RunFinished) -> None:
        if event.ok:
            self._collector.collect(job, sheet, event)
            if sheet is not None and not job.coarse:
                sheet.ran = job.graph
                sheet.state.stale(changed_nodes(job.graph, sheet.editor.graph))
        elif sheet is not None:
            sheet.failed = job.targets
        done = self.queue.finish(event)
        if done is not None:
            self.finished.emit(done)
            marked = sheet is not None and bool(sheet.state.failed())
            if done.error and not marked and not done.live:
                self.status.emit(done.error)
        self.pump()

    def _edited(self, sheet: DocumentRun, old: Graph, new: Graph) -> None:
        """Mark what would run again since the last run."""
        if not diff(old, new).computes:
            return
        if sheet.ran is not None:
            sheet.state.stale(changed_nodes(sheet.ran, new))
        if not self._drawing:
            sheet.recall.start()

    def recall(self, sheet: DocumentRun) -> None:
        """Show the results that were made of this graph before, if there are any: nothing needs to run for them."""
        if self.queue.running is None and not sheet.editor.unconfirmed_files():
            self._collector.recall(sheet)

    def spot(self, sheet: DocumentRun, node: str) -> Spot | None:
        """Where to look for what a node shows."""
        return spot_of(sheet.editor.graph, sheet.editor.specs, node)
