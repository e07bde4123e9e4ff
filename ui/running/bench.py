"""The panels of one window and what ties them to the document in front."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QCursor, QImage
from PySide6.QtWidgets import QLabel

from nodegraph import events
from nodegraph.document import Document
from nodegraph.errors import LoadError
from ui.canvas.canvas import Canvas
from ui.canvas.hit import Hit
from ui.canvas.paint_rows import field_rect
from ui.editor import Editor
from ui.running.chip import PracticeChip
from ui.running.coach import Coach
from ui.running.gauge import GaugeBar
from ui.running.job import Job
from ui.running.labels import title
from ui.running.needs import practises
from ui.running.panel import QueuePanel
from ui.running.picks import Spot, pictured
from ui.running.probe import SIDE, Probe
from ui.running.results import Result, restored, seed_of
from ui.running.runner import Sheet
from ui.running.seeds import seed_line
from ui.running.strip import ResultStrip
from ui.viewer.panel import ViewerPanel

if TYPE_CHECKING:
    from pathlib import Path

    from ui.running.desk import Desk
    from ui.view import DocumentView
    from ui.window import MainWindow

LOOK_MS = 120
"""So long after a node was selected it is looked at."""
REST_MS = 350
"""So long the pointer rests on a link until it is probed."""
ESCAPES = 0.6
"""Seconds between two presses of Esc that stop a run."""


class Bench(QObject):
    """Viewer, queue, results, memory gauge, wire probe, practice chip and coach of one window."""

    def __init__(self, desk: Desk, window: MainWindow) -> None:
        super().__init__(window)
        self.desk = desk
        self.window = window
        self.costs = False
        self._sheet: Sheet | None = None
        self._canvas: Canvas | None = None
        self._escaped = 0.0
        look = window.app.look
        self.viewer = ViewerPanel(look, window)
        self.queue = QueuePanel(desk.runner, look, window)
        self.strip = ResultStrip(desk.results, look, window)
        self.gauge = GaugeBar(desk.bridge, look, window)
        self.engine = QLabel(window)
        self.probe = Probe(look, window)
        self.pinned: list[Probe] = []
        self.chip: PracticeChip | None = None
        self.coach: Coach | None = None
        self._look_soon = self._timer(LOOK_MS, self._look)
        self._rest = self._timer(REST_MS, self._probe)
        self._rested: Spot | None = None
        self._place()
        self._wire()

    def _timer(self, interval: int, call: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval)
        timer.timeout.connect(call)
        return timer

    def _place(self) -> None:
        docks = self.window.docks
        for name, panel in (("viewer", self.viewer), ("queue", self.queue), ("results", self.strip)):
            panel.setMinimumWidth(240)
            docks.keep(name, panel)
        self.strip.setMinimumHeight(100)
        columns = [docks.docks["viewer"], docks.docks["queue"]]
        self.window.resizeDocks(columns, [520, 300], Qt.Orientation.Vertical)
        self.window.resizeDocks(columns[:1], [400], Qt.Orientation.Horizontal)
        self.window.resizeDocks([docks.docks["results"]], [160], Qt.Orientation.Vertical)
        self.window.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        self.window.bar.addPermanentWidget(self.engine)
        self.window.bar.addPermanentWidget(self.gauge)

    def _wire(self) -> None:
        runner = self.desk.runner
        self.queue.run_asked.connect(self.run)
        self.queue.live_asked.connect(self.set_live)
        self.queue.open_asked.connect(self._open_job)
        self.queue.jump_asked.connect(self._jump)
        self.strip.show_asked.connect(self.show_result)
        self.strip.open_asked.connect(self._open_result)
        self.strip.restore_asked.connect(self.restore)
        self.viewer.export_asked.connect(self._export)
        self.probe.pinned.connect(self._pinned)
        runner.told.connect(self._told)
        runner.resulted.connect(self._resulted)
        runner.finished.connect(self._finished)
        self.desk.bridge.heard.connect(self._heard)
        self.desk.live.switched.connect(self._live_switched)
        self.window.app.settings_changed.connect(self.restyle)
        self._say_state(self.desk.bridge.state)
        if runner.queue.restored:
            self.window.say(
                self.tr("{count} jobs from the last time wait in the queue.").format(
                    count=runner.queue.restored
                )
            )

    @property
    def sheet(self) -> Sheet | None:
        """The document in front, as the runner sees it."""
        return self._sheet

    @property
    def live(self) -> bool:
        """Whether the document in front runs by itself."""
        return self._sheet is not None and self.desk.live.sheet is self._sheet

    def restyle(self) -> None:
        """Follow the theme."""
        look = self.window.app.look
        parts = (self.viewer, self.queue, self.strip, self.gauge, self.probe, self.chip, self.coach)
        for part in parts:
            if part is not None:
                part.set_look(look)

    def follow(self, view: DocumentView | None) -> None:
        """Another document is in front."""
        if self._sheet is not None and self._sheet_alive():
            self._sheet.picture.disconnect(self._grew)
            self._sheet.arrived.disconnect(self._arrived)
            self._sheet.editor.selection.changed.disconnect(self._look_soon.start)
            self._sheet.editor.changed.disconnect(self._edited)
        self._leave_canvas()
        self._sheet = self.desk.sheet(view)
        self.viewer.begin_film()
        self.viewer.set_film(False)
        if self._sheet is None or view is None:
            return
        self._sheet.picture.connect(self._grew)
        self._sheet.arrived.connect(self._arrived)
        self._sheet.editor.selection.changed.connect(self._look_soon.start)
        self._sheet.editor.changed.connect(self._edited)
        self._enter_canvas(view)
        self._sheet.recall.start()
        if self.desk.live.sheet is not None:
            self.desk.live.follow(self._sheet)

    def run(self, *, first: bool = False) -> None:
        """Queue the document in front."""
        if self._sheet is not None:
            self.desk.runner.run(self._sheet, first=first)

    def run_to_node(self) -> None:
        """Run what the selected node needs, and the node."""
        if self._sheet is not None and self._sheet.editor.selection.active:
            self.desk.runner.run(self._sheet, [self._sheet.editor.selection.active], first=True)

    def set_live(self, on: bool) -> None:
        """Let the document in front run by itself, or not."""
        self.desk.live.follow(self._sheet if on else None)

    def show_costs(self, on: bool) -> None:
        """Show on each node what it took, or no more."""
        self.costs = on
        for view in self.window.tabs.views():
            self.desk.repaint(view)

    def escape(self) -> None:
        """Esc was pressed and nobody else wanted it; the second in a row stops the run."""
        now = time.monotonic()
        if now - self._escaped < ESCAPES:
            self._escaped = 0.0
            self.desk.runner.stop()
        else:
            self._escaped = now

    def look_at(self, node: str) -> None:
        """Show what a node shows."""
        sheet = self._sheet
        spot = self.desk.runner.spot(sheet, node) if sheet is not None else None
        if spot is not None:
            self.desk.bridge.look(*spot, lambda shown: self._looked(node, shown))

    def show_result(self, result: Result) -> None:
        """Show a result from the strip."""
        size = f"{result.width} × {result.height}"
        facts = "   ".join(part for part in (size, seed_of(result, self.desk.specs)) if part)
        self.viewer.show_picture(self.desk.results.picture(result), result.label, facts)

    def restore(self, result: Result, seeds_only: bool) -> None:
        """Give the document in front the values it had for a result."""
        if self._sheet is None:
            return
        editor = self._sheet.editor
        try:
            edit = restored(result, editor.graph, editor.specs, seeds_only=seeds_only)
        except LoadError as error:
            self.window.say(str(error))
            return
        if edit is None:
            self.window.say(self.tr("These values are already there."))
        else:
            editor.apply(edit)

    def teach(self, sheet: Sheet) -> None:
        """Begin the three lines of coaching, unless they were done or skipped."""
        path = self._coach_file()
        if self.coach is None and Coach.wanted(path):
            self.coach = Coach(self.desk.runner, self.window.app.look, self.window, path, self._where)
            self.coach.begin(sheet)
            if self._canvas is not None:
                self._canvas.camera_changed.connect(self.coach.place)
            QTimer.singleShot(0, self.coach, self.coach.place)

    # Inside

    def _coach_file(self) -> Path:
        from ui.running.desk import state_folder

        return state_folder() / "coach.json"

    def _sheet_alive(self) -> bool:
        return self._sheet is not None and self.desk.runner.sheet(self._sheet.key) is self._sheet

    def _enter_canvas(self, view: DocumentView) -> None:
        if not isinstance(view.widget, Canvas):
            return
        self._canvas = view.widget
        self._canvas.hovered.connect(self._hovered)
        self._canvas.view_requested.connect(self.look_at)
        self._canvas.destroyed.connect(self._canvas_gone)
        self.chip = PracticeChip(self.window.app.look, self._canvas)
        self.chip.place()
        self._show_chip()

    def _leave_canvas(self) -> None:
        if self._canvas is not None:
            self._canvas.hovered.disconnect(self._hovered)
            self._canvas.view_requested.disconnect(self.look_at)
            self._canvas.destroyed.disconnect(self._canvas_gone)
            if self.chip is not None:
                self.chip.card.deleteLater()
                self.chip.deleteLater()
        self._canvas = self.chip = None
        self.probe.leave()

    def _canvas_gone(self) -> None:
        self._canvas = self.chip = None

    def _edited(self, *_: object) -> None:
        self._show_chip()

    def _show_chip(self) -> None:
        if self.chip is not None and self._sheet is not None:
            editor = self._sheet.editor
            self.chip.set_shown(practises(editor.graph, editor.specs))

    def _grew(self, node: str, image: QImage) -> None:
        """A picture of a node in the document in front: a step, or finished."""
        sheet = self._sheet
        if sheet is not None and sheet.state.of(node).status == "running" and self._focus() in ("", node):
            self.viewer.show_step(image, self._name(node))

    def _arrived(self, node: str, image: QImage) -> None:
        """The picture that a run came to, also that of a first look with few steps."""
        if self._focus() in ("", node):
            self.viewer.show_picture(image, self._name(node), self._facts(image))

    def _facts(self, image: QImage) -> str:
        """The size of a picture that a run came to, and the seed that drew it."""
        sheet = self._sheet
        seed = seed_line(sheet.ran, sheet.editor.specs) if sheet is not None and sheet.ran is not None else ""
        return "   ".join(part for part in (f"{image.width()} × {image.height()}", seed) if part)

    def _focus(self) -> str:
        """The selected node if it has a picture; empty where the viewer shall show what is newest."""
        if self._sheet is None:
            return ""
        editor = self._sheet.editor
        active = editor.selection.active
        return active if active and pictured(editor.graph, editor.specs, active) else ""

    def _name(self, node: str) -> str:
        found = self._sheet.editor.graph.nodes.get(node) if self._sheet is not None else None
        return title(found, self.desk.specs) if found is not None else node

    def _told(self, job: Job, event: events.Event) -> None:
        sheet = self._sheet
        if sheet is None or job.document != sheet.key:
            return
        if isinstance(event, events.RunStarted) and event.steps:
            self.viewer.begin_film()
        elif isinstance(event, events.Preview) and isinstance(event.picture, events.Picture):
            self.viewer.add_frame(event.node, event.picture)
        elif isinstance(event, events.RunFinished):
            self.viewer.set_film(bool(self.viewer.film.film.frames))
        elif isinstance(event, events.NodeFailed):
            self.window.say(f"{event.title}: {event.message}")

    def _resulted(self, result: Result) -> None:
        if self._sheet is None or self._focus() not in ("", result.target):
            return
        if result.document == self._sheet.key or self._sheet.ran is self._sheet.editor.graph:
            self.strip.select(result)
            self.show_result(result)

    def _finished(self, job: Job) -> None:
        if self._sheet is not None and job.document == self._sheet.key and job.state == "done":
            if self._focus():
                self._look_soon.start()
            for probe in self.pinned:
                self._fill(probe, probe.spot)

    def _look(self) -> None:
        """The node in focus; what a run came to where none has a picture."""
        if self._sheet is None or self._sheet.ran is None:
            return
        if self._focus():
            self.look_at(self._focus())
        else:
            self._sheet.recall.start()

    def _looked(self, node: str, shown: events.Shown) -> None:
        sheet = self._sheet
        found = sheet.editor.graph.nodes.get(node) if sheet is not None else None
        if sheet is not None and found is not None:
            self.viewer.show_answer(shown, title(found, sheet.editor.specs))

    # The wire probe

    def _hovered(self, found: Hit) -> None:
        sheet = self._sheet
        self.probe.leave()
        self._rest.stop()
        if sheet is None or found.kind != "link" or found.link is None:
            return
        node = sheet.editor.graph.nodes.get(found.link.target)
        sources = node.inputs.get(found.link.input, ()) if node is not None else ()
        if found.link.index < len(sources):
            source = sources[found.link.index]
            self._rested = (source.node, source.output)
            self._rest.start()

    def _probe(self) -> None:
        if self._rested is not None and not self.probe.held:
            self._fill(self.probe, self._rested, place=True)

    def _fill(self, probe: Probe, spot: Spot, *, place: bool = False) -> None:
        asked = self._rested

        def answer(shown: events.Shown) -> None:
            sheet = self._sheet
            if sheet is None or (place and asked != self._rested):
                return
            node = sheet.editor.graph.nodes.get(shown.node)
            name = title(node, sheet.editor.specs) if node is not None else shown.node
            probe.show_answer(shown, f"{name} › {shown.output}", sheet.state.of(shown.node).when)
            if place:
                probe.place(self.window.mapFromGlobal(QCursor.pos()))

        self.desk.bridge.look(*spot, answer, 2 * SIDE)

    def _pinned(self, probe: Probe) -> None:
        """The pinned card stays, another one follows the pointer."""
        self.pinned.append(probe)
        probe.closed.connect(self._unpinned)
        self.probe = Probe(self.window.app.look, self.window)
        self.probe.pinned.connect(self._pinned)

    def _unpinned(self, probe: Probe) -> None:
        self.pinned.remove(probe)
        probe.deleteLater()

    # Jobs and results

    def _open_job(self, job: Job) -> None:
        self.window.documents._show(Editor(self.desk.specs, Document(job.graph)))

    def _open_result(self, result: Result) -> None:
        try:
            graph = result.graph()
        except LoadError as error:
            self.window.say(str(error))
            return
        self.window.documents._show(Editor(self.desk.specs, Document(graph)))

    def _jump(self, job: Job) -> None:
        """Go to the node that failed, in its own tab."""
        sheet = self.desk.runner.sheet(job.document)
        for view in self.window.tabs.views():
            if sheet is not None and view.editor is sheet.editor:
                self.window.tabs.setCurrentWidget(view)
                for node in sheet.state.failed()[:1]:
                    self.window.show_node(node)

    def _export(self, frames: tuple[events.Picture, ...], path: Path) -> None:
        self.desk.bridge.animate(frames, path)

    # The engine

    def _heard(self, event: events.Event) -> None:
        if isinstance(event, events.EngineState):
            self._say_state(event)
        elif isinstance(event, events.Exported):
            if event.error:
                self.window.say(event.error)
            else:
                self.window.say(self.tr("Wrote {path}").format(path=event.path))
        elif isinstance(event, events.Message) and event.text:
            self.window.say(event.text)

    def _say_state(self, state: events.EngineState) -> None:
        words = {
            "starting": self.tr("starting the engine"),
            "ready": self.tr("ready"),
            "running": self.tr("running"),
            "stopped": self.tr("engine stopped"),
        }
        self.engine.setText(state.text or words.get(state.state, state.state))

    def _live_switched(self, on: bool) -> None:
        self.queue.live.blockSignals(True)
        self.queue.live.setChecked(self.live)
        self.queue.live.blockSignals(False)

    # Where things are

    def _where(self, node: str, name: str) -> QRect | None:
        """A parameter or output of a node in the window; None while the canvas does not show it."""
        canvas = self._canvas
        box = canvas.scene.nodes.get(node) if canvas is not None else None
        if canvas is None or box is None:
            return None
        row = next((row for row in box.layout.rows if row.param is not None and row.param.name == name), None)
        port = box.layout.port(name, True)
        if row is not None:
            scene = field_rect(box, row).translated(box.x, box.y)
        elif port is not None:
            scene = QRectF(box.x + port.x - 10, box.y + port.y - 10, 20, 20)
        else:
            return None
        corner = canvas.camera.to_view(scene.topLeft())
        rect = QRectF(corner, scene.size() * canvas.camera.zoom)
        if not QRectF(canvas.rect()).intersects(rect):
            return None
        origin = canvas.mapTo(self.window, QPoint(0, 0))
        return rect.translated(QPointF(origin)).toAlignedRect()
