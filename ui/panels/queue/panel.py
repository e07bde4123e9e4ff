"""The queue panel: run, live, pause, stop, and the jobs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListView,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from nodegraph.jobs.job import Job
from nodegraph.node_api import events
from ui.panels.queue.rows import JobPainter, JobRows
from ui.panels.results.chrome import IconButton
from ui.runs.images import fitted
from ui.runs.job_labels import title
from ui.runs.result_store import Result
from ui.runs.runner import Runner
from ui.theme.appearance import Appearance
from ui.theme.icons import icon
from ui.widgets.plain_label import PlainLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent


JOB_SIDE = 160
"""Pictures of jobs are at most this long."""


class QueuePanel(QWidget):
    """Shows the queue of the program and what can be done with its jobs."""

    run_asked = Signal()
    live_asked = Signal(bool)
    open_asked = Signal(object)
    """A Job whose graph is to be opened and changed; it is taken out of the queue if it waits."""
    jump_asked = Signal(object)
    """A Job that failed: its node is to be shown."""

    def __init__(self, runner: Runner, look: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._look = look
        self.rows = JobRows(self)
        self.list = JobList(self)
        self._painter = JobPainter(look, self.rows, self.list)
        self.list.setModel(self.rows)
        self.list.setItemDelegate(self._painter)
        self.note = PlainLabel(self)
        self.note.setWordWrap(True)
        self.note.setProperty("role", "quiet")
        self.note.setContentsMargins(12, 4, 12, 8)
        self._buttons(look)
        self._lay_out()
        self.list.menu_asked.connect(self.show_menu)
        self.list.key.connect(self._key)
        self.list.doubleClicked.connect(self._opened)
        self.rows.moved.connect(runner.queue.move)
        runner.changed.connect(self.refresh)
        runner.told.connect(self._told)
        runner.resulted.connect(self._resulted)
        # Not by a lambda, which would outlive the panel: the runner goes on when a window closes.
        runner.finished.connect(self.refresh)
        runner.began.connect(self._began)
        runner.bridge.heard.connect(self._heard)
        self.refresh()

    def set_look(self, look: Appearance) -> None:
        """Follow the theme."""
        self._look = look
        self._painter.look = look
        for button in (self.live, self.pause, self.stop):
            button.set_look(look)
        self.run.setIcon(icon("play", look.theme.on_accent))
        self.refresh()

    def refresh(self, _job: Job | None = None) -> None:
        """Show the queue as it is."""
        queue = self._runner.queue
        running = queue.running
        shown = running if running is not None and not running.live else None
        self.rows.set(shown, queue.waiting, queue.over)
        self.stop.setEnabled(running is not None)
        if queue.paused:
            self.pause.set_icon("play", self.tr("Go on with the queue"), self._look)
        else:
            self.pause.set_icon("pause", self.tr("Pause: start nothing new"), self._look)
        self.note.setText(self._note())
        self.note.setVisible(bool(self.note.text()))

    def actions_for(self, job: Job) -> list[tuple[str, Callable[[], object]]]:
        """What can be done with a job, by its state: words and what they call."""
        queue = self._runner.queue
        found: list[tuple[str, Callable[[], object]]] = []
        if job.state == "waiting":
            found.append((self.tr("Run next"), lambda: queue.move(job.id, 0)))
            found.append((self.tr("Edit, then queue again"), lambda: self._edit(job)))
        else:
            found.append((self.tr("Open its workflow"), lambda: self.open_asked.emit(job)))
        if job.state == "failed":
            found.insert(0, (self.tr("Show what failed"), lambda: self.jump_asked.emit(job)))
        if job.over:
            found.append(
                (
                    self.tr("Retry") if job.state == "failed" else self.tr("Run again"),
                    lambda: self._runner.again(job.id),
                )
            )
        found.append((self.tr("Queue a copy"), lambda: self._runner.again(job.id)))
        if not job.over:
            found.append((self.tr("Pause after this"), lambda: self._pause_after(job)))
        if job.state == "running":
            found.append((self.tr("Stop"), self._runner.stop))
        else:
            found.append((self.tr("Remove"), lambda: queue.remove(job.id)))
        return found if not job.over else [one for one in found if one[0] != self.tr("Queue a copy")]

    def show_menu(self, at: QPoint, index: QModelIndex) -> None:
        """The menu of a job, or of the list."""
        job = self.rows.job(index.row())
        menu = QMenu(self)
        if job is not None:
            for words, call in self.actions_for(job):
                menu.addAction(words).triggered.connect(lambda _on=False, call=call: call())
            menu.addSeparator()
        menu.addAction(self.tr("Clear what waits")).triggered.connect(lambda: self._runner.queue.clear())
        menu.addAction(self.tr("Clear what is done")).triggered.connect(lambda: self._runner.queue.forget())
        menu.exec(at)

    def selected(self) -> Job | None:
        """The job that is selected."""
        return self.rows.job(self.list.currentIndex().row())

    def _buttons(self, look: Appearance) -> None:
        self.run = QPushButton(icon("play", look.theme.on_accent), self.tr("Run"), self)
        self.run.setProperty("role", "primary")
        self.run.setToolTip(self.tr("Run (Ctrl+Enter); run next with Ctrl+Shift+Enter"))
        self.run.clicked.connect(self.run_asked)
        self.live = IconButton("bolt", self.tr("Live: run again by itself after each change"), look, self)
        self.live.setCheckable(True)
        self.live.toggled.connect(self.live_asked)
        self.pause = IconButton("pause", self.tr("Pause: start nothing new"), look, self, self._pause)
        self.stop = IconButton("stop", self.tr("Stop this run (Ctrl+.)"), look, self, self._runner.stop)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(4)
        row.addWidget(self.run, 1)
        for button in (self.live, self.pause, self.stop):
            row.addWidget(button)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(row)
        box.addWidget(self.note)
        box.addWidget(self.list, 1)

    def _note(self) -> str:
        queue = self._runner.queue
        waiting = len(queue.waiting)
        if queue.paused and waiting:
            jobs = (
                self.tr("1 job waits") if waiting == 1 else self.tr("{count} jobs wait").format(count=waiting)
            )
            return self.tr("Paused, {jobs}. Press go on when you like.").format(jobs=jobs)
        if queue.paused:
            return self.tr("Paused: what is queued now waits.")
        if not (waiting or queue.running or queue.over):
            return self.tr("Nothing has run yet. Press Run, or Ctrl+Enter.")
        return ""

    def _pause(self) -> None:
        self._runner.pause(not self._runner.queue.paused)

    def _pause_after(self, job: Job) -> None:
        self._runner.queue.pause_after = job.id

    def _edit(self, job: Job) -> None:
        if self._runner.queue.remove(job.id) is not None:
            self.open_asked.emit(job)

    def _opened(self, index: QModelIndex) -> None:
        job = self.rows.job(index.row())
        if job is not None and job.state == "failed":
            self.jump_asked.emit(job)
        elif job is not None and job.state != "waiting":
            self.open_asked.emit(job)

    def _key(self, event: QKeyEvent) -> None:
        job, queue = self.selected(), self._runner.queue
        if job is None:
            return
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        place = next((at for at, one in enumerate(queue.waiting) if one.id == job.id), -1)
        if event.key() == Qt.Key.Key_Delete and job.state != "running":
            queue.remove(job.id)
        elif alt and place >= 0 and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            queue.move(job.id, max(0, place + (1 if event.key() == Qt.Key.Key_Down else -1)))
            self._select(job.id)

    def _select(self, id: str) -> None:
        for row in range(self.rows.rowCount()):
            job = self.rows.job(row)
            if job is not None and job.id == id:
                self.list.setCurrentIndex(self.rows.index(row))

    def _began(self, job: Job) -> None:
        self._wait_for(self._runner.bridge.state)
        self.refresh()

    def _wait_for(self, state: events.EngineState) -> None:
        """Until a job's first node begins its row says what the engine still does."""
        self.rows.set_running(state.text, 0.0)
        self.list.update(self.rows.index(0))

    def _heard(self, event: events.Event) -> None:
        if isinstance(event, events.EngineState) and event.state in ("starting", "ready"):
            self._wait_for(event)

    def _told(self, job: Job, event: events.Event) -> None:
        sheet = self._runner.sheet(job.document)
        if job.live or sheet is None or not isinstance(event, events.Progress | events.NodeStarted):
            return
        run = sheet.state.of(event.node)
        node = sheet.editor.graph.nodes.get(event.node)
        name = title(node, sheet.editor.specs) if node is not None else event.node
        line = f"{name}: {run.line}" if run.line else name
        self.rows.set_running(line, run.progress)
        self.list.update(self.rows.index(0))

    def _resulted(self, result: Result) -> None:
        for job in self._runner.queue.over:
            if job.document == result.document and self.rows.image(job.id) is None and job.state == "done":
                self.rows.set_image(job.id, QImage())
                self._runner.results.small(result, partial(self._pictured, job.id))
                return

    def _pictured(self, job: str, image: QImage) -> None:
        self.rows.set_image(job, fitted(image, JOB_SIDE))

    def image(self, job: str) -> QImage | None:
        """The picture shown for a job."""
        return self.rows.image(job)


class JobList(QListView):
    """The list; asks for its menu and passes on keys that it has no use for."""

    menu_asked = Signal(QPoint, QModelIndex)
    key = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Queue"))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDropIndicatorShown(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)

    def _menu(self, at: QPoint) -> None:
        self.menu_asked.emit(self.viewport().mapToGlobal(at), self.indexAt(at))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete removes, Alt with arrows moves; other keys choose."""
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        if event.key() == Qt.Key.Key_Delete or (alt and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down)):
            self.key.emit(event)
            return
        super().keyPressEvent(event)
