"""The panels of one window and what ties them to the document in front."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMenu

from nodegraph.edits.document import Document
from nodegraph.jobs.job import Job
from nodegraph.model.frames import contents
from nodegraph.node_api import events
from nodegraph.support.errors import LoadError
from ui.canvas.scene.hit import Hit
from ui.document.editor import Editor
from ui.i18n.translate import translate_message
from ui.panels.problems.panel import Problems
from ui.panels.queue.panel import QueuePanel
from ui.panels.results.memory_gauge import GaugeBar
from ui.panels.results.seed_menu import fill_seed_menu
from ui.panels.results.strip import ResultStrip
from ui.panels.results.viewer_controller import ViewerController
from ui.panels.tutorial.overlays import Overlays
from ui.panels.viewer.panel import ViewerPanel
from ui.runs.document_run import DocumentRun
from ui.runs.restore_values import restored
from ui.runs.result_store import Result
from ui.runs.run_queries import ends
from ui.runs.run_service import RunService, state_folder
from ui.shell.run_painting import repaint
from ui.shell.status_bar import SteadyLabel
from ui.widgets.contained import Contained

if TYPE_CHECKING:
    from pathlib import Path

    from ui.shell.command_context import CommandContext
    from ui.shell.document_view import DocumentView


class RunPanels(QObject):
    """Viewer, queue, results, memory gauge, wire probe, practice chip and coach of one window."""

    def __init__(self, run_service: RunService, window: CommandContext) -> None:
        super().__init__(window)
        self.run_service = run_service
        self.window = window
        self.costs = False
        self._sheet: DocumentRun | None = None
        look = window.app.look
        self.viewer = ViewerPanel(look, window)
        self.queue = QueuePanel(run_service.runner, look, window)
        self.strip = ResultStrip(run_service.results, look, window)
        self.gauge = GaugeBar(run_service.bridge, look, window)
        self.engine = SteadyLabel(window)
        self.showing = ViewerController(run_service.runner, self.viewer, self.strip, self)
        self.overlays = Overlays(
            run_service, window, window.app, window.bars.make_way, self.showing.look_at, self.run_frames
        )
        window.destroyed.connect(lambda _=None: run_service.show_costs(self, False))
        self._place()
        self._wire()

    def _place(self) -> None:
        docks = self.window.docks
        for name, panel in (("viewer", self.viewer), ("queue", self.queue), ("results", self.strip)):
            panel.setMinimumWidth(240)
            docks.keep(name, Contained(panel))
        self.strip.setMinimumHeight(100)
        columns = [docks.docks["viewer"], docks.docks["queue"]]
        self.window.resizeDocks(columns, [520, 300], Qt.Orientation.Vertical)
        docks.share_width(columns[0])
        self.window.resizeDocks([docks.docks["results"]], [160], Qt.Orientation.Vertical)
        self.window.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        self.window.bar.addPermanentWidget(self.engine)
        self.window.bar.addPermanentWidget(self.gauge)

    def _wire(self) -> None:
        runner = self.run_service.runner
        self.queue.run_asked.connect(self.run)
        self.queue.live_asked.connect(self.set_live)
        self.queue.open_asked.connect(self._open_job)
        self.queue.jump_asked.connect(self._jump)
        self.strip.open_asked.connect(self.open_result)
        self.strip.restore_asked.connect(self.restore)
        self.strip.status.connect(self.window.say)
        self.viewer.export_asked.connect(self._export)
        runner.told.connect(self._told)
        runner.status.connect(self.window.say)
        runner.finished.connect(self._finished)
        self.run_service.remarked.connect(self.show_remarks)
        self.run_service.bridge.heard.connect(self._heard)
        self.run_service.live.switched.connect(self._live_switched)
        self.window.app.settings_changed.connect(self.restyle)
        self._say_state(self.run_service.bridge.state)
        restored = runner.queue.restored
        if restored:
            text = self.tr("{count} jobs from the last time are waiting in the queue.").format(count=restored)
            self.window.say(
                text if restored > 1 else self.tr("1 job from the last time is waiting in the queue.")
            )

    @property
    def sheet(self) -> DocumentRun | None:
        """The document in front, as the runner sees it."""
        return self._sheet

    @property
    def live(self) -> bool:
        """Whether the document in front runs by itself."""
        return self._sheet is not None and self.run_service.live.sheet is self._sheet

    def restyle(self) -> None:
        """Follow the theme."""
        look = self.window.app.look
        for part in (self.viewer, self.queue, self.strip, self.gauge):
            part.set_look(look)
        self.overlays.restyle()

    def follow(self, view: DocumentView | None) -> None:
        """Another document is in front."""
        if self._sheet is not None and self.run_service.runner.sheet(self._sheet.key) is self._sheet:
            self._sheet.editor.changed.disconnect(self._edited)
        was_live = self.live
        self._sheet = self.run_service.sheet(view)
        if self._sheet is not None and self._sheet.is_live:
            self.run_service.live.follow(self._sheet)
        elif was_live:
            self.run_service.live.follow(None)
        self.overlays.follow(self._sheet, view.base if view is not None else None)
        self.showing.follow(self._sheet)
        if self._sheet is None or view is None:
            return
        self._sheet.editor.changed.connect(self._edited)

    def look_at_files(self) -> None:
        """Another program may have overwritten what the document in front reads: mark what would run again."""
        if self._sheet is not None and self._sheet.ran is not None:
            self._sheet.recall.start()

    def run(self, *, first: bool = False) -> None:
        """Queue the document in front."""
        if self._sheet is not None and self.window.documents.may_run():
            self.run_service.runner.run(self._sheet, first=first)

    def run_to_node(self) -> None:
        """Run what the selected node needs, and the node."""
        if not self.window.documents.may_run():
            return
        view = self.window.view
        if view is not None and view.level.selection.active:
            self._run_at_level(view, [view.level.selection.active])

    def _run_at_level(self, view: DocumentView, nodes: Iterable[str]) -> None:
        """Run nodes of the level in front; the engine knows those of a subgraph by the nodes gone into, too."""
        way = [level.instance for level in view.levels.inner]
        if self._sheet is not None:
            self.run_service.runner.run(self._sheet, ["/".join([*way, node]) for node in nodes], first=True)

    def run_frames(self, frames: Iterable[str]) -> None:
        """Run the sinks that frames hold, or where they hold none, the nodes that their members come to."""
        view = self.window.view
        if view is None or not self.window.documents.may_run():
            return
        graph, specs = view.level.graph, view.level.specs
        targets = ends(sorted(contents(graph, frames).nodes), graph, specs)
        if targets:
            self._run_at_level(view, targets)
        else:
            self.window.say(self.tr("Nothing in this frame can run: it is empty, muted or bypassed."))

    def set_live(self, on: bool) -> None:
        """Let the document in front run by itself, or not; other documents stay as they are."""
        if self._sheet is not None:
            self._sheet.is_live = on
        self.run_service.live.follow(self._sheet if on else None)

    def show_costs(self, on: bool) -> None:
        """Show on each node what it took, or no more."""
        self.costs = on
        self.run_service.show_costs(self, on)
        for view in self.window.tabs.views():
            repaint(self.run_service, view)

    def restore(self, result: Result, seeds_only: bool) -> None:
        """Give the document in front the values it had for a result."""
        if self._sheet is None:
            return
        editor = self._sheet.editor
        try:
            edit = restored(result, editor.graph, editor.specs, seeds_only=seeds_only)
        except LoadError as error:
            self.window.say(translate_message(error))
            return
        if edit is None:
            self.window.say(self.tr("These values are already there."))
        else:
            editor.apply(edit)

    def fill_menu(self, menu: QMenu, found: Hit) -> None:
        """What the menu of a node offers about runs: its seed where that was hit, running up to it, another try."""
        sheet, param = self._sheet, found.row.param if found.row is not None else None
        if sheet is None or found.node not in sheet.editor.graph.nodes:
            return
        if param is not None and param.widget == "seed":
            fill_seed_menu(menu, sheet.editor, self.run_service.results, found.node, param.name)
            menu.addSeparator()
        if sheet.state.of(found.node).status == "failed":
            menu.addAction(self.window.menus.actions["run.retry"])
        menu.addAction(self.window.menus.actions["run.to_node"])
        menu.addSeparator()

    def retry(self) -> None:
        """Run again what failed in the document in front, with the graph as it stands now."""
        if self._sheet is None or not self.window.documents.may_run():
            return
        if self._sheet.state.failed():
            self.run_service.runner.run(self._sheet, self._sheet.failed, first=True)

    def teach(self, sheet: DocumentRun) -> None:
        """Begin the three lines of coaching, unless they were done or skipped."""
        self.overlays.teach(sheet, state_folder() / "coach.json")

    # Inside

    def _edited(self, *_: object) -> None:
        self.overlays.show_chip()

    def _told(self, job: Job, event: events.Event) -> None:
        if self._sheet is None or job.document != self._sheet.key:
            return
        if isinstance(event, events.NodeFailed):
            self.window.say(f"{event.title}: {event.message}")
        elif isinstance(event, events.NodeFinished):
            self.overlays.prober.refresh(event.node)

    def _finished(self, job: Job) -> None:
        if self._sheet is not None and job.document == self._sheet.key and job.state == "done":
            self.overlays.prober.refresh()

    # Jobs and results

    def _open_job(self, job: Job) -> None:
        self.window.documents.show_editor(Editor(self.run_service.specs, Document(job.graph)))

    def open_result(self, result: Result) -> None:
        """Open the graph that made a result in a tab of its own."""
        try:
            graph = result.graph()
        except LoadError as error:
            self.window.say(translate_message(error))
            return
        self.window.documents.show_editor(Editor(self.run_service.specs, Document(graph)))

    def _jump(self, job: Job) -> None:
        """Go to the node that failed, in its own tab."""
        sheet = self.run_service.runner.sheet(job.document)
        for view in self.window.tabs.views():
            if sheet is not None and view.editor is sheet.editor:
                self.window.tabs.setCurrentWidget(view)
                for node in sheet.state.failed()[:1]:
                    self.window.show_node(node)

    def _export(self, frames: tuple[events.Picture, ...], path: Path) -> None:
        self.run_service.bridge.animate(frames, path)

    # The engine

    def show_remarks(self, remarks: Sequence[str]) -> None:
        """Say the newest remark on the installation, and list all of them with the problems."""
        text = remarks[-1]
        if len(remarks) > 1:
            more = self.tr("{count} remarks on the installation are listed in the panel Problems.")
            text = f"{text} {more.format(count=len(remarks))}"
        self.window.say(text)
        panel = self.window.docks.docks["problems"].widget()
        if isinstance(panel, Problems):
            panel.show_remarks(remarks)

    def _heard(self, event: events.Event) -> None:
        if isinstance(event, events.EngineState):
            self._say_state(event)
        elif isinstance(event, events.Exported):
            if event.error:
                self.window.say(event.error)
            else:
                self.window.say(self.tr("Wrote {path}").format(path=event.path))
        elif isinstance(event, events.Message) and event.text and event.text not in self.run_service.remarks:
            self.window.say(event.text)

    def _say_state(self, state: events.EngineState) -> None:
        words = {
            "starting": self.tr("starting the engine"),
            "ready": self.tr("ready"),
            "running": self.tr("running"),
            "stopped": self.tr("engine stopped"),
        }
        # A child that is done with loading says "ready" while the run it was given waits in it.
        busy = state.state == "ready" and self.run_service.runner.queue.running is not None
        self.engine.say(state.text or words.get("running" if busy else state.state, state.state))

    def _live_switched(self, on: bool) -> None:
        self.queue.live.blockSignals(True)
        self.queue.live.setChecked(self.live)
        self.queue.live.blockSignals(False)
