"""The app view of a document: its form on the left, the picture that comes of it on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from nodegraph.analysis.starred import opens_as_app
from nodegraph.edits.app_form import opening
from nodegraph.model.note_images import told
from nodegraph.model.spec import Param
from ui.canvas.scene.specs import spec_of
from ui.editors.choice import ChoiceList
from ui.panels.app_view.form import MARGIN, Form
from ui.panels.app_view.stage import Stage
from ui.panels.problems.validation import validation_of
from ui.widgets.plain_label import PlainLabel

if TYPE_CHECKING:
    from ui.document.editor import Editor
    from ui.runs.document_run import DocumentRun
    from ui.runs.run_service import RunService
    from ui.theme.appearance import Appearance

FORM_WIDTH = 30
"""The width of the form, in heights of a line of text, to begin with."""


class AppPanel(QWidget):
    """Stands in the place of the canvas while the app view is open."""

    run_asked = Signal()
    stop_asked = Signal()
    graph_asked = Signal(str)
    """The graph is wanted; with a node, that node."""

    def __init__(
        self, editor: Editor, look: Appearance, run_service: RunService | None, sheet: DocumentRun | None
    ) -> None:
        super().__init__()
        self._editor = editor
        self._look = look
        self.setObjectName("AppPanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(f"#AppPanel, #AppForm {{ background: {look.theme.node}; }}")
        self.form = Form(editor, look, self)
        self.form.show_asked.connect(self.graph_asked)
        self.stage = Stage(look, run_service, sheet, self)
        self._parts()
        self._lay_out(look)
        self.stage.running_changed.connect(self._running)
        self._validation = validation_of(editor)
        self._validation.changed.connect(self._count)
        editor.changed.connect(self._edited)
        self._edited()
        self._count()
        self._running(self.stage.running)
        self.setFocusProxy(self.form)

    def toggle_arranging(self, on: bool) -> None:
        """Show or hide what changes the form itself."""
        self.arrange.setChecked(on)
        self.form.arrange(on)
        self.add.setVisible(on)
        self.opens.setVisible(on)

    def ask_value(self) -> ChoiceList:
        """Choose one more parameter to show."""
        names = [f"{node}.{param.name}" for node, param in self._left()]
        popup = ChoiceList(self.window(), self._look, self.tr("Add a value"), names, "")
        popup.chosen.connect(
            lambda name, _other: self.form.add((name.partition(".")[0], name.partition(".")[2]))
        )
        popup.open_below(self.add, "")
        return popup

    def _left(self) -> list[tuple[str, Param]]:
        """The parameters that the form does not show and that hold a value."""
        graph, shown = self._editor.graph, set(self.form.keys)
        return [
            (node.id, param)
            for node in graph.nodes.values()
            for param in spec_of(node, graph, self._editor.specs)[0].params
            if (node.id, param.name) not in shown and not node.inputs.get(param.name)
        ]

    def _parts(self) -> None:
        self.title = PlainLabel(self)
        self.title.setProperty("role", "title")
        self.lead = PlainLabel(self)
        self.lead.setProperty("role", "quiet")
        self.lead.setWordWrap(True)
        self.arrange = QPushButton(self.tr("Arrange"), self)
        self.arrange.setCheckable(True)
        self.arrange.setToolTip(self.tr("Add, move and take out values"))
        self.graph = QPushButton(self.tr("Graph"), self)
        self.graph.setToolTip(self.tr("Show the graph (Alt+M)"))
        for button in (self.arrange, self.graph):
            button.setProperty("role", "link")
        self.add = QPushButton(self.tr("Add a value…"), self)
        self.opens = QCheckBox(self.tr("Open this workflow as an app"), self)
        self.wrong = QPushButton(self)
        self.wrong.setProperty("role", "link")
        self.wrong.setStyleSheet(f"color: {self._look.theme.error}; text-align: left; padding: 0;")
        self.run = QPushButton(self.tr("Run"), self)
        self.run.setProperty("role", "primary")
        self.arrange.clicked.connect(self.toggle_arranging)
        self.graph.clicked.connect(lambda: self.graph_asked.emit(""))
        self.add.clicked.connect(self.ask_value)
        self.opens.clicked.connect(lambda on: self._editor.apply(opening(self._editor.graph, on)))
        self.wrong.clicked.connect(self._show_wrong)
        self.run.clicked.connect(lambda: (self.stop_asked if self.stage.running else self.run_asked).emit())

    def _lay_out(self, look: Appearance) -> None:
        side = QFrame(self)
        side.setObjectName("AppForm")
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 16, 0, 16)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setContentsMargins(MARGIN, 0, MARGIN - 4, 0)
        head.addWidget(self.title, 1)
        head.addWidget(self.arrange)
        head.addWidget(self.graph)
        column.addLayout(head)
        inner = QVBoxLayout()
        inner.setContentsMargins(MARGIN, 0, MARGIN, 0)
        inner.setSpacing(8)
        inner.addWidget(self.lead)
        column.addLayout(inner)
        column.addWidget(self.form, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(MARGIN, 0, MARGIN, 0)
        foot.setSpacing(8)
        for part in (self.add, self.opens, self.wrong, self.run):
            foot.addWidget(part)
        self.run.setMinimumHeight(look.metrics.row + 12)
        column.addLayout(foot)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(1)
        split.addWidget(side)
        split.addWidget(self.stage)
        split.setStretchFactor(1, 1)
        side.setMinimumWidth(round(look.metrics.body * 24))
        split.setSizes([round(look.metrics.body * FORM_WIDTH), 10_000])
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(split)
        self.toggle_arranging(False)

    def _edited(self, *_: object) -> None:
        graph = self._editor.graph
        self.title.setText(self._editor.name.replace("_", " "))
        notes = [told(note.text) for note in graph.notes.values() if note.text and not note.on]
        self.lead.setText(notes[0].split("\n\n")[0] if notes else "")
        self.lead.setVisible(bool(notes))
        self.opens.setChecked(opens_as_app(graph))

    def _count(self) -> None:
        shown = set(self.form.keys)
        hidden = [p for p in self._validation.problems if (p.node, p.field) not in shown]
        self.wrong.setVisible(bool(hidden))
        words = (
            self.tr("1 problem in the graph")
            if len(hidden) == 1
            else self.tr("{count} problems in the graph")
        )
        self.wrong.setText(words.format(count=len(hidden)))

    def _show_wrong(self) -> None:
        shown = set(self.form.keys)
        hidden = [p for p in self._validation.problems if (p.node, p.field) not in shown]
        self.graph_asked.emit(hidden[0].node.partition("/")[0] if hidden else "")

    def _running(self, on: bool) -> None:
        self.run.setText(self.tr("Stop") if on else self.tr("Run"))
