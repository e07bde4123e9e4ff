"""What lies over the canvas in front: the practice chip, the coach, the wire probe."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from ui.canvas.canvas import Canvas
from ui.context import AppContext
from ui.document.requirements import practises
from ui.panels.probe.controller import Prober
from ui.panels.tutorial.callout import Around
from ui.panels.tutorial.coach import Coach
from ui.panels.tutorial.places import place_of
from ui.panels.tutorial.practice_chip import PracticeChip
from ui.runs.document_run import DocumentRun

if TYPE_CHECKING:
    from pathlib import Path

    from ui.runs.run_service import RunService

LATER = 300
"""Milliseconds after which the bar of the selection shows, and lessons make room for it."""

FramesAsked = Callable[[Iterable[str]], None]
NodeAsked = Callable[[str], None]


class Overlays(QObject):
    """Follows the canvas of the document in front. What the canvas asks for goes to `look_at` and `run_frames`.

    `make_way` moves the bar of the selection out of the way of what is shown here.
    """

    def __init__(
        self,
        run_service: RunService,
        window: QWidget,
        app: AppContext,
        make_way: Callable[[], None],
        look_at: NodeAsked,
        run_frames: FramesAsked,
    ) -> None:
        super().__init__(window)
        self._desk = run_service
        self._window = window
        self._app = app
        self._make_way = make_way
        self._look_at = look_at
        self._run_frames = run_frames
        self._canvas: Canvas | None = None
        self._sheet: DocumentRun | None = None
        self.chip: PracticeChip | None = None
        self.coach: Coach | None = None
        self.prober = Prober(run_service.bridge, app.look, window)

    def restyle(self) -> None:
        """Follow the theme."""
        for part in (self.prober, self.chip, self.coach):
            if part is not None:
                part.set_look(self._app.look)

    def follow(self, sheet: DocumentRun | None, canvas: object) -> None:
        """Another document is in front; `canvas` is its widget, which may be no canvas."""
        self._leave()
        self._sheet = sheet
        self.prober.follow(sheet)
        if sheet is not None and isinstance(canvas, Canvas):
            self._enter(canvas)

    def show_chip(self) -> None:
        """Show the chip while the practice model is used."""
        if self.chip is not None and self._sheet is not None:
            editor = self._sheet.editor
            self.chip.set_shown(practises(editor.graph, editor.specs))

    def teach(self, sheet: DocumentRun, path: Path) -> None:
        """Begin the three lines of coaching, unless `path` says that they were done or skipped."""
        if self.coach is None and Coach.wanted(path):
            self.coach = Coach(self._desk.runner, self._app.look, self._window, path, self._where)
            self.coach.moved.connect(self._make_way)
            self.coach.ended.connect(self._make_way)
            self.coach.begin(sheet, self._canvas)
            if self._canvas is not None:
                self._canvas.camera_changed.connect(self.coach.place)
                self._canvas.open_editor.moved.connect(self.coach.place)
            # The bar of the selection shows a moment later, and is not to be covered.
            later = QTimer(self.coach)
            later.setSingleShot(True)
            later.setInterval(LATER)
            later.timeout.connect(self.coach.place)
            sheet.editor.selection.changed.connect(later.start)
            QTimer.singleShot(0, self.coach, self.coach.place)

    def _enter(self, canvas: Canvas) -> None:
        self._canvas = canvas
        canvas.hovered.connect(self.prober.hover)
        canvas.view_requested.connect(self._look_at)
        canvas.frames_run_requested.connect(self._run_frames)
        canvas.destroyed.connect(self._gone)
        self.chip = PracticeChip(self._app.look, canvas)
        self.chip.place()
        self.chip.toggled.connect(self._card_toggled)
        self.show_chip()

    def _leave(self) -> None:
        self._card_toggled(False)
        if self._canvas is not None:
            self._canvas.hovered.disconnect(self.prober.hover)
            self._canvas.view_requested.disconnect(self._look_at)
            self._canvas.frames_run_requested.disconnect(self._run_frames)
            self._canvas.destroyed.disconnect(self._gone)
            if self.chip is not None:
                self.chip.card.deleteLater()
                self.chip.deleteLater()
        self._canvas = self.chip = None

    def _card_toggled(self, on: bool) -> None:
        if self.coach is not None:
            self.coach.veil(on)

    def _gone(self) -> None:
        self._canvas = self.chip = None

    def _where(self, node: str, name: str) -> Around | None:
        return place_of(self._canvas, self._window, node, name) if self._canvas is not None else None
