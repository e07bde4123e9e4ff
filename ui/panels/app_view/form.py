"""The form of the app view: a column of parameters in the author's order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from nodegraph.analysis.starred import Key
from nodegraph.edits.app_form import form, reordered
from ui.editors.binding import Binding
from ui.i18n.labels import label_of
from ui.panels.app_view.row import AppRow
from ui.panels.inspector.fitting import fit_lines
from ui.panels.problems.validation import validation_of
from ui.search.find.query import node_title
from ui.widgets.plain_label import PlainLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from nodegraph.model.graph import Graph
    from ui.document.editor import Editor
    from ui.theme.appearance import Appearance

MARGIN = 20


class Form(QScrollArea):
    """Follows the graph; what is moved, added or taken out is saved with the workflow."""

    show_asked = Signal(str)

    def __init__(self, editor: Editor, look: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._look = look
        self._shape: tuple[object, ...] | None = None
        self._arranging = False
        self._column: QVBoxLayout | None = None
        self.rows: list[AppRow] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(self.tr("Values"))
        self._validation = validation_of(editor)
        self._validation.changed.connect(self._mark)
        self._fitting = QTimer(self)
        self._fitting.setSingleShot(True)
        self._fitting.timeout.connect(self._fit)
        editor.changed.connect(self._changed)
        self.refresh()

    @property
    def keys(self) -> tuple[Key, ...]:
        """What it shows, from the top."""
        return tuple(row.key for row in self.rows)

    def arrange(self, on: bool) -> None:
        """Show or hide what changes the form itself."""
        self._arranging = on
        for row in self.rows:
            row.arrange(on)
        self._fitting.start(0)

    def add(self, key: Key) -> None:
        """Show one more parameter."""
        if key not in self.keys:
            self._keep((*self.keys, key))

    def take_out(self, key: Key) -> None:
        """Show one parameter less."""
        self._keep(tuple(other for other in self.keys if other != key))

    def put(self, key: Key, to: int) -> None:
        """Show a parameter at another place."""
        rest = [other for other in self.keys if other != key]
        rest.insert(max(0, to), key)
        self._keep(tuple(rest))

    def refresh(self) -> None:
        """Show the form as the graph has it; where only values differ the editors stay."""
        keys = form(self._editor.graph, self._editor.specs)
        bindings = [b for key in keys if (b := Binding.of(self._editor, *key)) is not None]
        shape = tuple((b.node, b.param, self._title(b, bindings)) for b in bindings)
        if shape != self._shape:
            same = self._shape is not None and set(shape) == set(self._shape)
            self._shape = shape
            if same:
                self._sort([(b.node, b.param.name) for b in bindings])
            else:
                self._build(bindings)
        for row in self.rows:
            row.row.refresh()
        self._head()
        self._mark()

    def _changed(self, _old: Graph, _new: Graph) -> None:
        self.refresh()
        self._fitting.start(0)

    def _keep(self, keys: tuple[Key, ...]) -> None:
        self._editor.apply(reordered(self._editor.graph, keys))

    def _sort(self, keys: list[Key]) -> None:
        """Put the rows there are into another order; whoever has the focus keeps it."""
        column = self._column
        self.rows.sort(key=lambda row: keys.index(row.key))
        if column is not None:
            for at, row in enumerate(self.rows):
                column.removeWidget(row)
                column.insertWidget(at, row)

    def _build(self, bindings: list[Binding]) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(MARGIN, 4, MARGIN, MARGIN)
        column.setSpacing(10)
        self._column = column
        self.rows = []
        for binding in bindings:
            row = AppRow(binding, self._title(binding, bindings), self._look, body)
            row.removed.connect(self.take_out)
            row.row.show_asked.connect(self.show_asked)
            row.grip.pulled.connect(lambda y, row=row: self._pulled(row, y))
            row.grip.dropped.connect(self._dropped)
            row.grip.stepped.connect(lambda by, row=row: self._stepped(row, by))
            row.arrange(self._arranging)
            self.rows.append(row)
            column.addWidget(row)
        if not bindings:
            column.addWidget(self._nothing(body))
        column.addStretch(1)
        old = self.takeWidget()
        self.setWidget(body)
        if old is not None:
            # A button of it may be what was just clicked.
            old.hide()
            old.deleteLater()
        self._fitting.start(0)

    def _nothing(self, body: QWidget) -> QLabel:
        text = self.tr("This workflow has no values to set. Open the graph and star some in the inspector.")
        quiet = PlainLabel(text, body)
        quiet.setProperty("role", "quiet")
        quiet.setWordWrap(True)
        return quiet

    def _title(self, binding: Binding, others: list[Binding]) -> str:
        """A prompt is called as its node; others by name, with the node where two share it."""
        title = node_title(binding.found, binding.spec)
        if binding.param.widget == "multiline":
            return title
        shared = sum(other.param.name == binding.param.name for other in others) > 1
        name = label_of(binding.param.name)
        return f"{name} · {title}" if shared else name

    def _head(self) -> None:
        """The section of a subgraph's parameter stands above the first of those in a row that it holds."""
        before = ("", "")
        places = [(row.key[0], row.row.binding.param.section) for row in self.rows]
        for row, place in zip(self.rows, places, strict=True):
            section = place[1]
            shared = section and len({n for n, s in places if s == section}) > 1
            binding = row.row.binding
            title = f"{section} · {node_title(binding.found, binding.spec)}" if shared else section
            row.head(title if place != before else "")
            before = place

    def _mark(self) -> None:
        for row in self.rows:
            found = self._validation.of(*row.key)
            row.row.mark(found[0] if found else None)
        self._fitting.start(0)

    def _pulled(self, row: AppRow, y: float) -> None:
        """Change places with the neighbour whose middle the pointer has passed."""
        column = self._column
        at = self.rows.index(row)
        for other in (at - 1, at + 1):
            if not 0 <= other < len(self.rows):
                continue
            middle = self.rows[other].mapToGlobal(self.rows[other].rect().center()).y()
            if column is not None and (y < middle if other < at else y > middle):
                self.rows.insert(other, self.rows.pop(at))
                column.removeWidget(row)
                column.insertWidget(other, row)
                self._head()
                column.activate()
                self.ensureWidgetVisible(row)
                return

    def _dropped(self) -> None:
        if self.keys != form(self._editor.graph, self._editor.specs):
            self._keep(self.keys)

    def _stepped(self, row: AppRow, by: int) -> None:
        to = self.rows.index(row) + by
        if 0 <= to < len(self.rows):
            self.put(row.key, to)
            row.grip.setFocus()
            self.ensureWidgetVisible(row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lines wrap anew."""
        super().resizeEvent(event)
        self._fitting.start(0)

    def _fit(self) -> None:
        """Wrap anew; the scroll bar takes its width from the margin, so that right edges stay in line."""
        fit_lines(self, [row.row for row in self.rows], 2 * MARGIN)
        bar = self.verticalScrollBar()
        if self._column is not None:
            self._column.setContentsMargins(
                MARGIN, 4, MARGIN - (bar.width() if bar.isVisible() else 0), MARGIN
            )
