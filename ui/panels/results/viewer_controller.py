"""What the viewer shows: the node in focus, else what is newest."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QImage

from nodegraph.jobs.job import Job
from nodegraph.node_api import events
from ui.panels.results.film import Film
from ui.panels.results.film_store import Films
from ui.panels.results.strip import ResultStrip
from ui.panels.viewer.panel import ViewerPanel
from ui.runs.document_run import DocumentRun
from ui.runs.job_labels import title
from ui.runs.result_store import Result
from ui.runs.run_queries import Spot, pictured, upstream
from ui.runs.runner import Runner
from ui.runs.seed_history import seed_of
from ui.runs.seeds import seed_line

LOOK_MS = 120
"""So long after a node was selected it is looked at."""


class ViewerController(QObject):
    """Follows one document at a time."""

    def __init__(self, runner: Runner, viewer: ViewerPanel, strip: ResultStrip, parent: QObject) -> None:
        super().__init__(parent)
        self._runner = runner
        self._viewer = viewer
        self._strip = strip
        self._sheet: DocumentRun | None = None
        self._wanted = ""
        self._spot: Spot | None = None
        self._films = Films()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(LOOK_MS)
        self._soon.timeout.connect(self._look)
        runner.told.connect(self._told)
        runner.finished.connect(self._finished)
        strip.show_asked.connect(self.show_result)
        viewer.channels_asked.connect(self._ask_channels)

    def follow(self, sheet: DocumentRun | None) -> None:
        """Another document is in front."""
        if self._sheet is not None and self._runner.sheet(self._sheet.key) is self._sheet:
            self._sheet.picture.disconnect(self._grew)
            self._sheet.arrived.disconnect(self._arrived)
            self._sheet.resulted.disconnect(self._resulted)
            self._sheet.editor.selection.changed.disconnect(self._soon.start)
        self._sheet = sheet
        # The film of its newest result comes back with it.
        self._viewer.show_film(self._growing_film(sheet) or Film())
        if sheet is not None:
            sheet.picture.connect(self._grew)
            sheet.arrived.connect(self._arrived)
            sheet.resulted.connect(self._resulted)
            sheet.editor.selection.changed.connect(self._soon.start)
            sheet.recall.start()

    def look_at(self, node: str) -> None:
        """Show what a node shows."""
        spot = self._runner.spot(self._sheet, node) if self._sheet is not None else None
        if spot is not None and self._sheet is not None:
            self._runner.bridge.look(*spot, partial(self._looked, node), document=self._sheet.key)

    def show_result(self, result: Result) -> None:
        """Show a result from the strip."""
        self._wanted = result.id
        self._viewer.show_film(self._films.of_result(result.id) or Film())

        def show(image: QImage) -> None:
            if self._wanted == result.id:
                seed = seed_of(result, self._sheet.editor.specs) if self._sheet is not None else ""
                self._viewer.show_picture(image, result.label, _facts(image, seed))

        self._runner.results.picture(result, show)

    def _grew(self, node: str, image: QImage) -> None:
        """A picture of a node in the document in front: a step, or finished."""
        sheet = self._sheet
        if sheet is not None and sheet.state.of(node).status == "running" and self._focus() in ("", node):
            self._viewer.show_step(image, self._name(node))

    def _arrived(self, node: str, image: QImage) -> None:
        """The picture that a run came to, also that of a first look with few steps."""
        if self._focus() in ("", node):
            self._wanted = ""
            ran = self._sheet.ran if self._sheet is not None else None
            seed = (
                seed_line(ran, self._sheet.editor.specs)
                if self._sheet is not None and ran is not None
                else ""
            )
            self._viewer.show_picture(image, self._name(node), _facts(image, seed))

    def _focus(self) -> str:
        """The selected node if it has a picture; empty where the viewer shall show what is newest."""
        if self._sheet is None:
            return ""
        editor = self._sheet.editor
        active = editor.selection.active
        return active if active and pictured(editor.graph, editor.specs, active) else ""

    def _name(self, node: str) -> str:
        found = self._sheet.editor.graph.nodes.get(node) if self._sheet is not None else None
        return title(found, self._sheet.editor.specs) if found is not None and self._sheet else node

    def _told(self, job: Job, event: events.Event) -> None:
        if self._sheet is None or job.document != self._sheet.key:
            return
        if isinstance(event, events.RunStarted) and event.steps:
            self._viewer.show_film(self._films.of(dict(event.keys).values()) or Film())
        elif isinstance(event, events.Preview) and isinstance(event.picture, events.Picture):
            begun = self._films.growing(job, event, self._sheet.keys.get(event.node, ""))
            if begun is not None:
                self._viewer.show_film(begun)
            self._viewer.add_frame(event.node, event.picture, event.index)
        elif isinstance(event, events.RunFinished):
            self._viewer.set_film(bool(self._viewer.film.film.frames))

    def _resulted(self, result: Result) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        self._films.attach(result.id, self._keys_behind(sheet, result))
        if self._focus() not in ("", result.target):
            # The selected node's own picture came back as well.
            self._soon.start()
            return
        self._strip.select(result)
        self.show_result(result)

    def _keys_behind(self, sheet: DocumentRun, result: Result) -> list[str]:
        """The keys of the node that made a result and of all it depends on."""
        graph = sheet.editor.graph
        made = {node for node, key in sheet.keys.items() if key == result.identity}
        behind = upstream(graph, {node.partition("/")[0] for node in made})
        return [key for node, key in sheet.keys.items() if node.partition("/")[0] in behind]

    def _growing_film(self, sheet: DocumentRun | None) -> Film | None:
        running = self._runner.queue.running
        if sheet is None or running is None or running.document != sheet.key:
            return None
        return self._films.of(sheet.keys.values())

    def _finished(self, job: Job) -> None:
        own = self._sheet is not None and job.document == self._sheet.key and job.state == "done"
        if own and self._focus():
            self._soon.start()

    def _look(self) -> None:
        """The node in focus; what a run came to where none has a picture."""
        if self._sheet is None or self._sheet.ran is None:
            return
        if self._focus():
            self.look_at(self._focus())
        else:
            self._sheet.recall.start()

    def _ask_channels(self, item: int) -> None:
        if self._spot is not None and self._sheet is not None:
            spot = self._spot
            answer = partial(self._channeled, spot)
            self._runner.bridge.channels(*spot, answer, item, document=self._sheet.key)

    def _channeled(self, spot: Spot, found: events.Channels) -> None:
        if spot == self._spot:
            self._viewer.show_channels(found)

    def _looked(self, node: str, shown: events.Shown) -> None:
        sheet = self._sheet
        if sheet is not None and shown.document == sheet.key and node in sheet.editor.graph.nodes:
            self._wanted, self._spot = "", (shown.node, shown.output)
            self._viewer.show_answer(shown, self._name(node), self._seen(node, shown.node))

    def _seen(self, node: str, shown: str) -> QImage | None:
        """The picture that a node itself has on the canvas, where that is of its newest result."""
        sheet = self._sheet
        if sheet is None or node != shown or sheet.state.of(node).status not in ("done", "cached"):
            return None
        return sheet.shown.get(node)


def _facts(image: QImage, seed: str) -> str:
    """The size of a picture, and the seed that drew it."""
    return "   ".join(part for part in (f"{image.width()} × {image.height()}", seed) if part)
