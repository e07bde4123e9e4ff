"""What all windows share of runs: one engine, one queue, one strip of results."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths, Signal

from nodegraph.formats.native import carried
from nodegraph.jobs.queue import JobQueue
from nodegraph.model.spec import NodeSpec
from nodegraph.node_api import events, runtime
from nodegraph.node_api.model_files import Files
from ui.config import paths
from ui.context import AppContext, OpenDocument
from ui.document import workflow_file
from ui.document.editor import Editor
from ui.runs.document_run import DocumentRun
from ui.runs.engine_client import EngineBridge, editor_options
from ui.runs.live_mode import LiveMode
from ui.runs.result_store import Results
from ui.runs.runner import Runner
from ui.runs.seed_history import PastSeeds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtGui import QImage

    from nodegraph.model.graph import Graph

CARD_SIDE = 512


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


class RunService(QObject):
    """One for the process. The engine starts at once and is waited for by nobody."""

    remarked = Signal(object)
    """The sentences of `remarks`, after one was added."""

    def __init__(self, app: AppContext, bridge: EngineBridge | None = None) -> None:
        super().__init__(app if isinstance(app, QObject) else None)
        self.app = app
        self.bridge = bridge or EngineBridge(editor_options(output=pictures_folder()), self)
        self.results = Results(state_folder() / "results", self)
        self._writer = ThreadPoolExecutor(1, "queue")
        # What waits belongs to the editor that has the session; a second one must not run it too.
        queue = JobQueue(state_folder() / "queue.jsonl" if app.session.held else None, self._writer)
        self.runner: Runner = Runner(self.bridge, queue, self.results, app.specs, self)
        self.live = LiveMode(self.runner, self)
        self._sheets: dict[Editor, DocumentRun] = {}
        self._cost_viewers: set[object] = set()
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

    def open(self, editor: Editor) -> DocumentRun:
        """Follow a document from now on."""
        sheet = self.runner.open(editor)
        self._sheets[editor] = sheet
        PastSeeds(editor, sheet.key, self.results)
        editor.destroyed.connect(lambda _=None, editor=editor: self._sheets.pop(editor, None))
        return sheet

    def sheet(self, view: OpenDocument | None) -> DocumentRun | None:
        """The sheet of an open document."""
        return self._sheets.get(view.editor) if view is not None else None

    @property
    def costs(self) -> bool:
        """Whether any window shows what nodes took."""
        return bool(self._cost_viewers)

    def show_costs(self, viewer: object, on: bool) -> None:
        """Show what nodes took for as long as any `viewer` asks for it; repainting is the caller's."""
        (self._cost_viewers.add if on else self._cost_viewers.discard)(viewer)

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
        self.remarked.emit(self.remarks)
