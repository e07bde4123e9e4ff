"""The start page: new, open, what was open lately, and templates."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from nodegraph.support.errors import LoadError
from nodegraph.support.regular_files import is_remote
from ui.config.templates import templates, thumbnail, title
from ui.document import workflow_file
from ui.document.requirements import needs_of
from ui.shell.start_page.card import WIDE as CARD
from ui.shell.start_page.card import WorkflowCard

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from ui.shell.command_context import CommandContext

GAP = 16
MOST = 8
WIDEST = 4


class StartPage(QScrollArea):
    """Shown while no tab is open."""

    def __init__(self, window: CommandContext) -> None:
        super().__init__(window)
        self._window = window
        self._columns = 0
        self._templates: frozenset[Path] = frozenset()
        self.cards: list[WorkflowCard] = []
        self.setObjectName("StartPage")
        self.setAccessibleName(self.tr("Start page"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._waiting: list[WorkflowCard] = []
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._draw_next)

    def refresh(self) -> None:
        """Read the recent files and templates anew."""
        self._columns = max(1, min(WIDEST, (self.width() - 96 + GAP) // (CARD + GAP)))
        self._timer.stop()
        self.cards = []
        page = QWidget()
        page.setObjectName("StartPage")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QWidget(page)
        column.setFixedWidth(self._columns * (CARD + GAP) - GAP)
        box = QVBoxLayout(column)
        box.setContentsMargins(0, 56, 0, 48)
        box.setSpacing(GAP)
        self._head(box, column)
        names = self._window.app.settings.without_gone().recent[:MOST]
        # To draw its card a file is read; one on another machine only when it is asked for.
        recent = [Path(name) for name in names if not is_remote(name)]
        self._section(box, column, self.tr("Recent"), recent, template=False)
        self._templates = frozenset(templates())
        self._section(box, column, self.tr("Templates"), templates(), template=True)
        box.addStretch(1)
        center = QHBoxLayout(page)
        center.addStretch(1)
        center.addWidget(column)
        center.addStretch(1)
        self.setWidget(page)
        self._waiting = list(self.cards)
        if self.isVisible():
            self._timer.start()

    def restyle(self) -> None:
        """Follow the theme."""
        if self.widget() is not None and self.isVisible():
            self.refresh()

    def showEvent(self, event: object) -> None:
        """Draw the cards' pictures, one at a time."""
        super().showEvent(event)  # type: ignore[arg-type]  # a QShowEvent
        if self._waiting:
            self._timer.start()

    def hideEvent(self, event: object) -> None:
        """Nothing is drawn while nobody looks."""
        self._timer.stop()
        super().hideEvent(event)  # type: ignore[arg-type]  # a QHideEvent

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many columns as fit."""
        super().resizeEvent(event)
        fitting = max(1, min(WIDEST, (self.width() - 96 + GAP) // (CARD + GAP)))
        if fitting != self._columns and self.widget() is not None:
            self.refresh()

    def _head(self, box: QVBoxLayout, parent: QWidget) -> None:
        head = QLabel(self.tr("Start a picture"), parent)
        head.setProperty("role", "title")
        new = QPushButton(self.tr("New workflow"), parent)
        new.setProperty("role", "primary")
        new.clicked.connect(self._window.documents.new)
        opened = QPushButton(self.tr("Open…"), parent)
        opened.clicked.connect(self._window.documents.ask_open)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(head, 1)
        row.addWidget(opened)
        row.addWidget(new)
        box.addLayout(row)

    def _section(
        self, box: QVBoxLayout, parent: QWidget, heading: str, files: Sequence[Path], template: bool
    ) -> None:
        if not files:
            return
        label = QLabel(heading, parent)
        label.setProperty("role", "heading")
        label.setContentsMargins(0, 16, 0, 0)
        box.addWidget(label)
        grid = QGridLayout()
        grid.setSpacing(GAP)
        for number, path in enumerate(files):
            name, detail = path.stem, str(path.parent)
            if template:
                name = QCoreApplication.translate("Templates", title(path))
                detail = self.tr("Template")
            card = WorkflowCard(path, name, detail, self._window.app.look, parent)
            card.setFixedWidth(CARD)
            documents = self._window.documents
            act = documents.open_template if template else documents.open
            card.clicked.connect(lambda _on=False, path=path, act=act: act(path))
            grid.addWidget(card, number // self._columns, number % self._columns)
            self.cards.append(card)
        grid.setColumnStretch(self._columns, 1)
        box.addLayout(grid)

    def _draw_next(self) -> None:
        if not self._waiting:
            self._timer.stop()
            return
        card = self._waiting.pop(0)
        try:
            graph = workflow_file.read(card.path).graph
        except (LoadError, OSError):
            return
        card.show_graph(graph, self._window.app.specs)
        run_service = self._window.app.run_service
        if run_service is None:
            return
        if card.path not in self._templates:
            run_service.picture_of(card.path, graph, partial(_show, card))
            return
        needs = needs_of(graph, self._window.app.specs, run_service.files)
        card.set_detail(needs.line, needs.ready)
        if needs.ready:
            card.show_picture(QPixmap(str(thumbnail(card.path))))


def _show(card: WorkflowCard, image: QImage) -> None:
    """Show what a recent workflow made last, unless the page was made anew meanwhile."""
    if isValid(card) and not image.isNull():
        card.show_picture(QPixmap.fromImage(image))
