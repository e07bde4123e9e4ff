"""Takes jobs from the queue to the engine, and what the engine says to the documents they came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from nodegraph import events
from nodegraph.diff import diff
from nodegraph.edits import SetParams
from nodegraph.graph import Graph
from nodegraph.spec import NodeSpec
from ui.editor import Editor
from ui.running.bridge import EngineBridge
from ui.running.job import Job
from ui.running.labels import label
from ui.running.picks import Spot, downstream, identity, result_spots, seen_output, sinks, spot_of, upstream
from ui.running.pictures import image_of
from ui.running.queue import JobQueue, fresh_id
from ui.running.results import Results
from ui.running.seeds import draw
from ui.running.state import RunState

SEEN_SIDE = 512
"""Pictures on nodes are at most this long."""
RECALL_MS = 60
"""So long after an edit results made before are looked for; a drag in between costs nothing."""
SEEN_MOST = 24
"""So many nodes are given a picture after a run; more would keep the engine busy with showing."""


class Sheet(QObject):
    """One open document as the runner sees it: its editor, the state of its nodes, and what it ran last."""

    picture = Signal(str, object)
    """A node, and its picture as QImage: while it grows and when it is done."""
    arrived = Signal(str, object)
    """A target of a run, and the picture it came to."""

    def __init__(self, key: str, editor: Editor, base: Path) -> None:
        super().__init__(editor)
        self.key = key
        self.editor = editor
        self.base = base
        self.state = RunState(self)
        self.asked: Graph | None = None
        self.ran: Graph | None = None
        self.seeds: dict[str, int] = {}
        self.recall = QTimer(self)
        self.recall.setSingleShot(True)
        self.recall.setInterval(RECALL_MS)
        self.state.previewed.connect(lambda node, picture: self.picture.emit(node, image_of(picture)))


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
        self._specs = specs
        self.queue = queue
        self.results = results
        self._sheets: dict[str, Sheet] = {}
        self._drawing = False
        queue.subscribe(self.changed.emit)
        bridge.heard.connect(self._hear)

    # Documents

    def open(self, editor: Editor, key: str = "") -> Sheet:
        """Follow a document until its editor is destroyed. Jobs of an earlier start find it by its file."""
        base = editor.path.parent if editor.path else Path()
        wanted = key or str(editor.path or "")
        sheet = Sheet(wanted if wanted and wanted not in self._sheets else fresh_id(), editor, base)
        self._sheets[sheet.key] = sheet
        editor.destroyed.connect(lambda _=None, key=sheet.key: self._sheets.pop(key, None))
        editor.changed.connect(lambda old, new: self._edited(sheet, old, new))
        sheet.recall.timeout.connect(lambda: self.recall(sheet))
        sheet.recall.start()
        return sheet

    def sheet(self, key: str) -> Sheet | None:
        """The open document of that key."""
        return self._sheets.get(key)

    @property
    def drawing(self) -> bool:
        """Whether the edit under way is a seed that was drawn, not a change by the artist."""
        return self._drawing

    # Asking for runs

    def run(self, sheet: Sheet, targets: Sequence[str] | None = None, *, first: bool = False) -> Job:
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

    def run_live(self, sheet: Sheet, graph: Graph, *, coarse: bool) -> Job | None:
        """Run a graph now, past the queue; None while anything runs.

        Its pictures are made and nothing is saved: the nodes that save are left to runs that were asked for.
        """
        if self.queue.running is not None:
            return None
        targets = tuple(dict.fromkeys(spot[0] for _, spot in result_spots(graph, self._specs, None)))
        words = label(sheet.asked, graph, self._specs)
        base = str(sheet.base)
        job = Job(fresh_id(), graph, words, sheet.key, base, targets or None, live=True, coarse=coarse)
        if not coarse:
            sheet.asked = graph
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

    def _job(self, sheet: Sheet, targets: Sequence[str] | None) -> Job:
        editor = sheet.editor
        last = {name: seed for name, seed in sheet.seeds.items() if self._still(sheet, name, seed)}
        graph, drawn = draw(editor.graph, editor.specs, last)
        sheet.seeds.update(drawn)
        words = label(sheet.asked, graph, editor.specs)
        sheet.asked = graph
        sheet.base = editor.path.parent if editor.path else Path()
        chosen = None if targets is None else tuple(targets)
        seeds = MappingProxyType(drawn)
        return Job(fresh_id(), graph, words, sheet.key, str(sheet.base), chosen, seeds)

    def _still(self, sheet: Sheet, name: str, seed: int) -> bool:
        """Whether counting goes on from a seed: it is shown, or will be by a job that waits."""
        pending = (*self.queue.waiting, *([self.queue.running] if self.queue.running else ()))
        if any(job.document == sheet.key and name in job.seeds for job in pending):
            return True
        node, _, param = name.rpartition(".")
        found = sheet.editor.graph.nodes.get(node)
        return found is not None and found.params.get(param) == seed

    def _hand_over(self, job: Job) -> None:
        sheet = self._sheets.get(job.document)
        if sheet is not None:
            self._show_seeds(sheet, job)
        self.bridge.run(job.graph, job.targets, Path(job.base))
        self.began.emit(job)

    def _show_seeds(self, sheet: Sheet, job: Job) -> None:
        """The seed in the document is that of the picture that now grows."""
        values: dict[str, dict[str, int]] = {}
        for name, seed in job.seeds.items():
            node, _, param = name.rpartition(".")
            if node in sheet.editor.graph.nodes:
                values.setdefault(node, {})[param] = seed
        if values:
            self._drawing = True
            sheet.editor.apply(SetParams(values), merge="drawn seeds")
            self._drawing = False

    def _hear(self, event: events.Event) -> None:
        if isinstance(event, events.EngineState):
            self.status.emit(event.text)
            if event.state == "ready":
                self.pump()
            return
        job = self.queue.running
        if job is None:
            return
        sheet = self._sheets.get(job.document)
        if sheet is not None:
            sheet.state.hear(event)
        self.told.emit(job, event)
        if isinstance(event, events.RunFinished):
            self._finish(job, sheet, event)

    def _finish(self, job: Job, sheet: Sheet | None, event: events.RunFinished) -> None:
        if event.ok:
            self._collect(replace(job, seconds=event.seconds), sheet, event)
            if sheet is not None and not job.coarse:
                sheet.ran = job.graph
                sheet.state.stale(changed_nodes(job.graph, sheet.editor.graph))
        done = self.queue.finish(event)
        if done is not None:
            self.finished.emit(done)
            if done.state == "failed":
                self.status.emit(done.error)
        self.pump()

    def _collect(self, job: Job, sheet: Sheet | None, event: events.RunFinished) -> None:
        """Ask for the pictures of a run before another one starts."""
        specs = self._specs
        targets = None if job.live else job.targets
        name = identity(job.graph, specs, targets)
        results = {spot: target for target, spot in result_spots(job.graph, specs, targets)}
        for spot, target in results.items():
            paths = [item.path for item in event.outputs if item.node == target]
            self.bridge.look(*spot, lambda s, t=target, p=paths: self._keep(job, sheet, name, t, p, s))  # type: ignore[misc]  # defaults bind now
        for node in event.ran[:SEEN_MOST]:
            found = job.graph.nodes.get(node)
            output = seen_output(found, specs) if found is not None else ""
            # A latent's steps were seen while it grew, in truer colours than the numbers alone give.
            kind = specs[found.type].output(output) if found is not None and output else None
            own = kind is not None and kind.type in ("Image", "Mask")
            if sheet is not None and own and (node, output) not in results:
                self.bridge.look(node, output, lambda s: self._seen(sheet, s), SEEN_SIDE)

    def _keep(
        self, job: Job, sheet: Sheet | None, name: str, target: str, paths: Sequence[str], shown: events.Shown
    ) -> None:
        if shown.picture is None:
            return
        image = image_of(shown.picture)
        if sheet is not None:
            sheet.picture.emit(target, image)
            sheet.arrived.emit(target, image)
        known = [r for r in self.results.of(name) if (r.node, r.output) == (shown.node, shown.output)]
        if known or job.coarse:
            if known:
                self.resulted.emit(known[-1])
            return
        for path in paths or ("",):
            picture = image if path in ("", paths[0] if paths else "") else QImage(path)
            result = self.results.add(
                picture,
                job.graph,
                label=job.label,
                document=job.document,
                spot=(shown.node, shown.output),
                target=target,
                identity=name,
                seconds=job.seconds,
                path=path,
            )
            self.resulted.emit(result)

    def _seen(self, sheet: Sheet, shown: events.Shown) -> None:
        if shown.picture is not None:
            sheet.picture.emit(shown.node, image_of(shown.picture))

    def _edited(self, sheet: Sheet, old: Graph, new: Graph) -> None:
        """Mark what would run again since the last run."""
        if not diff(old, new).computes:
            return
        if sheet.ran is not None:
            sheet.state.stale(changed_nodes(sheet.ran, new))
        if not self._drawing:
            sheet.recall.start()

    def recall(self, sheet: Sheet) -> None:
        """Show the results that were made of this graph before, if there are any: nothing needs to run for them."""
        if self.queue.running is not None:
            return
        graph = sheet.editor.graph
        newest = {(r.node, r.output): r for r in self.results.of(identity(graph, sheet.editor.specs, None))}
        if newest:
            sheet.ran = graph
            sheet.state.stale(())
        for result in newest.values():
            sheet.picture.emit(result.target, self.results.picture(result))
            self.resulted.emit(result)

    def spot(self, sheet: Sheet, node: str) -> Spot | None:
        """Where to look for what a node shows."""
        return spot_of(sheet.editor.graph, sheet.editor.specs, node)


def changed_nodes(before: Graph, now: Graph) -> set[str]:
    """The nodes whose results may differ, and all that depend on them."""
    found = diff(before, now)
    if not found.computes:
        return set()
    computing = {"type", "params", "inputs", "mode"}
    touched = {name for name, aspects in found.changed.items() if aspects & computing}
    return downstream(now, touched | set(found.added))
