"""What all windows share of runs: one engine, one queue, one strip of results."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths
from PySide6.QtGui import QPixmap

from nodegraph.edits.document import Document
from nodegraph.formats.native import carried
from nodegraph.jobs.queue import JobQueue
from nodegraph.model.spec import NodeSpec
from nodegraph.node_api import events, runtime
from nodegraph.node_api.model_files import Files
from nodegraph.support.errors import LoadError
from ui.canvas.scene.state import CanvasState, NodeState
from ui.config import paths
from ui.config.templates import templates
from ui.document import workflow_file
from ui.document.editor import Editor
from ui.i18n.translate import said
from ui.runs.document_run import Sheet
from ui.runs.engine_client import EngineBridge, editor_options
from ui.runs.live_mode import Live
from ui.runs.result_store import Results
from ui.runs.runner import Runner
from ui.runs.seed_history import PastSeeds
from ui.runs.subgraph_state import at_level, seen
from ui.shell.run_panels import Bench

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from PySide6.QtGui import QImage

    from nodegraph.model.graph import Graph
    from ui.shell.application import Application
    from ui.shell.document_view import DocumentView
    from ui.shell.main_window import MainWindow

CARD_SIDE = 512
FIRST = "text_to_image"
"""The template that a first launch opens and runs."""


def pictures_folder() -> Path:
    """Where workflows save their pictures."""
    home = os.environ.get("NODEGRAPH_HOME", "")
    if home:
        return Path(home) / "output"
    kind = QStandardPaths.StandardLocation.PicturesLocation
    return Path(QStandardPaths.writableLocation(kind) or Path.home()) / "nodegraph"


def state_folder() -> Path:
    """Where the queue and the results are kept."""
    return paths.session_file().parent


class Desk(QObject):
    """One for the process. The engine starts at once and is waited for by nobody."""

    def __init__(self, app: Application, bridge: EngineBridge | None = None) -> None:
        super().__init__(app)
        self.app = app
        self.bridge = bridge or EngineBridge(editor_options(output=pictures_folder()), self)
        self.results = Results(state_folder() / "results", self)
        self._writer = ThreadPoolExecutor(1, "queue")
        # What waits belongs to the editor that has the session; a second one must not run it too.
        queue = JobQueue(state_folder() / "queue.jsonl" if app.session.held else None, self._writer)
        self.runner: Runner = Runner(self.bridge, queue, self.results, app.specs, self)
        self.live = Live(self.runner, self)
        self._sheets: dict[Editor, Sheet] = {}
        self.benches: list[Bench] = []
        self.remarks: list[str] = []
        """What the engine said of the installation as it started: node packs that were skipped, model folders that
        are not there. Each sentence once, though the engine may start again."""
        self.bridge.heard.connect(self._hear)
        self.bridge.start()

    @property
    def specs(self) -> Mapping[str, NodeSpec]:
        """The node types."""
        return self.app.specs

    @cached_property
    def files(self) -> Files:
        """The model folders, as the engine will find them; listing loads no torch."""
        return runtime.installed().open_files(())

    def furnish(self, window: MainWindow) -> Bench:
        """The panels of a window."""
        bench = Bench(self, window)
        self.benches.append(bench)
        window.destroyed.connect(lambda _=None: self._gone(bench))
        return bench

    def attach(self, view: DocumentView) -> Sheet:
        """Follow a document from now on: its nodes show what runs do with them."""
        editor = view.editor
        sheet = self.runner.open(editor)
        self._sheets[editor] = sheet
        PastSeeds(editor, sheet.key, self.results)
        editor.destroyed.connect(lambda _=None, editor=editor: self._sheets.pop(editor, None))
        state = getattr(view.base, "state", None)
        if isinstance(state, CanvasState):
            sheet.state.changed.connect(lambda nodes: self._paint_all(sheet, view, nodes))
            sheet.picture.connect(lambda node, image: _show(view, node, image))
            view.levels.switched.connect(lambda *_: self.repaint(view))
        return sheet

    def sheet(self, view: DocumentView | None) -> Sheet | None:
        """The sheet of an open document."""
        return self._sheets.get(view.editor) if view is not None else None

    def repaint(self, view: DocumentView) -> None:
        """Paint every node's state anew, as when costs are shown or hidden, or another level is in front."""
        sheet = self.sheet(view)
        if sheet is not None:
            self._paint_all(sheet, view, frozenset(sheet.state.nodes()))
            if view.levels.inner:
                for node, image in sheet.shown.items():
                    _show(view, node, image)

    def greet(self, window: MainWindow) -> None:
        """The first launch: a finished workflow that runs itself once and is live, and three lines of coaching."""
        path = next((path for path in templates() if path.stem.endswith(FIRST)), None)
        if path is None:
            return
        try:
            graph = workflow_file.read(path).graph
        except LoadError as error:
            window.say(said(error))
            return
        view = window.documents._show(Editor(self.specs, Document(graph)))
        sheet = self.sheet(view)
        if sheet is not None and window.bench is not None:
            window.bench.set_live(True)
            self.runner.run(sheet)
            window.bench.teach(sheet)

    def picture_of(self, path: Path, graph: Graph, answer: Callable[[QImage], object]) -> None:
        """Answer with what a workflow's file shows: itself if it is a picture, else the newest result of its graph."""
        if workflow_file.kind(path) == "picture":
            self.results.files.read(path, answer, CARD_SIDE)
            return
        workflow = carried(graph)
        kept = self.results.all()
        known = [one for one in kept if one.workflow == workflow]
        made = known[:1] or [one for one in kept if one.document == str(path)][:1]
        for result in made:
            self.results.small(result, answer)

    def close(self) -> None:
        """End the engine; what waits is kept for the next start."""
        self.live.follow(None)
        self.bridge.close()
        self.results.close()
        self._writer.shutdown()

    def _hear(self, event: events.Event) -> None:
        if not isinstance(event, events.Message) or event.node or self.runner.queue.running is not None:
            return
        if not event.text or event.text in self.remarks:
            return
        self.remarks.append(event.text)
        for bench in self.benches:
            bench.show_remarks(self.remarks)

    def _gone(self, bench: Bench) -> None:
        if bench in self.benches:
            self.benches.remove(bench)

    def _paint_all(self, sheet: Sheet, view: DocumentView, nodes: object) -> None:
        """Paint these nodes on the document's canvas, and on those of the subgraphs gone into."""
        for level, state in _states(view):
            self._paint(sheet, state, nodes, level)

    def _paint(self, sheet: Sheet, state: CanvasState, nodes: object, level: str) -> None:
        runs = sheet.state.nodes()
        costs = any(bench.costs for bench in self.benches)
        dearest = max((run.seconds for run in runs.values()), default=0.0)
        for node in at_level(level, nodes if isinstance(nodes, frozenset | dict | set) else ()):
            run = seen(runs, level, node)
            shown = costs and run.seconds > 0
            text = (
                run.cost if shown and run.status != "running" else run.line if run.status == "running" else ""
            )
            heat = min(1.0, run.seconds / dearest) if shown and dearest else 0.0
            state.set(node, NodeState(run.status, run.progress, text, run.message, heat))


def _states(view: DocumentView) -> Iterator[tuple[str, CanvasState]]:
    """What the canvases of a document show of its nodes, each with what the names of its nodes begin with."""
    level = ""
    for canvas, instance in [(view.base, ""), *((i.widget, i.instance) for i in view.levels.inner)]:
        level = f"{level}{instance}/" if instance else ""
        state = getattr(canvas, "state", None)
        if isinstance(state, CanvasState):
            yield level, state


def _show(view: DocumentView, node: str, image: QImage) -> None:
    """Show a picture on the node, and on the nodes of the subgraphs around it, which stand for all that is inside."""
    pixmap = QPixmap.fromImage(image)
    for level, state in _states(view):
        if node.startswith(level):
            state.set_preview(node[len(level) :].partition("/")[0], pixmap)
