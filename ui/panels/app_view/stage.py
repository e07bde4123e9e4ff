"""The picture beside the form, growing while a run goes on, and under it those that came before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from nodegraph.support.errors import LoadError
from ui.panels.results.strip import CELL, ResultStrip
from ui.panels.viewer.viewer import Viewer
from ui.runs.images import as_large
from ui.runs.seeds import seed_line
from ui.widgets.plain_label import PlainLabel

if TYPE_CHECKING:
    from nodegraph.model.graph import Graph
    from ui.runs.document_run import DocumentRun
    from ui.runs.result_store import Result
    from ui.runs.run_service import RunService
    from ui.theme.appearance import Appearance


class Stage(QWidget):
    """Follows the runs of one document."""

    running_changed = Signal(bool)

    def __init__(
        self, look: Appearance, run_service: RunService | None, sheet: DocumentRun | None, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._desk = run_service
        self._sheet = sheet
        self._failed = f"color: {look.theme.error};"
        self._finished = QSize()
        self.running = False
        self.viewer = Viewer(look, self)
        self.viewer.clear(self.tr("Run, and the picture comes here."))
        self.caption = PlainLabel(self)
        self.caption.setProperty("role", "quiet")
        self.caption.setWordWrap(True)
        self.facts = PlainLabel(self)
        self.facts.setProperty("role", "quiet")
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(3)
        self.progress.setStyleSheet(
            "QProgressBar { border: 0; background: transparent; }"
            f" QProgressBar::chunk {{ background: {look.theme.accent}; }}"
        )
        line = QHBoxLayout()
        line.setContentsMargins(16, 8, 16, 10)
        line.addWidget(self.caption, 1)
        line.addWidget(self.facts)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.viewer, 1)
        column.addWidget(self.progress)
        column.addLayout(line)
        self.strip = self._strip(look, column) if run_service is not None and sheet is not None else None
        if run_service is not None and sheet is not None:
            sheet.picture.connect(self._grew)
            sheet.arrived.connect(self._arrived)
            sheet.state.changed.connect(self._told)
            run_service.runner.resulted.connect(self._resulted)
            run_service.runner.changed.connect(self._told)
            self._recall()
        self._told()

    def _strip(self, look: Appearance, column: QVBoxLayout) -> ResultStrip:
        """What came of this workflow before, in one row under the picture."""
        assert self._desk is not None and self._sheet is not None
        strip = ResultStrip(self._desk.results, look, self, self._sheet.key)
        strip.setWrapping(False)
        strip.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        strip.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        strip.setFixedHeight(CELL + strip.horizontalScrollBar().sizeHint().height() + 6)
        strip.setFrameShape(QFrame.Shape.NoFrame)
        strip.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        strip.setVisible(strip.rows.rowCount() > 0)
        strip.rows.rowsInserted.connect(lambda: strip.setVisible(True))
        strip.show_asked.connect(self._look_back)
        inset = QHBoxLayout()
        inset.setContentsMargins(12, 0, 12, 0)
        inset.addWidget(strip)
        column.addLayout(inset)
        return strip

    def _look_back(self, result: Result) -> None:
        """Show what came of an earlier run, with its own seed."""
        if self._desk is None or self.running:
            return
        try:
            graph: Graph | None = result.graph()
        except LoadError:
            graph = None
        self._desk.results.picture(result, lambda image: self.show_picture(image, graph))

    def show_picture(self, image: QImage, made_by: Graph | None = None) -> None:
        """Show a finished picture, and the seed that made it: of that graph, else of the last run."""
        self._finished = image.size()
        self.viewer.show_image(image)
        graph = made_by or (self._sheet.ran if self._sheet is not None else None)
        seed = (
            seed_line(graph, self._sheet.editor.specs)
            if self._sheet is not None and graph is not None
            else ""
        )
        self.facts.setText("   ".join(part for part in (f"{image.width()} × {image.height()}", seed) if part))

    def _recall(self) -> None:
        """What the document came to last."""
        run_service, sheet = self._desk, self._sheet
        if run_service is None or sheet is None:
            return
        found = next((result for result in run_service.results.all() if result.document == sheet.key), None)
        if found is not None:
            run_service.results.picture(found, self.show_picture)
        sheet.recall.start()

    def _grew(self, node: str, image: QImage) -> None:
        if self._sheet is not None and self._sheet.state.of(node).status == "running":
            self.viewer.show_image(image, size=as_large(image, self._finished))

    def _arrived(self, _node: str, image: QImage) -> None:
        self.show_picture(image)

    def _resulted(self, result: Result) -> None:
        sheet, run_service = self._sheet, self._desk
        if sheet is not None and run_service is not None and result.document == sheet.key:
            run_service.results.picture(result, self.show_picture)
            if self.strip is not None:
                self.strip.select(result)

    def _told(self, *_: object) -> None:
        sheet, run_service = self._sheet, self._desk
        job = run_service.runner.queue.running if run_service is not None else None
        running = sheet is not None and job is not None and job.document == sheet.key
        run = sheet.state.of(sheet.state.active) if sheet is not None else None
        self.progress.setRange(0, run.total if run is not None and run.total else 1)
        self.progress.setValue(run.step if running and run is not None else 0)
        failed = [sheet.state.of(name).message for name in sheet.state.failed()] if sheet is not None else []
        self.caption.setText(failed[0] if failed else run.line if running and run is not None else "")
        self.caption.setStyleSheet(self._failed if failed else "")
        if running != self.running:
            self.running = running
            self.running_changed.emit(running)
